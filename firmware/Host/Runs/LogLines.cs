namespace BoatTelemetry.Host.Runs;

/// <summary>
/// Reads a recorded log line by line as the bytes that it has: logs hold binary messages too, so a line is what ends with
/// a line feed, and at most <see cref="LineBytesMax"/> of it at once.
/// </summary>
public sealed class LogLines : IDisposable
{
    /// <summary>The longest piece handed over; the rest of a longer line follows as the next.</summary>
    public const int LineBytesMax = 4096;

    private readonly FileStream _file;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    public LogLines(string path)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 64 * 1024, FileOptions.SequentialScan);
    }

    /// <summary>The bytes of the piece that <see cref="Next"/> read.</summary>
    public byte[] Buffer { get; } = new byte[LineBytesMax];

    /// <summary>Reads the next piece into <see cref="Buffer"/>; its length, bytes, or 0 at the end.</summary>
    public int Next()
    {
        var length = 0;
        while (length < LineBytesMax)
        {
            var next = _file.ReadByte();
            if (next < 0)
                break;

            Buffer[length++] = (byte)next;
            if (next == '\n')
                break;
        }

        return length;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
