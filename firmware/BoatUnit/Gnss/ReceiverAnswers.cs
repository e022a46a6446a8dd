namespace BoatTelemetry.BoatUnit.Gnss;

/// <summary>
/// Finds among a receiver's bytes what Core's parser has no use for: proof that the rate is right (any sentence or UBX
/// frame with its right checksum) and the answers to commands. Fed only while a rate is searched or a setup runs, so
/// that steady running does not pay for it. Allocates nothing.
/// </summary>
internal sealed class ReceiverAnswers
{
    /// <summary>A sentence of more than this between '$' and '*' is none (NMEA 0183: 82 with both ends; makers' own are longer).</summary>
    private const int SentenceBytesMax = 120;

    /// <summary>A UBX payload of more than this is taken for noise that looked like a frame: MON-VER's has 40 + 30 n.</summary>
    private const int PayloadBytesMax = 700;

    private const int Hunting = 0;
    private const int InSentence = 1;
    private const int InChecksum = 2;
    private const int UbxSync = 3;
    private const int UbxHeader = 4;
    private const int UbxPayload = 5;
    private const int UbxChecksum = 6;

    private static readonly byte[] _protver = { (byte)'P', (byte)'R', (byte)'O', (byte)'T', (byte)'V', (byte)'E', (byte)'R' };

    private readonly byte[] _sentence = new byte[SentenceBytesMax];
    private readonly byte[] _header = new byte[4];
    private int _state;
    private int _at;
    private int _sum;
    private int _told;
    private int _payloadBytes;
    private int _ckA;
    private int _ckB;
    private int _answerTo;
    private int _matched;
    private int _protocolVersion;
    private bool _inVersion;
    private ExpectedAnswer _expected;
    private int _expectedTo;
    private bool _isAnswered;
    private bool _isRefused;

    /// <summary>Sentences and frames with a right checksum so far.</summary>
    public int Good;

    /// <summary>UBX-MON-VER has come.</summary>
    public bool HasUbxVersion;

    /// <summary>Its protocol version's whole part; 0 if it told none, as generation 6 does.</summary>
    public int ProtocolVersion;

    /// <summary>A PMTK sentence has come.</summary>
    public bool HasMtk;

    /// <summary>A text as CASIC receivers tell of themselves has come.</summary>
    public bool HasCasic;

    /// <summary>The awaited answer has come.</summary>
    public bool IsAnswered
    {
        get { return _isAnswered; }
    }

    /// <summary>And it was no.</summary>
    public bool IsRefused
    {
        get { return _isRefused; }
    }

    /// <summary>From now on the answer to this command is awaited.</summary>
    public void Await(ReceiverCommand command)
    {
        _expected = command.Expects;
        _expectedTo = command.AnswerTo;
        _isAnswered = false;
        _isRefused = false;
    }

    /// <summary>Forgets what it knows of the receiver.</summary>
    public void Forget()
    {
        _state = Hunting;
        HasUbxVersion = false;
        ProtocolVersion = 0;
        HasMtk = false;
        HasCasic = false;
        _expected = ExpectedAnswer.None;
    }

    public void Feed(byte[] buffer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Take(buffer[i]);
        }
    }

    private void Take(int b)
    {
        switch (_state)
        {
            case InSentence:
                TakeSentence(b);
                break;
            case InChecksum:
                TakeChecksum(b);
                break;
            case UbxSync:
                _state = Hunting;
                if (b == UbxFrame.Sync2)
                {
                    _state = UbxHeader;
                    _at = 0;
                    _ckA = 0;
                    _ckB = 0;
                }
                else
                {
                    Hunt(b);
                }

                break;
            case UbxHeader:
                TakeUbxHeader(b);
                break;
            case UbxPayload:
                TakeUbxPayload(b);
                break;
            case UbxChecksum:
                TakeUbxChecksum(b);
                break;
            default:
                Hunt(b);
                break;
        }
    }

    private void Hunt(int b)
    {
        if (b == '$')
        {
            _state = InSentence;
            _at = 0;
            _sum = 0;
        }
        else if (b == UbxFrame.Sync1)
        {
            _state = UbxSync;
        }
    }

    private void TakeSentence(int b)
    {
        if (b == '*')
        {
            _state = InChecksum;
            _told = 0;
            _matched = 0;
            return;
        }

        if (b < ' ' || b > '~' || b == '$' || _at == SentenceBytesMax)
        {
            _state = Hunting;
            Hunt(b);
            return;
        }

        _sum ^= b;
        _sentence[_at++] = (byte)b;
    }

    private void TakeChecksum(int b)
    {
        int digit = b >= '0' && b <= '9' ? b - '0' : b >= 'A' && b <= 'F' ? b - 'A' + 10 : b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
        if (digit < 0)
        {
            _state = Hunting;
            Hunt(b);
            return;
        }

        _told = (_told << 4) | digit;
        _matched++;
        if (_matched == 2)
        {
            _state = Hunting;
            if (_told == _sum && _at > 0)
            {
                Good++;
                ReadSentence();
            }
        }
    }

    private void ReadSentence()
    {
        if (StartsWith(0, "PMTK"))
        {
            HasMtk = true;
            if (StartsWith(4, "001,"))
            {
                ReadMtkAck();
            }
        }
        else if (_at > 15 && StartsWith(2, "TXT,"))
        {
            // "GPTXT,01,01,02,SW=URANUS5,V5.3.0.0": the answer to PCAS06, and what a CASIC chip says when it starts.
            HasCasic |= StartsWith(15, "SW=") || StartsWith(15, "MA=CASIC") || StartsWith(15, "IC=AT");
        }
    }

    private bool StartsWith(int from, string text)
    {
        if (from + text.Length > _at)
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (_sentence[from + i] != text[i])
            {
                return false;
            }
        }

        return true;
    }

    // "PMTK001,314,3": the command's number and what became of it; 3 is done.
    private void ReadMtkAck()
    {
        int number = 0;
        int i = 8;
        for (; i < _at && _sentence[i] >= '0' && _sentence[i] <= '9' && number < 1_000; i++)
        {
            number = (number * 10) + _sentence[i] - '0';
        }

        if (i + 1 < _at && _sentence[i] == ',')
        {
            Answer(ExpectedAnswer.MtkAck, number, _sentence[i + 1] == '3');
        }
    }

    private void TakeUbxHeader(int b)
    {
        Sum(b);
        _header[_at++] = (byte)b;
        if (_at < _header.Length)
        {
            return;
        }

        _payloadBytes = _header[2] | (_header[3] << 8);
        _at = 0;
        _answerTo = 0;
        _matched = 0;
        _protocolVersion = 0;
        _inVersion = false;
        _state = _payloadBytes > PayloadBytesMax ? Hunting : _payloadBytes == 0 ? UbxChecksum : UbxPayload;
    }

    private void TakeUbxPayload(int b)
    {
        Sum(b);
        if (_at < 2)
        {
            _answerTo = (_answerTo << 8) | b;
        }

        MatchProtocolVersion(b);
        _at++;
        if (_at == _payloadBytes)
        {
            _at = 0;
            _state = UbxChecksum;
        }
    }

    // In one of MON-VER's texts: "PROTVER 18.00", "PROTVER=34.00". Matched while it passes, so that nothing is kept.
    private void MatchProtocolVersion(int b)
    {
        if (_inVersion)
        {
            bool digit = b >= '0' && b <= '9';
            if (digit && _protocolVersion < 1_000)
            {
                _protocolVersion = (_protocolVersion * 10) + b - '0';
            }

            _inVersion = digit || (_protocolVersion == 0 && (b == ' ' || b == '='));
            return;
        }

        if (_matched == _protver.Length)
        {
            return;
        }

        _matched = b == _protver[_matched] ? _matched + 1 : b == _protver[0] ? 1 : 0;
        _inVersion = _matched == _protver.Length;
    }

    private void TakeUbxChecksum(int b)
    {
        if (_at == 0)
        {
            _at = 1;
            if (b != _ckA)
            {
                _state = Hunting;
                Hunt(b);
            }

            return;
        }

        _state = Hunting;
        if (b != _ckB)
        {
            Hunt(b);
            return;
        }

        Good++;
        if (_header[0] == UbxFrame.ClassMon && _header[1] == UbxFrame.MonVer)
        {
            HasUbxVersion = true;
            ProtocolVersion = _protocolVersion;
        }
        else if (_header[0] == UbxFrame.ClassAck && _payloadBytes == 2)
        {
            Answer(ExpectedAnswer.UbxAck, _answerTo, _header[1] == UbxFrame.AckAck);
        }
    }

    private void Sum(int b)
    {
        _ckA = (_ckA + b) & 0xFF;
        _ckB = (_ckB + _ckA) & 0xFF;
    }

    private void Answer(ExpectedAnswer kind, int to, bool yes)
    {
        if (kind == _expected && to == _expectedTo && !_isAnswered)
        {
            _isAnswered = true;
            _isRefused = !yes;
        }
    }
}
