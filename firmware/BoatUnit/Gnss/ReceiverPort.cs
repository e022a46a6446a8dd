using System;
using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.BoatUnit.Gnss;

/// <summary>
/// A receiver on a serial port: finds its rate, sets it up, hands its bytes to Core's parser, and begins again when it
/// has lost its setup or fallen silent. Called every few milliseconds; never waits.
/// </summary>
/// <remarks>
/// In <see cref="ReceiverState.Running"/> nothing is allocated. That the receiver has lost its setup is seen from how
/// many sentences the parser has met, so that a running receiver's bytes are looked at once only.
/// </remarks>
public sealed class ReceiverPort : IDisposable
{
    /// <summary>The fastest and the slowest that positions may be asked for.</summary>
    public const int PeriodMinMs = 100;

    /// <summary>See <see cref="PeriodMinMs"/>.</summary>
    public const int PeriodMaxMs = 10_000;

    // What one call may take: a loop that was held up catches up over several calls instead of being held up more.
    private const int ReadBytesMax = 256;
    private const int ReadsPerPollMax = 4;
    private const int RoundsBeforePowerCycleMax = 64;
    private const int SentencesPerEpoch = 2;
    private const int SentenceBytesMax = 82;

    private readonly ReceiverOptions _options;
    private readonly NmeaParser _parser;
    private readonly IReceiverPower _power;
    private readonly ReceiverCounters _counters = new ReceiverCounters();
    private readonly ReceiverAnswers _answers = new ReceiverAnswers();
    private readonly ReceiverCommand _question = new ReceiverCommand();
    private readonly SerialLine _line;
    private readonly BaudSearch _search;
    private readonly ReceiverSetup _setup;
    private readonly byte[] _buffer = new byte[ReadBytesMax];
    private ReceiverState _state;
    private bool _isBegun;
    private int _lastBaudBps;
    private int _roundsTaken;
    private int _roundsBeforePowerCycle;
    private int _setupsInVain;
    private int _goodSeen;
    private int _goodBefore;
    private long _usedSeen;
    private long _heardMs;
    private long _sinceMs;
    private long _watchSinceMs;
    private long _watchUsed;
    private long _watchIgnored;
    private long _setupAgainMs;

    /// <param name="options">Its settings.</param>
    /// <param name="parser">Where its bytes go.</param>
    /// <param name="power">The switch of its supply, or null if the board has none.</param>
    /// <exception cref="ArgumentNullException">An argument is null that may not be.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or the rate cannot carry the positions.</exception>
    public ReceiverPort(ReceiverOptions options, NmeaParser parser, IReceiverPower power)
    {
        if (options == null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        if (parser == null)
        {
            throw new ArgumentNullException(nameof(parser));
        }

        CheckOptions(options);
        _options = options;
        _parser = parser;
        _power = power;
        _lastBaudBps = options.BaudBps;
        _roundsBeforePowerCycle = options.RoundsBeforePowerCycle;
        _line = new SerialLine(options.PortName, _counters);
        _search = new BaudSearch(options.SearchDwellMs);
        _setup = new ReceiverSetup(options, _line, _answers, _counters);
    }

    /// <summary>What has happened.</summary>
    public ReceiverCounters Counters
    {
        get { return _counters; }
    }

    /// <summary>What it is doing.</summary>
    public ReceiverState State
    {
        get { return _state; }
    }

    /// <summary>Whose commands the receiver understands, as far as known.</summary>
    public ReceiverFamily Family
    {
        get { return _setup.Family; }
    }

    /// <summary>How the last setup ended.</summary>
    public SetupOutcome Outcome
    {
        get { return _setup.Outcome; }
    }

    /// <summary>The rate at which it was last heard, or is to be heard.</summary>
    public int BaudBps
    {
        get { return _lastBaudBps; }
    }

    /// <summary>
    /// No sentence comes: it fell silent, or all rates were tried in vain. For the status frame's fault 'receiver'. A
    /// receiver that has no position yet is not at fault.
    /// </summary>
    public bool IsFaulty { get; private set; }

    /// <summary>Does what is due.</summary>
    public void Poll(long nowMs)
    {
        if (!_isBegun)
        {
            _isBegun = true;
            StartSearch(nowMs);
        }

        Read(nowMs);
        switch (_state)
        {
            case ReceiverState.Running:
                PollRunning(nowMs);
                break;
            case ReceiverState.Searching:
                PollSearching(nowMs);
                break;
            case ReceiverState.SettingUp:
                PollSettingUp(nowMs);
                break;
            case ReceiverState.PoweredOff:
                if (nowMs - _sinceMs >= _options.PowerOffMs && _power.TrySetPower(true))
                {
                    StartSearch(nowMs);
                }

                break;
            default:
                if (nowMs - _sinceMs >= _options.PortRetryMs)
                {
                    StartSearch(nowMs);
                }

                break;
        }
    }

    /// <summary>Closes the port: before a reboot, and between two units on one simulated board.</summary>
    public void Dispose()
    {
        _line.Dispose();
    }

    /// <summary>
    /// Whether receivers know this baud rate, and the sentences of a position so often fit in it.
    /// </summary>
    public static bool IsPossible(int baudBps, int periodMs)
    {
        const int bitsPerByte = 10;
        long bitsPerEpoch = SentencesPerEpoch * SentenceBytesMax * bitsPerByte;
        return periodMs >= PeriodMinMs && periodMs <= PeriodMaxMs && BaudSearch.IsKnown(baudBps)
            && bitsPerEpoch * 1_000 <= (long)baudBps * periodMs;
    }

    private static void CheckOptions(ReceiverOptions options)
    {
        if (!IsPossible(options.BaudBps, options.PeriodMs)
            || options.SearchDwellMs < 1 || options.AnswerWaitMs < 1 || options.TriesMax < 1
            || options.SilenceLimitMs <= options.PeriodMs || options.WatchMs < 2 * options.PeriodMs
            || options.SetupsInVainMax < 1 || options.SetupRetryMs < 1 || options.RoundsBeforePowerCycle < 1
            || options.PowerOffMs < 1 || options.PortRetryMs < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options));
        }
    }

    private void Read(long nowMs)
    {
        int reads = 0;
        int read;
        do
        {
            read = _line.Read(_buffer);
            if (read > 0)
            {
                _parser.Feed(_buffer, 0, read, nowMs);
                if (_state != ReceiverState.Running)
                {
                    _answers.Feed(_buffer, read);
                }
            }

            reads++;
        }
        while (read == ReadBytesMax && reads < ReadsPerPollMax);

        if (read == 0)
        {
            _parser.Idle(nowMs);
        }

        if (_parser.Counters.SentencesUsed != _usedSeen)
        {
            _usedSeen = _parser.Counters.SentencesUsed;
            _heardMs = nowMs;
            IsFaulty = false;
        }

        // While a setup runs its answers are life enough: sentences may be off until it has ended.
        if (_answers.Good != _goodSeen)
        {
            _goodSeen = _answers.Good;
            _heardMs = nowMs;
        }
    }

    private void StartSearch(long nowMs)
    {
        _roundsTaken = 0;
        _search.Start(_lastBaudBps, nowMs);
        Listen(nowMs);
    }

    // Opens the port at the search's rate, and asks a u-blox: one whose sentences are all off answers all the same. Eight
    // bytes only: many framing errors make a u-blox close its input for a while.
    private void Listen(long nowMs)
    {
        _sinceMs = nowMs;
        if (!_line.TryOpen(_search.BaudBps))
        {
            _state = ReceiverState.Closed;
            return;
        }

        _state = ReceiverState.Searching;
        _answers.Forget();
        _goodBefore = _answers.Good;
        if (_options.MayConfigure)
        {
            ReceiverSetup.WriteUbloxQuestion(_question);
            _line.TryWrite(_question);
        }
    }

    private void PollSearching(long nowMs)
    {
        if (!_line.IsOpen)
        {
            ClosePort(nowMs);
        }
        else if (_answers.Good != _goodBefore)
        {
            _counters.RatesFound++;
            _lastBaudBps = _search.BaudBps;
            _roundsBeforePowerCycle = _options.RoundsBeforePowerCycle;
            StartSetup(nowMs);
        }
        else if (_search.TryNext(nowMs))
        {
            AfterDwell(nowMs);
        }
    }

    private void AfterDwell(long nowMs)
    {
        if (_search.Rounds != _roundsTaken)
        {
            _roundsTaken = _search.Rounds;
            _counters.RoundsInVain++;
            IsFaulty = true;
            if (_power != null && _roundsTaken >= _roundsBeforePowerCycle && _power.TrySetPower(false))
            {
                CyclePower(nowMs);
                return;
            }
        }

        Listen(nowMs);
    }

    private void CyclePower(long nowMs)
    {
        _counters.PowerCycles++;
        if (_roundsBeforePowerCycle < RoundsBeforePowerCycleMax)
        {
            _roundsBeforePowerCycle *= 2;
        }

        // What was set is gone with the power: the configured rate, or the factory's, is the likely one.
        _lastBaudBps = _options.BaudBps;
        _line.Close();
        _state = ReceiverState.PoweredOff;
        _sinceMs = nowMs;
    }

    private void PollSettingUp(long nowMs)
    {
        if (!_line.IsOpen)
        {
            ClosePort(nowMs);
            return;
        }

        SetupProgress progress = _setup.Poll(nowMs);
        _lastBaudBps = _setup.BaudBps;
        if (progress == SetupProgress.LineLost || HasFallenSilent(nowMs))
        {
            StartSearch(nowMs);
        }
        else if (progress == SetupProgress.Done)
        {
            _state = ReceiverState.Running;
            StartWatch(nowMs);
        }
    }

    private void PollRunning(long nowMs)
    {
        if (!_line.IsOpen)
        {
            ClosePort(nowMs);
        }
        else if (HasFallenSilent(nowMs))
        {
            StartSearch(nowMs);
        }
        else if (nowMs - _watchSinceMs >= _options.WatchMs)
        {
            CheckWatch(nowMs);
        }
    }

    private bool HasFallenSilent(long nowMs)
    {
        if (nowMs - _heardMs < _options.SilenceLimitMs)
        {
            return false;
        }

        _counters.Silences++;
        IsFaulty = true;
        return true;
    }

    private void ClosePort(long nowMs)
    {
        _state = ReceiverState.Closed;
        IsFaulty = true;
        _sinceMs = nowMs;
    }

    private void StartWatch(long nowMs)
    {
        _watchSinceMs = nowMs;
        _watchUsed = _parser.Counters.SentencesUsed;
        _watchIgnored = _parser.Counters.SentencesIgnored;
    }

    // A receiver that was reset sends its factory's sentences again (six types and more against two), at its factory's
    // period. Half as many again are let pass: a CASIC chip's antenna text in each epoch is no lost setup.
    private void CheckWatch(long nowMs)
    {
        long used = _parser.Counters.SentencesUsed - _watchUsed;
        long all = used + _parser.Counters.SentencesIgnored - _watchIgnored;
        long expected = SentencesPerEpoch * (nowMs - _watchSinceMs) / _setup.PeriodMs;
        bool kept = all <= expected + (expected / 2) + SentencesPerEpoch && used + SentencesPerEpoch >= expected / 2;
        StartWatch(nowMs);
        if (kept)
        {
            _setupsInVain = 0;
            return;
        }

        // One that has answered nobody is asked again now and then: it may have been starting up.
        bool inVain = _setup.Family == ReceiverFamily.Unknown || _setupsInVain >= _options.SetupsInVainMax;
        if (inVain && nowMs < _setupAgainMs)
        {
            return;
        }

        if (_setupsInVain == 0 && _setup.Family != ReceiverFamily.Unknown)
        {
            _counters.SetupsLost++;
        }

        _setupsInVain = inVain ? 1 : _setupsInVain + 1;
        StartSetup(nowMs);
    }

    private void StartSetup(long nowMs)
    {
        _setupAgainMs = nowMs + _options.SetupRetryMs;
        _state = ReceiverState.SettingUp;
        _setup.Start(_lastBaudBps, nowMs);
    }
}
