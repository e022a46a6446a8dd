namespace BoatTelemetry.Core.Gnss;

/// <summary>Why an epoch did not become a position. Each has its counter in <see cref="GnssCounters"/>.</summary>
public enum FixRefusal
{
    /// <summary>Not refused.</summary>
    None = 0,

    /// <summary>No sentence of the epoch carried a position.</summary>
    NoPosition,

    /// <summary>The receiver itself called the position void (status V, mode N, GGA quality 0).</summary>
    Void,

    /// <summary>Typed in or simulated by the receiver (modes M and S, GGA quality 7 and 8): no measurement.</summary>
    NotMeasured,

    /// <summary>Latitude beyond 90 or longitude beyond 180 degrees, minutes of 60 or more.</summary>
    OutOfRange,

    /// <summary>A position without a time of day.</summary>
    NoTime,

    /// <summary>Dated before the earliest date that this unit can be alive at: a receiver's week-number rollover.</summary>
    BeforeEarliestDate,

    /// <summary>The same instant as the last accepted fix: a receiver that repeats itself.</summary>
    Repeated,

    /// <summary>An instant before that of the last accepted fix.</summary>
    TimeBackwards,

    /// <summary>
    /// An instant farther ahead of the last accepted one than the unit's own clock went on: a wrong date or hour, behind
    /// which any place would be in reach.
    /// </summary>
    TimeForwards,

    /// <summary>Delivered later after its own instant than this receiver's fixes are: old data, not the present.</summary>
    Stale,

    /// <summary>Farther from the last accepted fix than a boat can go in the time between.</summary>
    ImplausiblyFar,

    /// <summary>
    /// Two sentences of the epoch give positions farther apart than the jump margin: one of them is wrong although its
    /// checksum is right (about 1 in 200,000 is, ESPEasy #3203), and nothing tells which.
    /// </summary>
    Contradictory,
}
