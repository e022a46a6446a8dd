namespace BoatTelemetry.Gateway.Ingest.Capture;

/// <summary>Reads a capture line by line. Lines of no use are told and passed over; a torn tail ends it. One thread.</summary>
internal sealed class CaptureReader(System.IO.Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly byte[] _frame = new byte[Datagram.FrameBytesMax];
    private Reception _reception;
    private int _from;
    private int _to;
    private int _length;
    private bool _hasHeader;

    /// <summary>The frame of the line that <see cref="TryRead"/> has read.</summary>
    public ReadOnlySpan<byte> Frame => _frame.AsSpan(0, _length);

    /// <summary>How it was heard, without source and path; the monotonic time is unknown if the line does not tell it.</summary>
    public Reception Reception => _reception;

    /// <summary>The name of its source; empty if the line does not tell it.</summary>
    public string Source { get; private set; } = "";

    /// <summary>
    /// Reads the next line. False at the end; with <see cref="CaptureRejection.NotACapture"/>,
    /// <see cref="CaptureRejection.VersionNotKnown"/> and <see cref="CaptureRejection.TornTail"/> it is the end, too.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool TryRead(out CaptureRejection rejection)
    {
        rejection = CaptureRejection.None;
        if (!_hasHeader && !TryReadHeader(out rejection))
            return false;
        switch (NextLine(out var line))
        {
            case LineEnd.Whole:
                rejection = CaptureLine.Read(line, _frame, out _length, out _reception, out var source);
                Source = source;
                return true;
            case LineEnd.TooLong:
                rejection = CaptureRejection.LineTooLong;
                return true;
            case LineEnd.Torn:
                rejection = CaptureRejection.TornTail;
                return false;
            default:
                return false;
        }
    }

    private bool TryReadHeader(out CaptureRejection rejection)
    {
        _hasHeader = true;
        rejection = NextLine(out var line) == LineEnd.Whole ? CaptureLine.ReadHeader(line) : CaptureRejection.NotACapture;
        return rejection == CaptureRejection.None;
    }

    private enum LineEnd
    {
        Whole,
        TooLong,
        Torn,
        None,
    }

    private LineEnd NextLine(out ReadOnlySpan<byte> line)
    {
        var isTooLong = false;
        while (true)
        {
            var waiting = _buffer.AsSpan(_from, _to - _from);
            var end = waiting.IndexOf(CaptureLine.End);
            if (end >= 0)
            {
                line = waiting[..end];
                _from += end + 1;
                return isTooLong || end > CaptureLine.BytesMax ? LineEnd.TooLong : LineEnd.Whole;
            }

            if (waiting.Length > CaptureLine.BytesMax)
            {
                // What has come of it is of no use; its end is looked for.
                isTooLong = true;
                _from = _to;
            }

            line = default;
            if (!TryFill())
                return isTooLong || _to > _from ? LineEnd.Torn : LineEnd.None;
        }
    }

    private bool TryFill()
    {
        _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
        (_from, _to) = (0, _to - _from);
        var read = stream.Read(_buffer, _to, _buffer.Length - _to);
        _to += read;
        return read > 0;
    }
}
