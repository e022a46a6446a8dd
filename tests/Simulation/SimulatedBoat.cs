using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Simulation;

/// <summary>A boat that sails legs, lies at anchor, and whose receiver now and then tells a wrong time.</summary>
public sealed class SimulatedBoat
{
    private const double E7PerM = 89.932;
    private const long DayMs = 86_400_000;
    private const long RolloverMs = 1_024L * 7 * DayMs;

    private readonly VoyagePlan _plan;
    private readonly VoyageClock _clock;
    private readonly Fix _fix = new();
    private double _northM;
    private double _eastM;
    private double _knots;
    private double _courseDeg;
    private long _legUntilMs;
    private long _lastMs;
    private long _clockFaultAtMs;
    private long _clockFaultUntilMs;

    public SimulatedBoat(VoyagePlan plan, VoyageClock clock)
    {
        (_plan, _clock) = (plan, clock);
        _clockFaultAtMs = plan.HasClockFaults ? plan.DrawAfter(plan.LengthMs / 3) : long.MaxValue;
    }

    /// <summary>By how much the receiver's time is off now.</summary>
    public long ClockErrorMs { get; private set; }

    public void Heal()
    {
        ClockErrorMs = 0;
        _clockFaultAtMs = long.MaxValue;
        _clockFaultUntilMs = long.MaxValue;
    }

    /// <summary>The fix of this instant.</summary>
    public Fix Next()
    {
        var nowMs = _clock.TrueMs;
        if (nowMs >= _legUntilMs)
            NewLeg(nowMs);
        StepClock(nowMs);
        var metres = _knots * 0.514444 * Math.Min(nowMs - _lastMs, 600_000) / 1_000;
        _lastMs = nowMs;
        _northM += metres * Math.Cos(_courseDeg * Math.PI / 180);
        _eastM += metres * Math.Sin(_courseDeg * Math.PI / 180);
        _courseDeg = (_courseDeg + (_plan.Random.NextDouble() * 4) - 2 + 360) % 360;
        var utcMs = _clock.TrueUtcMs + ClockErrorMs;
        _fix.Clear();
        _fix.LatitudeE7 = 10_000_000 + (int)Math.Round(_northM * E7PerM);
        _fix.LongitudeE7 = 1_040_000_000 + (int)Math.Round(_eastM * E7PerM);
        _fix.TimeOfDayMs = (int)(utcMs % DayMs);
        _fix.DayNumber = (int)(utcMs / DayMs);
        _fix.SogMilliknots = (int)Math.Round(_knots * 1_000);
        _fix.CogCdeg = (int)Math.Round(_courseDeg * 100) % 36_000;
        _fix.Quality = FixQuality.Autonomous;
        _fix.Satellites = 9;
        _fix.HdopE2 = 94;
        _fix.ReceivedMonotonicMs = _clock.MonotonicMs;
        return _fix;
    }

    // Turns back before it leaves the operating area.
    private void NewLeg(long nowMs)
    {
        var random = _plan.Random;
        _legUntilMs = nowMs + random.NextInt64(60_000, _plan.IsCoarse ? 50_000_000 : 2_400_000);
        _knots = random.Next(4) == 0 ? 0.05 : random.NextDouble() * (random.Next(4) == 0 ? 30 : 10);
        var home = Math.Atan2(-_eastM, -_northM) * 180 / Math.PI;
        _courseDeg = Math.Abs(_northM) + Math.Abs(_eastM) > 100_000 ? (home + 360) % 360 : random.NextDouble() * 360;
    }

    private void StepClock(long nowMs)
    {
        if (nowMs >= _clockFaultAtMs)
        {
            _clockFaultAtMs = nowMs + _plan.DrawAfter(_plan.LengthMs / 2);
            _clockFaultUntilMs = nowMs + _plan.Random.NextInt64(1_000, 3_600_000);
            ClockErrorMs = _plan.Random.Next(4) switch
            {
                0 => -RolloverMs,
                1 => _plan.Random.NextInt64(-3_000, 3_000),
                2 => _plan.Random.NextInt64(-3_600_000, 3_600_000),
                _ => _plan.Random.NextInt64(-30 * DayMs, 30 * DayMs),
            };
        }

        if (ClockErrorMs != 0 && nowMs >= _clockFaultUntilMs)
            ClockErrorMs = 0;
    }
}
