using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.Core.Links;

/// <summary>
/// One link's way through the record, round after round until all of it is acknowledged. Two cursors, whatever the
/// length of the record.
/// </summary>
/// <remarks>
/// Newest first (LoRa: an hour's air time cannot carry a day's record, and the last hour is worth more to the shore
/// than the first) goes down from the newest frame, and turns aside for what has come meanwhile. Oldest first goes up:
/// then the acknowledgement's base moves with it; it turns aside for a new status alone, which says how things are now and
/// moves the base over numbers that will never come. A round that brought no acknowledgement is followed by a wait, which
/// doubles.
/// </remarks>
internal sealed class RecordPass
{
    private readonly bool _newestFirst;
    private readonly DispatchOptions _options;
    private readonly UnitRandom _random;
    private readonly JournalCursor _main = new JournalCursor();
    private readonly JournalCursor _recent = new JournalCursor();
    private bool _running;
    private bool _mainWaits;
    private bool _inRecent;
    private uint _highest;
    private uint _recentTop;
    private bool _progress = true;
    private long _nextRoundMs;
    private int _roundDelayMs;
    private long _ahead = LinkDispatcher.NoCounter;

    public RecordPass(bool newestFirst, DispatchOptions options, UnitRandom random)
    {
        _newestFirst = newestFirst;
        _options = options;
        _random = random;
        _roundDelayMs = options.RoundDelayMs;
        _nextRoundMs = long.MinValue;
        Candidate = _main;
    }

    /// <summary>After <see cref="TryFind"/>: the frame whose turn it is.</summary>
    public JournalCursor Candidate { get; private set; }

    /// <summary>Whether it came while the round was under way: it is not backlog.</summary>
    public bool CandidateIsNew { get; private set; }

    /// <summary>Rounds that ended at the record's end.</summary>
    public int Rounds { get; private set; }

    /// <summary>Something that this link carried was acknowledged.</summary>
    public void Progress()
    {
        _progress = true;
    }

    /// <summary>This frame goes before the round, where that goes up. It replaces the one before.</summary>
    public void GoAhead(uint counter)
    {
        _ahead = _newestFirst ? LinkDispatcher.NoCounter : counter;
    }

    /// <summary>Finds whose turn it is; the same again until <see cref="Done"/>.</summary>
    public bool TryFind(IFrameJournal journal, int underWay, long nowMs)
    {
        return _newestFirst ? FindDown(journal, nowMs) : FindUp(journal, underWay, nowMs);
    }

    /// <summary>The candidate was sent, or is not for this link.</summary>
    public void Done(IFrameJournal journal, long nowMs)
    {
        if (_ahead != LinkDispatcher.NoCounter && Candidate == _recent)
        {
            _ahead = LinkDispatcher.NoCounter;
            return;
        }

        if (!_inRecent)
        {
            _mainWaits = false;
            if (_newestFirst)
            {
                StepDown(journal, nowMs);
            }

            return;
        }

        if (!journal.MoveToOlder(_recent) || _recent.Counter <= _highest)
        {
            _inRecent = false;
            _highest = _recentTop;
        }
    }

    private bool FindDown(IFrameJournal journal, long nowMs)
    {
        if (!_running && nowMs >= _nextRoundMs && journal.MoveToNewest(_main))
        {
            _running = true;
            _mainWaits = true;
            _inRecent = false;
            _highest = _main.Counter;
            _progress = false;
        }

        if (!_inRecent && journal.MoveToNewest(_recent) && _recent.Counter > _highest)
        {
            _inRecent = true;
            _recentTop = _recent.Counter;
        }

        Candidate = _inRecent ? _recent : _main;
        CandidateIsNew = _inRecent;
        return _inRecent || _mainWaits;
    }

    private void StepDown(IFrameJournal journal, long nowMs)
    {
        if (journal.MoveToOlder(_main))
        {
            _mainWaits = true;
        }
        else
        {
            EndRound(nowMs);
        }
    }

    private bool FindUp(IFrameJournal journal, int underWay, long nowMs)
    {
        if (_ahead != LinkDispatcher.NoCounter)
        {
            Candidate = _recent;
            CandidateIsNew = true;
            if (journal.MoveTo(_recent, (uint)_ahead) && _recent.Counter == _ahead)
            {
                return true;
            }

            _ahead = LinkDispatcher.NoCounter;
        }

        Candidate = _main;
        CandidateIsNew = false;
        if (!_running)
        {
            if (nowMs < _nextRoundMs || !journal.MoveToOldest(_main))
            {
                return false;
            }

            _running = true;
            _mainWaits = true;
            _progress = false;
        }

        if (!_mainWaits && journal.MoveToNewer(_main))
        {
            _mainWaits = true;
        }

        if (!_mainWaits && underWay == 0 && journal.HeldFrames > 0)
        {
            EndRound(nowMs);
        }

        return _mainWaits;
    }

    private void EndRound(long nowMs)
    {
        Rounds++;
        _running = false;
        _mainWaits = false;
        if (_progress)
        {
            _roundDelayMs = _options.RoundDelayMs;
            _nextRoundMs = _newestFirst ? nowMs + _options.RoundDelayMs : nowMs;
            return;
        }

        _nextRoundMs = nowMs + _random.Jittered(_roundDelayMs);
        _roundDelayMs = _roundDelayMs * 2 > _options.RoundDelayMaxMs ? _options.RoundDelayMaxMs : _roundDelayMs * 2;
    }
}
