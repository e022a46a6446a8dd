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

/// <summary>How long a unit may be quiet, by the interval that its schedule (<see cref="UnitSchedules"/>) allows.</summary>
internal static class UnitSilence
{
    private const int LateIntervals = 2;
    private const int SilentIntervals = 4;

    // The way through air, concentrator and network.
    private const int LateMarginMs = 30_000;
    private const int SilentMarginMs = 60_000;

    /// <summary>The longest interval there is: of a unit of which nothing is known.</summary>
    public static int IntervalMaxMs { get; } = new LiveScheduleOptions().CeilingMs;

    /// <summary>How long after it was heard a unit is late, milliseconds.</summary>
    public static long LateAfterMs(int intervalMs) => ((long)LateIntervals * intervalMs) + LateMarginMs;

    /// <summary>How long after it was heard a unit is silent, milliseconds.</summary>
    public static long SilentAfterMs(int intervalMs) => ((long)SilentIntervals * intervalMs) + SilentMarginMs;
}
