using System;

namespace BoatTelemetry.Core.Reports;

/// <summary>When a live position is sent. Read once; docs/reporting.md has the table.</summary>
public sealed class LiveScheduleOptions
{
    /// <summary>Never two frames within this time, whatever happens.</summary>
    public int FloorMs = 2_000;

    /// <summary>Never longer without a frame while there are fixes.</summary>
    public int CeilingMs = 3_600_000;

    /// <summary>Under way.</summary>
    public int PatrolIntervalMs = 60_000;

    /// <summary>Fast.</summary>
    public int PursuitIntervalMs = 15_000;

    /// <summary>At rest.</summary>
    public int AtAnchorIntervalMs = 600_000;

    /// <summary>At rest for long.</summary>
    public int MooredIntervalMs = 1_800_000;

    /// <summary>At most this while an alarm lasts.</summary>
    public int AlarmIntervalMs = 15_000;

    /// <summary>Intervals are so many times as long while the unit's own battery is low; an alarm's stays.</summary>
    public int LowBatteryFactor = 4;

    /// <summary>
    /// Sent when the shore's extrapolation is off by more than this, under way: well beyond what the frame's steps do by
    /// themselves in a minute at 20 kn (0.05 kn 2 m, half a degree 5 m, the second that is cut 10 m).
    /// </summary>
    public int DeadReckoningErrorM = 100;

    /// <summary>The same at rest: an anchor that drags.</summary>
    public int AtRestErrorM = 60;

    /// <summary>The same while the battery is low, in either state.</summary>
    public int LowBatteryErrorM = 400;

    /// <summary>A turn is a course so far from the last one told, in two fixes in a row. 0 switches the rule off.</summary>
    public int TurnDeg = 30;

    /// <summary>Below this speed a course is too uncertain to be a turn.</summary>
    public int TurnFromMilliknots = 3_000;

    /// <summary>How long an ordered interval lasts if the order does not say.</summary>
    public int OrderDurationMs = 3_600_000;

    /// <summary>An order for longer than this is refused: a week.</summary>
    public int OrderDurationMaxMs = 604_800_000;

    internal void Check()
    {
        if (FloorMs < 1 || CeilingMs < FloorMs || CeilingMs > DeadReckoning.HorizonMs)
        {
            throw new ArgumentOutOfRangeException(nameof(CeilingMs));
        }

        if (PatrolIntervalMs < 1 || PursuitIntervalMs < 1 || AtAnchorIntervalMs < 1 || MooredIntervalMs < 1 || AlarmIntervalMs < 1
            || LowBatteryFactor < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(PatrolIntervalMs));
        }

        if (DeadReckoningErrorM < 1 || AtRestErrorM < 1 || LowBatteryErrorM < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(DeadReckoningErrorM));
        }

        if (TurnDeg < 0 || TurnDeg > 180)
        {
            throw new ArgumentOutOfRangeException(nameof(TurnDeg));
        }

        if (OrderDurationMs < 1 || OrderDurationMaxMs < OrderDurationMs)
        {
            throw new ArgumentOutOfRangeException(nameof(OrderDurationMs));
        }
    }
}
