namespace BoatTelemetry.BoatUnit.Gnss;

/// <summary>Where a setup stands.</summary>
internal enum SetupProgress
{
    Busy = 0,

    /// <summary>It has ended; <see cref="ReceiverSetup.Outcome"/> says how.</summary>
    Done = 1,

    /// <summary>The rate was set, and nothing came at it.</summary>
    LineLost = 2,
}

/// <summary>
/// Finds out whose commands the receiver understands and sends it its setup, one command at a time, each until it is
/// answered or given up. The steps: 1. ask as u-blox, MediaTek and CASIC do, until one answers; 2. that family's
/// commands; 3. where one sets the rate, follow it and wait for a sentence.
/// </summary>
internal sealed class ReceiverSetup
{
    // A change of rate takes effect when the receiver's transmitter has drained; 100 ms is
    // the usual advice. Not measured on receivers.
    private const int BaudSettleMs = 150;

    // A family that answers nothing gets its commands one after the other with a pause to take them in.
    private const int UnansweredGapMs = 200;
    private const int BitsPerByte = 10;

    private const int AskUblox = 0;
    private const int AskMtk = 1;
    private const int AskCasic = 2;
    private const int AskEnd = 3;

    private const int Asking = 0;
    private const int Commanding = 1;
    private const int Draining = 2;
    private const int Confirming = 3;

    // Rates that were set and not heard; after so many the receiver keeps the rate at which it was found.
    private const int BaudTriesMax = 2;

    private readonly ReceiverOptions _options;
    private readonly SerialLine _line;
    private readonly ReceiverAnswers _answers;
    private readonly ReceiverCounters _counters;
    private readonly ReceiverCommand _command = new ReceiverCommand();
    private readonly SetupTarget _target = new SetupTarget();
    private readonly FamilyCommands _ubloxLegacy = new UbloxLegacyCommands();
    private readonly FamilyCommands _ubloxKeys = new UbloxKeyCommands();
    private readonly FamilyCommands _mtk = new MtkCommands();
    private readonly FamilyCommands _casic = new CasicCommands();
    private FamilyCommands _family;
    private int _stage;
    private int _step;
    private int _tries;
    private int _goodBefore;
    private int _baudFailures;
    private long _sinceMs;
    private int _waitMs;
    private bool _isPartial;

    public ReceiverSetup(ReceiverOptions options, SerialLine line, ReceiverAnswers answers, ReceiverCounters counters)
    {
        _options = options;
        _line = line;
        _answers = answers;
        _counters = counters;
    }

    public ReceiverFamily Family { get; private set; }

    public SetupOutcome Outcome { get; private set; }

    /// <summary>The rate at which the line is open.</summary>
    public int BaudBps
    {
        get { return _target.CurrentBaudBps; }
    }

    /// <summary>From one position to the next, once set up.</summary>
    public int PeriodMs
    {
        get { return Family == ReceiverFamily.Casic ? CasicCommands.PeriodMs(_options.PeriodMs) : _options.PeriodMs; }
    }

    /// <summary>Begins on a line at which the receiver has been heard at this rate.</summary>
    public void Start(int baudBps, long nowMs)
    {
        _target.PeriodMs = _options.PeriodMs;
        _target.CurrentBaudBps = baudBps;
        _target.BaudBps = _baudFailures < BaudTriesMax ? _options.BaudBps : baudBps;
        _target.WasElsewhere = baudBps != _target.BaudBps;
        Family = ReceiverFamily.Unknown;
        Outcome = SetupOutcome.None;
        _isPartial = false;
        if (!_options.MayConfigure)
        {
            return;
        }

        _counters.Setups++;
        _answers.Forget();
        _stage = Asking;
        _step = AskUblox;
        _tries = 0;
        Ask(nowMs);
    }

    public SetupProgress Poll(long nowMs)
    {
        if (!_options.MayConfigure)
        {
            return End(SetupOutcome.AsItIs);
        }

        switch (_stage)
        {
            case Asking:
                return PollAsking(nowMs);
            case Commanding:
                return PollCommand(nowMs);
            case Draining:
                return PollDraining(nowMs);
            default:
                return PollConfirming(nowMs);
        }
    }

    /// <summary>Writes the question that only a u-blox answers.</summary>
    public static void WriteUbloxQuestion(ReceiverCommand command)
    {
        UbxFrame.Begin(command, UbxFrame.ClassMon, UbxFrame.MonVer);
        UbxFrame.End(command);
    }

    private void Ask(long nowMs)
    {
        switch (_step)
        {
            case AskUblox:
                WriteUbloxQuestion(_command);
                break;
            case AskMtk:
                TextCommand.Write(_command, "PMTK000");
                break;
            default:
                TextCommand.Write(_command, "PCAS06,0");
                break;
        }

        Send(nowMs, _options.AnswerWaitMs);
    }

    private void Send(long nowMs, int waitMs)
    {
        _tries++;
        _answers.Await(_command);
        _line.TryWrite(_command);
        _sinceMs = nowMs;
        _waitMs = waitMs;
    }

    private SetupProgress PollAsking(long nowMs)
    {
        if (Recognise())
        {
            _stage = Commanding;
            return NextCommand(0, nowMs);
        }

        if (nowMs - _sinceMs < _waitMs)
        {
            return SetupProgress.Busy;
        }

        // Each question is asked twice: the first may have fallen among the bytes of one that was cut off.
        if (_tries == 2)
        {
            _tries = 0;
            _step++;
        }

        if (_step == AskEnd)
        {
            return End(SetupOutcome.AsItIs);
        }

        Ask(nowMs);
        return SetupProgress.Busy;
    }

    // Configuration by keys came with generation 9, whose protocol versions begin at 27 (M8's end at 23.01).
    private bool Recognise()
    {
        const int keysFromVersion = 24;
        if (_answers.HasUbxVersion)
        {
            bool keys = _answers.ProtocolVersion >= keysFromVersion;
            Family = keys ? ReceiverFamily.UbloxKeys : ReceiverFamily.UbloxLegacy;
            _family = keys ? _ubloxKeys : _ubloxLegacy;
        }
        else if (_answers.HasMtk)
        {
            Family = ReceiverFamily.Mtk;
            _family = _mtk;
        }
        else if (_answers.HasCasic)
        {
            Family = ReceiverFamily.Casic;
            _family = _casic;
        }

        return Family != ReceiverFamily.Unknown;
    }

    private SetupProgress NextCommand(int step, long nowMs)
    {
        _step = step;
        while (_family.TryWrite(_step, _target, _command))
        {
            if (_command.Length > 0)
            {
                _tries = 0;
                SendCommand(nowMs);
                return SetupProgress.Busy;
            }

            _step++;
        }

        return End(_isPartial ? SetupOutcome.Partial : SetupOutcome.Complete);
    }

    private void SendCommand(long nowMs)
    {
        _stage = Commanding;
        Send(nowMs, _command.Expects == ExpectedAnswer.None ? UnansweredGapMs : _options.AnswerWaitMs);
        if (_command.NewBaudBps != 0)
        {
            _stage = Draining;
            _waitMs = BaudSettleMs + (_command.Length * BitsPerByte * 1_000 / _target.CurrentBaudBps);
        }
    }

    private SetupProgress PollCommand(long nowMs)
    {
        if (_answers.IsAnswered)
        {
            if (_answers.IsRefused)
            {
                // No is an answer: the same command would get it again.
                _counters.CommandsRefused++;
                _isPartial |= !_command.IsOptional;
            }

            return NextCommand(_step + 1, nowMs);
        }

        if (nowMs - _sinceMs < _waitMs)
        {
            return SetupProgress.Busy;
        }

        if (_command.Expects == ExpectedAnswer.None)
        {
            return NextCommand(_step + 1, nowMs);
        }

        if (_tries < _options.TriesMax)
        {
            SendCommand(nowMs);
            return SetupProgress.Busy;
        }

        _counters.CommandsUnanswered++;
        _isPartial |= !_command.IsOptional;
        return NextCommand(_step + 1, nowMs);
    }

    private SetupProgress PollDraining(long nowMs)
    {
        if (_answers.IsAnswered && _answers.IsRefused)
        {
            // Answered at the old rate, so it stays there; setting it again would be refused again.
            _counters.CommandsRefused++;
            _isPartial = true;
            _target.BaudBps = _target.CurrentBaudBps;
            return NextCommand(_step + 1, nowMs);
        }

        if (nowMs - _sinceMs < _waitMs)
        {
            return SetupProgress.Busy;
        }

        _target.CurrentBaudBps = _command.NewBaudBps;
        _line.TryOpen(_target.CurrentBaudBps);
        _stage = Confirming;
        _goodBefore = _answers.Good;
        _sinceMs = nowMs;
        return SetupProgress.Busy;
    }

    private SetupProgress PollConfirming(long nowMs)
    {
        if (_answers.Good != _goodBefore)
        {
            _baudFailures = 0;
            return NextCommand(_step + 1, nowMs);
        }

        if (nowMs - _sinceMs < _options.SearchDwellMs)
        {
            return SetupProgress.Busy;
        }

        _baudFailures++;
        _counters.RateChangesFailed++;
        return SetupProgress.LineLost;
    }

    private SetupProgress End(SetupOutcome outcome)
    {
        Outcome = outcome;
        return SetupProgress.Done;
    }
}
