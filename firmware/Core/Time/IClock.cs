namespace BoatTelemetry.Core.Time;

/// <summary>
/// The two clocks of a unit, passed in because Core has none of its own (house rule 1).
/// </summary>
public interface IClock
{
    /// <summary>Milliseconds since some instant before start; never steps, never goes back.</summary>
    long MonotonicMs { get; }

    /// <summary>
    /// UTC in milliseconds since 1970-01-01, or <see cref="UtcTime.Unknown"/> while neither a receiver, nor the
    /// real-time clock, nor a network has told it. It may step either way when one of them does.
    /// </summary>
    long UtcMs { get; }
}
