namespace BoatTelemetry.Core.Reports;

/// <summary>How a boat moves, in the two bits that a live frame has for it.</summary>
public enum Movement
{
    Unknown = 0,

    /// <summary>Moored, anchored or drifting: below <see cref="LivePosition.UnderWayFromMilliknots"/>.</summary>
    Stationary = 1,

    UnderWay = 2,

    /// <summary>At or above <see cref="LivePosition.FastFromMilliknots"/>: a chase, a rescue, a transit.</summary>
    Fast = 3,
}
