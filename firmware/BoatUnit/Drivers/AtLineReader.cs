namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>What a byte completed.</summary>
public enum AtToken
{
    None = 0,

    /// <summary>A line of printable characters stands in <see cref="AtLineReader.Line"/>.</summary>
    Line,

    /// <summary>The modem waits for data: a '&gt;' at the beginning of a line, which no line end follows.</summary>
    Prompt,

    /// <summary>The announced raw bytes are in.</summary>
    Data,
}

/// <summary>
/// Cuts what a modem sends into lines, prompts and raw bytes, from one byte at a time and in buffers of its own. A line
/// that is too long or holds a byte that no answer has is dropped whole: half an answer would be a wrong one.
/// </summary>
public sealed class AtLineReader
{
    /// <summary>Longest line taken, bytes. The longest answer used is +CDNSGIP with a name of 64 characters.</summary>
    public const int LineBytesMax = 128;

    private const byte LineFeed = 0x0A;
    private const byte CarriageReturn = 0x0D;
    private const byte Space = 0x20;
    private const byte Tilde = 0x7E;

    private bool _isSpoilt;
    private bool _isLineTold;
    private bool _isPromptAwaited;
    private byte[] _header;
    private int _headerEnd;
    private int _dataLeft;
    private byte[] _data;
    private int _dataRoom;

    /// <summary>The line of the last <see cref="AtToken.Line"/>, good until the next byte is fed.</summary>
    public byte[] Line { get; } = new byte[LineBytesMax];

    /// <summary>Its length, bytes, without line end and without blanks before it.</summary>
    public int LineBytes { get; private set; }

    /// <summary>Raw bytes stored of the last <see cref="AtToken.Data"/>.</summary>
    public int DataBytes { get; private set; }

    /// <summary>Lines longer than <see cref="LineBytesMax"/>, dropped.</summary>
    public int LinesOverlong { get; private set; }

    /// <summary>Lines with a byte that is no printable ASCII, dropped.</summary>
    public int LinesSpoilt { get; private set; }

    /// <summary>Lines cut off because their end never came.</summary>
    public int LinesCut { get; private set; }

    /// <summary>Raw bytes for which the receiver's buffer had no room.</summary>
    public int DataBytesDropped { get; private set; }

    /// <summary>Whether a '&gt;' is to be taken for the prompt.</summary>
    public void AwaitPrompt(bool isAwaited)
    {
        _isPromptAwaited = isAwaited;
    }

    /// <summary>
    /// Lines that begin so are complete at the given byte, a comma or a line feed, since raw data follows it.
    /// </summary>
    public void EndEarly(byte[] header, byte end)
    {
        _header = header;
        _headerEnd = end;
    }

    /// <summary>Takes the next bytes raw, as many as announced; those beyond <paramref name="room"/> are counted and dropped.</summary>
    public void TakeData(int bytes, byte[] into, int room)
    {
        _dataLeft = bytes;
        _data = into;
        _dataRoom = room;
        DataBytes = 0;
    }

    /// <summary>Forgets what was begun: the answer that it belonged to is no longer waited for.</summary>
    public void Reset()
    {
        if ((LineBytes > 0 && !_isLineTold) || _isSpoilt || _dataLeft > 0)
        {
            LinesCut++;
        }

        StartLine();
        _isLineTold = false;
        _dataLeft = 0;
        _isPromptAwaited = false;
        _header = null;
    }

    /// <summary>Takes the next byte.</summary>
    public AtToken Feed(byte next)
    {
        if (_dataLeft > 0)
        {
            return FeedData(next);
        }

        if (_isLineTold)
        {
            StartLine();
            _isLineTold = false;
        }

        if (next == LineFeed || next == CarriageReturn)
        {
            // Raw data behind a line feed: the carriage return before it does not end the line yet.
            bool endsLater = next == CarriageReturn && _headerEnd == LineFeed && IsHeader();
            return endsLater ? AtToken.None : EndLine();
        }

        if (LineBytes == 0 && !_isSpoilt)
        {
            if (next == Space)
            {
                return AtToken.None;
            }

            if (_isPromptAwaited && next == (byte)'>')
            {
                _isPromptAwaited = false;
                return AtToken.Prompt;
            }
        }

        return FeedLine(next);
    }

    private AtToken FeedData(byte next)
    {
        if (DataBytes < _dataRoom)
        {
            _data[DataBytes++] = next;
        }
        else
        {
            DataBytesDropped++;
        }

        _dataLeft--;
        return _dataLeft == 0 ? AtToken.Data : AtToken.None;
    }

    private AtToken FeedLine(byte next)
    {
        if (_isSpoilt)
        {
            return AtToken.None;
        }

        if (next < Space || next > Tilde)
        {
            LinesSpoilt++;
            _isSpoilt = true;
            return AtToken.None;
        }

        if (LineBytes == LineBytesMax)
        {
            LinesOverlong++;
            _isSpoilt = true;
            return AtToken.None;
        }

        Line[LineBytes++] = next;
        if (next == _headerEnd && IsHeader())
        {
            _isLineTold = true;
            return AtToken.Line;
        }

        return AtToken.None;
    }

    private bool IsHeader()
    {
        return _header != null && AtText.StartsWith(Line, LineBytes, _header);
    }

    private AtToken EndLine()
    {
        if (_isSpoilt)
        {
            StartLine();
            return AtToken.None;
        }

        if (LineBytes == 0)
        {
            return AtToken.None;
        }

        _isLineTold = true;
        return AtToken.Line;
    }

    private void StartLine()
    {
        LineBytes = 0;
        _isSpoilt = false;
    }
}
