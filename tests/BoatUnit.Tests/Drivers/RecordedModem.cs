using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.BoatUnit.Tests.Drivers;

/// <summary>Answers a send command and its payload, and all else with OK, from arrays made beforehand: what is measured beside it is the firmware's own.</summary>
internal sealed class RecordedModem(SimulatedModemFamily family) : IUartLine
{
    private static readonly byte[] _prompt = "\r\n> "u8.ToArray();
    private static readonly byte[] _ok = "\r\nOK\r\n"u8.ToArray();
    private static readonly byte[] _registered = "\r\n+CEREG: 1,1\r\n\r\nOK\r\n"u8.ToArray();
    private static readonly byte[] _nothing = "\r\nERROR\r\n"u8.ToArray();
    private static readonly byte[] _sent = "\r\nOK\r\n\r\n+CIPSEND: 0,64,64\r\n"u8.ToArray();

    private byte[] _answer = [];
    private int _at;
    private bool _isPayloadDue;

    public int BytesWaiting(int baud) => _answer.Length - _at;

    public int Take(int baud, Span<byte> into)
    {
        var taken = Math.Min(into.Length, _answer.Length - _at);
        _answer.AsSpan(_at, taken).CopyTo(into);
        _at += taken;
        return taken;
    }

    public void Send(int baud, ReadOnlySpan<byte> bytes)
    {
        if (_isPayloadDue)
        {
            _isPayloadDue = false;
            Say(family == SimulatedModemFamily.Sim7080 ? _ok : _sent);
        }
        else if (bytes.IndexOf("SEND="u8) >= 0)
        {
            _isPayloadDue = true;
            Say(_prompt);
        }
        else if (bytes.IndexOf("CEREG?"u8) >= 0)
        {
            Say(_registered);
        }
        else
        {
            Say(bytes.IndexOf("RECV"u8) >= 0 || bytes.IndexOf("RXGET"u8) >= 0 ? _nothing : _ok);
        }
    }

    private void Say(byte[] answer)
    {
        _answer = answer;
        _at = 0;
    }
}
