namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// Finds the needed sentences among a receiver's bytes: start, type, length limit, checksum, and the way back into
/// step after lost bytes or a binary protocol in between (CASIC and UBX frames may hold a '$').
/// </summary>
/// <remarks>
/// Whether a sentence is needed is decided at its sixth byte; an unneeded one is stepped over without being stored or
/// summed, because each stored byte costs the interpreter some 40 instructions and a skipped one 13.
/// </remarks>
public sealed class NmeaFramer
{
    private const int Hunting = 0;
    private const int InHeader = 1;
    private const int InBody = 2;
    private const int InChecksum = 3;

    /// <summary>Talker and type, "GPRMC".</summary>
    private const int HeaderLength = 5;

    private readonly NmeaLine _line = new NmeaLine();
    private readonly GnssCounters _counters;
    private int _state;
    private int _headerLength;
    private int _type;
    private int _checksum;
    private int _toldChecksum;
    private int _toldDigits;
    private bool _hasLine;

    /// <summary>A framer that counts what it drops in <paramref name="counters"/>.</summary>
    public NmeaFramer(GnssCounters counters)
    {
        _counters = counters;
    }

    /// <summary>The sentence that <see cref="Take"/> completed; good until the next call of it.</summary>
    public NmeaLine Line
    {
        get { return _line; }
    }

    /// <summary>Whether the last call completed a sentence.</summary>
    public bool HasLine
    {
        get { return _hasLine; }
    }

    /// <summary>Reads on until a sentence is complete or the bytes are used up; returns the index it came to.</summary>
    public int Take(byte[] buffer, int index, int end)
    {
        _hasLine = false;
        while (index < end && !_hasLine)
        {
            switch (_state)
            {
                case Hunting:
                    index = Hunt(buffer, index, end);
                    break;
                case InHeader:
                    index = ReadHeader(buffer, index, end);
                    break;
                case InBody:
                    index = ReadBody(buffer, index, end);
                    break;
                default:
                    index = ReadChecksum(buffer, index, end);
                    break;
            }
        }

        return index;
    }

    /// <summary>End of the bytes: a sentence that lacks nothing but its line's end is complete now.</summary>
    public void Flush()
    {
        _hasLine = false;
        if (_state == InChecksum && _toldDigits == 2)
        {
            Complete();
        }
        else if (_state == InBody || _state == InChecksum)
        {
            Drop(NmeaRefusal.BrokenOff);
        }

        _state = Hunting;
    }

    private int Hunt(byte[] buffer, int index, int end)
    {
        while (index < end)
        {
            // Both starts are below nearly all else: one comparison steps over a byte.
            if (buffer[index++] > '$')
            {
                continue;
            }

            int b = buffer[index - 1];
            if (b == '$')
            {
                _state = InHeader;
                _headerLength = 0;
                _type = 0;
                _checksum = 0;
                return index;
            }

            if (b == '!')
            {
                // Encapsulated sentences are AIS: another boat's position.
                _counters.SentencesIgnored++;
            }
        }

        return index;
    }

    private int ReadHeader(byte[] buffer, int index, int end)
    {
        while (index < end)
        {
            int b = buffer[index++];
            if (_headerLength == HeaderLength)
            {
                return BeginBody(b) ? index : Ignore(index);
            }

            // "$P" begins a maker's own sentence, whatever letters follow.
            bool lettersOrDigits = (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
            if (!lettersOrDigits || (_headerLength == 0 && b == 'P'))
            {
                return Ignore(index);
            }

            _checksum ^= b;
            _type = (_type << 8) | b;
            _headerLength++;
            if (_headerLength == HeaderLength && KindOf(_type & 0xFFFFFF) == NmeaKind.None)
            {
                return Ignore(index);
            }
        }

        return index;
    }

    /// <summary>The byte just read is not part of a needed sentence, but it may be the start of one.</summary>
    private int Ignore(int index)
    {
        _counters.SentencesIgnored++;
        _state = Hunting;
        return index - 1;
    }

    private bool BeginBody(int b)
    {
        if (b != ',')
        {
            return false;
        }

        _checksum ^= b;
        _line.Begin(KindOf(_type & 0xFFFFFF));
        _state = InBody;
        return true;
    }

    private static NmeaKind KindOf(int type)
    {
        switch (type)
        {
            case ('R' << 16) | ('M' << 8) | 'C':
                return NmeaKind.Rmc;
            case ('G' << 16) | ('G' << 8) | 'A':
                return NmeaKind.Gga;
            case ('G' << 16) | ('N' << 8) | 'S':
                return NmeaKind.Gns;
            case ('G' << 16) | ('L' << 8) | 'L':
                return NmeaKind.Gll;
            case ('V' << 16) | ('T' << 8) | 'G':
                return NmeaKind.Vtg;
            case ('Z' << 16) | ('D' << 8) | 'A':
                return NmeaKind.Zda;
            case ('G' << 16) | ('S' << 8) | 'A':
                return NmeaKind.Gsa;
            case ('H' << 16) | ('D' << 8) | 'T':
                return NmeaKind.Hdt;
            case ('T' << 16) | ('H' << 8) | 'S':
                return NmeaKind.Ths;
            default:
                return NmeaKind.None;
        }
    }

    private int ReadBody(byte[] buffer, int index, int end)
    {
        byte[] bytes = _line.Bytes;
        int length = _line.Length;
        int checksum = _checksum;
        while (index < end)
        {
            int b = buffer[index++];
            if (b <= ',' || b > '~')
            {
                if (b == '*')
                {
                    _state = InChecksum;
                    _toldChecksum = 0;
                    _toldDigits = 0;
                    break;
                }

                if (b == '$' || b == '!' || b < ' ' || b > '~')
                {
                    return Drop(b == '\r' || b == '\n' ? NmeaRefusal.ChecksumMissing : NmeaRefusal.BrokenOff, index);
                }

                if (b == ',' && !_line.BeginField(length + 1))
                {
                    return Drop(NmeaRefusal.TooManyFields, index);
                }
            }

            if (length == NmeaLine.BodyMax)
            {
                return Drop(NmeaRefusal.TooLong, index);
            }

            checksum ^= b;
            bytes[length++] = (byte)b;
        }

        _line.Length = length;
        _checksum = checksum;
        return index;
    }

    private int ReadChecksum(byte[] buffer, int index, int end)
    {
        while (index < end)
        {
            int b = buffer[index++];
            bool lineEnd = b == '\r' || b == '\n';
            if (_toldDigits == 2)
            {
                if (!lineEnd)
                {
                    return Drop(NmeaRefusal.ChecksumMalformed, index);
                }

                Complete();
                return index;
            }

            int digit = HexDigit(b);
            if (digit < 0)
            {
                return Drop(lineEnd ? NmeaRefusal.ChecksumMissing : NmeaRefusal.ChecksumMalformed, index);
            }

            _toldChecksum = (_toldChecksum << 4) | digit;
            _toldDigits++;
        }

        return index;
    }

    private static int HexDigit(int b)
    {
        if (b >= '0' && b <= '9')
        {
            return b - '0';
        }

        if (b >= 'A' && b <= 'F')
        {
            return b - 'A' + 10;
        }

        return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
    }

    private void Complete()
    {
        if (_toldChecksum != _checksum)
        {
            Drop(NmeaRefusal.ChecksumMismatch);
            return;
        }

        _line.End();
        _hasLine = true;
        _state = Hunting;
    }

    private void Drop(NmeaRefusal reason)
    {
        _counters.Count(reason);
        _state = Hunting;
    }

    /// <summary>Drops the sentence and gives the byte just read back: it may be the start of the next.</summary>
    private int Drop(NmeaRefusal reason, int index)
    {
        Drop(reason);
        return index - 1;
    }
}
