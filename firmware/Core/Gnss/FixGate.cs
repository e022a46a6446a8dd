using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// Refuses fixes that cannot be: too early a date, an instant that does not follow the last accepted one, one that
/// comes too late after its own instant, a place the boat cannot have reached.
/// </summary>
/// <remarks>
/// <para>
/// Whatever judges by the last accepted fix would refuse for ever after one wrong accepted fix. So refused fixes are
/// watched as well: <see cref="GnssOptions.ReanchorAfterFixes"/> of them in a row, each later than the one before and
/// within the boat's reach of it, are the new history. Stale ones must come at the pace of the monotonic clock too,
/// within a factor of two: a backlog that is caught up with comes faster, and ends by itself.
/// </para>
/// <para>
/// Staleness is relative, for the unit has no other clock: the lag is the monotonic instant of reception minus the
/// fix's own, the baseline the least lag seen. In a replay at full speed the lag only falls, so nothing is stale.
/// </para>
/// </remarks>
internal sealed class FixGate
{
    /// <summary>
    /// After longer than this a boat can be anywhere: 100 knots for 30 days are three times around. It also keeps the
    /// product of time and speed within 64 bits.
    /// </summary>
    private const long TravelMaxMs = 30L * UtcTime.DayMs;

    /// <summary>A knot is 1852/3600 m/s, so a milliknot makes a centimetre in this many milliseconds.</summary>
    private const long MilliknotMsPerCm = 19_438;

    private const int PartsPerLagMs = 10_000;

    private readonly GnssOptions _options;
    private readonly GnssCounters _counters;

    private readonly Fix _last = new Fix();
    private bool _hasLast;

    // Lag of the last fix, relative to that of the history's first; and the least lag, in 10^-4 ms, which leaks upward
    // by one of them each millisecond: 100 ppm, twice what the unit's crystal may drift.
    private long _lagMs;
    private long _leastLagE4;

    // The refused fixes that agree with each other: the newest, how many, and how long from the first to the newest by
    // their own time and by the monotonic clock.
    private readonly Fix _candidate = new Fix();
    private int _candidates;
    private long _candidatesElapsedMs;
    private long _candidatesReceivedMs;

    public FixGate(GnssOptions options, GnssCounters counters)
    {
        _options = options;
        _counters = counters;
    }

    /// <summary>Judges a fix that has a position and a time; an accepted one becomes the history.</summary>
    public FixRefusal Examine(Fix fix)
    {
        if (fix.HasDate && fix.DayNumber < _options.EarliestDayNumber)
        {
            return FixRefusal.BeforeEarliestDate;
        }

        if (fix.SogMilliknots > _options.SpeedMaxMilliknots)
        {
            fix.SogMilliknots = Fix.Unknown;
            _counters.SpeedsDropped++;
        }

        if (!_hasLast)
        {
            Anchor(fix);
            return FixRefusal.None;
        }

        long elapsedMs = ElapsedMs(_last, fix);
        long receivedMs = fix.ReceivedMonotonicMs - _last.ReceivedMonotonicMs;
        long lagMs = _lagMs + receivedMs - elapsedMs;
        long leastLagE4 = _leastLagE4 + receivedMs;
        FixRefusal refusal = ByHistory(fix, elapsedMs, lagMs, leastLagE4);
        if (refusal == FixRefusal.None)
        {
            _last.CopyFrom(fix);
            _lagMs = lagMs;
            _leastLagE4 = lagMs * PartsPerLagMs < leastLagE4 ? lagMs * PartsPerLagMs : leastLagE4;
            _candidates = 0;
            return FixRefusal.None;
        }

        if (refusal != FixRefusal.Repeated && IsNewHistory(fix, refusal))
        {
            Anchor(fix);
            _counters.Reanchorings++;
            return FixRefusal.None;
        }

        return refusal;
    }

    private FixRefusal ByHistory(Fix fix, long elapsedMs, long lagMs, long leastLagE4)
    {
        if (elapsedMs == 0)
        {
            return FixRefusal.Repeated;
        }

        if (elapsedMs < 0)
        {
            return FixRefusal.TimeBackwards;
        }

        // Seen without this: one sentence dated a month ahead, at 33 S while the boat was at 52 N, was a fix.
        long receivedMs = fix.ReceivedMonotonicMs - _last.ReceivedMonotonicMs;
        if (_options.AheadMaxMs > 0 && elapsedMs - receivedMs > _options.AheadMaxMs)
        {
            return FixRefusal.TimeForwards;
        }

        if (lagMs * PartsPerLagMs > leastLagE4 + ((long)_options.StaleAfterMs * PartsPerLagMs))
        {
            return FixRefusal.Stale;
        }

        return IsInReach(_last, fix, elapsedMs) ? FixRefusal.None : FixRefusal.ImplausiblyFar;
    }

    /// <summary>Counts the refused fixes that agree with each other; whether they are enough.</summary>
    private bool IsNewHistory(Fix fix, FixRefusal refusal)
    {
        long elapsedMs = _candidates == 0 ? 0 : ElapsedMs(_candidate, fix);
        if (_candidates != 0 && elapsedMs == 0)
        {
            return false;
        }

        if (_candidates != 0 && elapsedMs > 0 && IsInReach(_candidate, fix, elapsedMs))
        {
            _candidates++;
            _candidatesElapsedMs += elapsedMs;
            _candidatesReceivedMs += fix.ReceivedMonotonicMs - _candidate.ReceivedMonotonicMs;
        }
        else
        {
            _candidates = 1;
            _candidatesElapsedMs = 0;
            _candidatesReceivedMs = 0;
        }

        _candidate.CopyFrom(fix);
        bool inPace = _candidatesReceivedMs * 2 >= _candidatesElapsedMs
            && _candidatesReceivedMs <= _candidatesElapsedMs * 2;
        return _candidates >= _options.ReanchorAfterFixes && (inPace || refusal != FixRefusal.Stale);
    }

    /// <summary>The history begins anew with this fix.</summary>
    private void Anchor(Fix fix)
    {
        _last.CopyFrom(fix);
        _hasLast = true;
        _lagMs = 0;
        _leastLagE4 = 0;
        _candidates = 0;
    }

    /// <summary>
    /// From one fix to a later one, negative if it is not later. Where a date is not known, the time of day alone
    /// decides, the shorter way round.
    /// </summary>
    private static long ElapsedMs(Fix from, Fix to)
    {
        return from.HasDate && to.HasDate ? to.UtcMs - from.UtcMs : UtcTime.StepMs(from.TimeOfDayMs, to.TimeOfDayMs);
    }

    /// <summary>Whether the boat can have come from one place to the other.</summary>
    private bool IsInReach(Fix from, Fix to, long elapsedMs)
    {
        // The monotonic clock may know of more time than the times of day tell, if days are missing between them.
        long receivedMs = to.ReceivedMonotonicMs - from.ReceivedMonotonicMs;
        long travelMs = elapsedMs > receivedMs ? elapsedMs : receivedMs;
        if (travelMs > TravelMaxMs)
        {
            return true;
        }

        long reachCm = (travelMs * _options.SpeedMaxMilliknots / MilliknotMsPerCm) + (100L * _options.JumpMarginM);
        return !EarthDistance.IsBeyond(from.LatitudeE7, from.LongitudeE7, to.LatitudeE7, to.LongitudeE7, reachCm);
    }
}
