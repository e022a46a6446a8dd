using System;

namespace BoatTelemetry.Core.Reports;

/// <summary>From which speeds and times on a boat is under way, at rest, or moored. Read once.</summary>
public sealed class MotionOptions
{
    /// <summary>At rest it is under way from this speed on; receivers at rest tell up to 0.58 kn (signalk-gps.log).</summary>
    public int StartFromMilliknots = 1_000;

    /// <summary>... told for so long.</summary>
    public int StartAfterMs = 3_000;

    /// <summary>Under way it is at rest below this speed.</summary>
    public int StopBelowMilliknots = 500;

    /// <summary>... told for so long: a boat that goes about stands for a moment.</summary>
    public int StopAfterMs = 15_000;

    /// <summary>Fast from this speed on.</summary>
    public int PursuitFromMilliknots = LivePosition.FastFromMilliknots;

    /// <summary>No longer fast below this speed.</summary>
    public int PursuitBelowMilliknots = 20_000;

    /// <summary>Moored when it has stayed for so long within <see cref="MooredRadiusM"/> of one place.</summary>
    public int MooredAfterMs = 1_800_000;

    /// <summary>A boat at anchor is meant to swing farther than this, and a receiver at a quay to wander less; assumed, not measured.</summary>
    public int MooredRadiusM = 30;

    internal void Check()
    {
        if (StopBelowMilliknots > StartFromMilliknots || PursuitBelowMilliknots > PursuitFromMilliknots
            || StartFromMilliknots > PursuitBelowMilliknots || StopBelowMilliknots < 0 || StartAfterMs < 0 || StopAfterMs < 0
            || MooredAfterMs < 0 || MooredRadiusM <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(StartFromMilliknots));
        }
    }
}
