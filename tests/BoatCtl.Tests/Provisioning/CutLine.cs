using System.Text;
using BoatTelemetry.BoatCtl.Bench;

namespace BoatTelemetry.BoatCtl.Tests.Provisioning;

/// <summary>A unit's line whose cable is pulled at a request: before a byte of it has left, or when all of it has.</summary>
/// <param name="line">To the unit.</param>
/// <param name="command">At which request.</param>
/// <param name="isSent">Whether the request reaches the unit.</param>
internal sealed class CutLine(ISerialLine line, string command, bool isSent) : ISerialLine
{
    private readonly StringBuilder _written = new();
    private bool _isCut;

    public int Read(byte[] bytes, int timeoutMs) => _isCut ? -1 : line.Read(bytes, timeoutMs);

    public bool TryWrite(ReadOnlySpan<byte> bytes, int timeoutMs)
    {
        _written.Append(Encoding.ASCII.GetString(bytes));
        var isIt = _written.ToString().Contains($"\"cmd\":\"{command}\"", StringComparison.Ordinal);
        if (_isCut || (isIt && !isSent))
        {
            _isCut = true;
            return false;
        }

        var isDone = line.TryWrite(bytes, timeoutMs);
        _isCut = isIt && bytes[^1] == (byte)'\n';
        if (bytes[^1] == (byte)'\n')
            _written.Clear();
        return isDone;
    }

    public void Dispose() => line.Dispose();
}
