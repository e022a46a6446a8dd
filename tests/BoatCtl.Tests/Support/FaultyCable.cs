using System.Text;
using BoatTelemetry.Host.Unit;
using BoatTelemetry.Serial;

namespace BoatTelemetry.BoatCtl.Tests.Support;

/// <summary>What a cable does with the byte that it has just seen.</summary>
internal enum CableFault
{
    None,

    /// <summary>The byte goes through, and then the cable is pulled.</summary>
    CutBehind,

    /// <summary>From this byte on, the cable is pulled.</summary>
    Cut,

    /// <summary>Nothing of this line goes through; the line itself stays.</summary>
    Swallow,
}

/// <summary>
/// A pair of pseudo-terminals between the technician and the unit, so that the line can be cut at any byte: when it is,
/// the technician's end is gone as an unplugged adapter's is.
/// </summary>
internal sealed class FaultyCable : IDisposable
{
    private const int Baud = 115_200;

    private readonly PseudoTerminal _technician = new();
    private readonly SerialDevice _unit;
    private readonly Func<bool, string, CableFault> _fault;
    private readonly Thread _pump;
    private readonly StringBuilder _toUnit = new();
    private readonly StringBuilder _fromUnit = new();
    private volatile bool _isCut;

    /// <param name="unitPort">The unit's console.</param>
    /// <param name="fault">Given whether a byte goes to the unit, and its line with it at the end.</param>
    public FaultyCable(string unitPort, Func<bool, string, CableFault> fault)
    {
        _unit = SerialDevice.Open(unitPort, Baud);
        _fault = fault;
        _pump = new Thread(Pump) { IsBackground = true };
        _pump.Start();
    }

    /// <summary>The technician's end.</summary>
    public string Port => _technician.Path;

    /// <summary>Whether it was pulled.</summary>
    public bool IsCut => _isCut;

    public void Dispose()
    {
        _isCut = true;
        _pump.Join();
    }

    private void Pump()
    {
        var bytes = new byte[256];
        while (!_isCut)
        {
            foreach (var b in bytes.AsSpan(0, _technician.Take(Baud, bytes)).ToArray())
                Carry(b, true, _toUnit, one => _unit.TryWrite(one, 1_000));

            foreach (var b in bytes.AsSpan(0, Math.Max(0, _unit.Read(bytes, 1))).ToArray())
                Carry(b, false, _fromUnit, one => _technician.Send(Baud, one));
        }

        _technician.Dispose();
        _unit.Dispose();
    }

    private void Carry(byte b, bool toUnit, StringBuilder line, Action<byte[]> on)
    {
        if (_isCut)
            return;

        line.Append((char)b);
        var fault = _fault(toUnit, line.ToString());
        if (b == '\n')
            line.Clear();

        if (fault is CableFault.None or CableFault.CutBehind)
            on([b]);

        _isCut |= fault is CableFault.Cut or CableFault.CutBehind;
    }
}
