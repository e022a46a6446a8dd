using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.Reports;

/// <summary>
/// Tells from the accepted fixes what the boat is at. Each threshold has a way in and another way out, so that a boat
/// on one of them does not change its mode at every fix. Allocates nothing.
/// </summary>
public sealed class MotionWatch
{
    private readonly MotionOptions _options;
    private readonly long _mooredRadiusCm;
    private int _restLatitudeE7;
    private int _restLongitudeE7;
    private long _restSinceMs;
    private long _changingSinceMs;
    private bool _changing;

    public MotionWatch(MotionOptions options)
    {
        options.Check();
        _options = options;
        _mooredRadiusCm = options.MooredRadiusM * 100L;
    }

    /// <summary>What the boat is at.</summary>
    public BoatMode Mode { get; private set; }

    /// <summary>Whether a mode is one of rest.</summary>
    public static bool IsAtRest(BoatMode mode)
    {
        return mode == BoatMode.Moored || mode == BoatMode.AtAnchor;
    }

    /// <summary>Takes an accepted fix. One without a speed changes nothing.</summary>
    public BoatMode Update(Fix fix, long monotonicMs)
    {
        int speed = fix.SogMilliknots;
        if (speed == Fix.Unknown)
        {
            _changing = false;
            return Mode;
        }

        if (Mode == BoatMode.Unknown)
        {
            Enter(speed < _options.StartFromMilliknots ? BoatMode.AtAnchor : UnderWay(speed), fix, monotonicMs);
        }
        else if (IsAtRest(Mode))
        {
            UpdateAtRest(fix, monotonicMs);
        }
        else if (Lasts(speed < _options.StopBelowMilliknots, monotonicMs, _options.StopAfterMs))
        {
            Enter(BoatMode.AtAnchor, fix, monotonicMs);
        }
        else
        {
            Mode = UnderWay(speed);
        }

        return Mode;
    }

    private void UpdateAtRest(Fix fix, long monotonicMs)
    {
        if (Lasts(fix.SogMilliknots >= _options.StartFromMilliknots, monotonicMs, _options.StartAfterMs))
        {
            Enter(UnderWay(fix.SogMilliknots), fix, monotonicMs);
            return;
        }

        long limitCm = Mode == BoatMode.Moored ? 2 * _mooredRadiusCm : _mooredRadiusCm;
        if (EarthDistance.IsBeyond(_restLatitudeE7, _restLongitudeE7, fix.LatitudeE7, fix.LongitudeE7, limitCm))
        {
            Enter(BoatMode.AtAnchor, fix, monotonicMs);
        }
        else if (monotonicMs - _restSinceMs >= _options.MooredAfterMs)
        {
            Mode = BoatMode.Moored;
        }
    }

    private BoatMode UnderWay(int speed)
    {
        int from = Mode == BoatMode.Pursuit ? _options.PursuitBelowMilliknots : _options.PursuitFromMilliknots;
        return speed >= from ? BoatMode.Pursuit : BoatMode.Patrol;
    }

    private bool Lasts(bool condition, long monotonicMs, int forMs)
    {
        if (!condition)
        {
            _changing = false;
            return false;
        }

        if (!_changing)
        {
            _changing = true;
            _changingSinceMs = monotonicMs;
        }

        return monotonicMs - _changingSinceMs >= forMs;
    }

    private void Enter(BoatMode mode, Fix fix, long monotonicMs)
    {
        // Wandering about within the patience of a change is no reason to forget that change: only a new mode is.
        if (IsAtRest(mode) != IsAtRest(Mode))
        {
            _changing = false;
        }

        Mode = mode;
        _restLatitudeE7 = fix.LatitudeE7;
        _restLongitudeE7 = fix.LongitudeE7;
        _restSinceMs = monotonicMs;
    }
}
