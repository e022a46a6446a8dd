using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.Reports;

/// <summary>
/// When a boat says where it is: by motion, and not by the clock alone. It decides at each accepted fix and at no other
/// time, for an old position is not sent again. Allocates nothing.
/// </summary>
/// <remarks>
/// The order of the rules, the first that holds decides: floor, ceiling, alarm, boundary, an order from shore (which
/// silences the rules behind it: it is carried out as given), stop/start/pursuit, turn, dead reckoning, the mode's
/// interval. What the floor holds up is not forgotten.
/// </remarks>
public sealed class LiveSchedule
{
    private const int Reasons = (int)LiveReason.Ceiling + 1;

    private readonly LiveScheduleOptions _options;
    private readonly DeadReckoning _shore = new DeadReckoning();
    private readonly int[] _sent = new int[Reasons];
    private BoatMode _mode;
    private LiveReason _urgent;
    private LiveReason _motion;
    private long _sentMs;
    private int _sentCogDeg = Fix.Unknown;
    private int _turned;
    private bool _alarm;
    private long _orderedMs;
    private long _orderedUntilMs;

    public LiveSchedule(LiveScheduleOptions options)
    {
        options.Check();
        _options = options;
    }

    /// <summary>How long an order lasts that does not say, milliseconds.</summary>
    public int OrderDurationMs
    {
        get { return _options.OrderDurationMs; }
    }

    /// <summary>The last decision.</summary>
    public LiveReason LastReason { get; private set; }

    /// <summary>Whether an ordered interval is in force.</summary>
    public bool HasOrder
    {
        get { return _orderedMs != 0; }
    }

    /// <summary>Frames sent for a reason, since start.</summary>
    public int SentFor(LiveReason reason)
    {
        return _sent[(int)reason];
    }

    /// <summary>The interval of a mode as it is now, milliseconds, within floor and ceiling; an order is not looked at.</summary>
    public int IntervalMs(BoatMode mode, UnitCondition condition)
    {
        long intervalMs = ConfiguredMs(mode);
        if (condition.Alarm)
        {
            intervalMs = intervalMs < _options.AlarmIntervalMs ? intervalMs : _options.AlarmIntervalMs;
        }
        else if (condition.BatteryLow)
        {
            intervalMs *= _options.LowBatteryFactor;
        }

        intervalMs = intervalMs > _options.CeilingMs ? _options.CeilingMs : intervalMs;
        return (int)(intervalMs < _options.FloorMs ? _options.FloorMs : intervalMs);
    }

    /// <summary>
    /// Orders an interval, 0 for the configured ones, for so long, 0 for the configured time. False, with nothing
    /// changed, where one of them is out of range.
    /// </summary>
    public bool TryOrder(long intervalMs, long durationMs, long monotonicMs)
    {
        if (!IsOrder(intervalMs, durationMs))
        {
            return false;
        }

        _orderedMs = intervalMs;
        _orderedUntilMs = monotonicMs + (durationMs == 0 ? _options.OrderDurationMs : durationMs);
        return true;
    }

    /// <summary>Whether <see cref="TryOrder"/> would take this.</summary>
    public bool IsOrder(long intervalMs, long durationMs)
    {
        bool interval = intervalMs == 0 || (intervalMs >= _options.FloorMs && intervalMs <= _options.CeilingMs);
        return interval && durationMs >= 0 && durationMs <= _options.OrderDurationMaxMs;
    }

    /// <summary>A boundary was crossed: the next fix is sent.</summary>
    public void Crossed()
    {
        _urgent = _urgent == LiveReason.None ? LiveReason.Geofence : _urgent;
    }

    /// <summary>Whether an accepted fix is to be sent, and why.</summary>
    public LiveReason Decide(Fix fix, BoatMode mode, UnitCondition condition, long monotonicMs)
    {
        LastReason = _shore.HasBase ? DecideNext(fix, mode, condition, monotonicMs) : LiveReason.First;
        _mode = mode;
        return LastReason;
    }

    /// <summary>What was decided has been sealed; the shore goes on from there.</summary>
    public void Sent(LivePosition told, UnitCondition condition, long monotonicMs)
    {
        _shore.Start(told);
        _sentMs = monotonicMs;
        _sentCogDeg = told.CogDeg;
        _turned = 0;
        _urgent = LiveReason.None;
        _motion = LiveReason.None;
        _alarm = condition.Alarm;
        _sent[(int)LastReason]++;
    }

    private LiveReason DecideNext(Fix fix, BoatMode mode, UnitCondition condition, long monotonicMs)
    {
        Note(fix, mode, condition, monotonicMs);
        long sinceMs = monotonicMs - _sentMs;
        if (sinceMs < _options.FloorMs)
        {
            return LiveReason.None;
        }

        if (sinceMs >= _options.CeilingMs)
        {
            return LiveReason.Ceiling;
        }

        if (_urgent != LiveReason.None)
        {
            return _urgent;
        }

        if (_orderedMs != 0)
        {
            return sinceMs >= _orderedMs ? LiveReason.Ordered : LiveReason.None;
        }

        LiveReason byMotion = ByMotion(fix, mode, condition);
        if (byMotion != LiveReason.None)
        {
            return byMotion;
        }

        return sinceMs >= IntervalMs(mode, condition) ? LiveReason.Interval : LiveReason.None;
    }

    // Everything that begins is kept until a frame has told it.
    private void Note(Fix fix, BoatMode mode, UnitCondition condition, long monotonicMs)
    {
        if (_orderedMs != 0 && monotonicMs >= _orderedUntilMs)
        {
            _orderedMs = 0;
        }

        if (condition.Alarm && !_alarm)
        {
            _urgent = LiveReason.Alarm;
        }

        _alarm = condition.Alarm;
        bool rests = MotionWatch.IsAtRest(mode);
        if (rests != MotionWatch.IsAtRest(_mode))
        {
            _motion = rests ? LiveReason.Stop : LiveReason.Start;
        }
        else if (mode == BoatMode.Pursuit && _mode != BoatMode.Pursuit)
        {
            _motion = LiveReason.Pursuit;
        }

        _turned = IsTurned(fix) ? _turned + 1 : 0;
    }

    private LiveReason ByMotion(Fix fix, BoatMode mode, UnitCondition condition)
    {
        if (_motion != LiveReason.None)
        {
            return _motion;
        }

        bool saves = condition.BatteryLow && !condition.Alarm;
        if (_turned >= 2 && !saves)
        {
            return LiveReason.Turn;
        }

        int limitM = MotionWatch.IsAtRest(mode) ? _options.AtRestErrorM : _options.DeadReckoningErrorM;
        limitM = saves ? _options.LowBatteryErrorM : limitM;
        return _shore.IsOff(fix, limitM * 100L) ? LiveReason.DeadReckoning : LiveReason.None;
    }

    private bool IsTurned(Fix fix)
    {
        if (_options.TurnDeg == 0 || fix.CogCdeg == Fix.Unknown || _sentCogDeg == Fix.Unknown
            || fix.SogMilliknots == Fix.Unknown || fix.SogMilliknots < _options.TurnFromMilliknots)
        {
            return false;
        }

        int difference = fix.CogCdeg - (_sentCogDeg * 100);
        difference = difference < 0 ? -difference : difference;
        difference = difference > 18_000 ? 36_000 - difference : difference;
        return difference >= _options.TurnDeg * 100;
    }

    private int ConfiguredMs(BoatMode mode)
    {
        switch (mode)
        {
            case BoatMode.Moored:
                return _options.MooredIntervalMs;
            case BoatMode.AtAnchor:
                return _options.AtAnchorIntervalMs;
            case BoatMode.Pursuit:
                return _options.PursuitIntervalMs;
            default:
                return _options.PatrolIntervalMs;
        }
    }
}
