namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>An open serial line: bytes both ways.</summary>
internal interface ISerialLine : IDisposable
{
    /// <summary>Reads what has come, waiting for it no longer than this. 0 is nothing; -1 is the end: unplugged, or failed.</summary>
    int Read(byte[] bytes, int timeoutMs);

    /// <summary>Writes all of it, waiting no longer than this; false if it has not gone out.</summary>
    bool TryWrite(ReadOnlySpan<byte> bytes, int timeoutMs);
}
