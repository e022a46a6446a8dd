using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>Whether a unit is heard as its own schedule promises.</summary>
public enum UnitActivityState
{
    /// <summary>Heard as often as expected.</summary>
    Live = 0,

    /// <summary>Two of its intervals are over: a frame was lost, or more.</summary>
    Late = 1,

    /// <summary>Four of its intervals are over.</summary>
    Silent = 2,
}

/// <summary>
/// How long a unit may be quiet. A live frame tells its movement, alarm and supply, and from these
/// <see cref="LiveScheduleOptions"/> has the interval; of several that they allow the longest is taken, so that nobody is called
/// silent who has only less to say: at rest may be moored, and on its battery the battery may be low.
/// </summary>
internal static class UnitSilence
{
    private const int LateIntervals = 2;
    private const int SilentIntervals = 4;

    // The way through air, concentrator and network.
    private const int LateMarginMs = 30_000;
    private const int SilentMarginMs = 60_000;

    private static readonly LiveScheduleOptions _schedule = new();

    /// <summary>The longest interval there is: of a unit of which nothing is known.</summary>
    public static int IntervalMaxMs => _schedule.CeilingMs;

    /// <summary>The longest that a unit which said this waits before it speaks again.</summary>
    public static int IntervalMs(LivePosition told)
    {
        long intervalMs = told.Movement switch
        {
            Movement.Fast => _schedule.PursuitIntervalMs,
            Movement.UnderWay => _schedule.PatrolIntervalMs,
            _ => _schedule.MooredIntervalMs,
        };
        if (told.Alarm)
            intervalMs = Math.Min(intervalMs, _schedule.AlarmIntervalMs);
        else if (told.OnBattery)
            intervalMs *= _schedule.LowBatteryFactor;
        return (int)Math.Min(intervalMs, _schedule.CeilingMs);
    }

    /// <summary>How long after it was heard a unit is late, milliseconds.</summary>
    public static long LateAfterMs(int intervalMs) => ((long)LateIntervals * intervalMs) + LateMarginMs;

    /// <summary>How long after it was heard a unit is silent, milliseconds.</summary>
    public static long SilentAfterMs(int intervalMs) => ((long)SilentIntervals * intervalMs) + SilentMarginMs;
}
