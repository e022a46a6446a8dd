using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit;

/// <summary>The unit's clock, which somebody who knows the time may set.</summary>
public interface IUnitClock : IClock
{
    /// <summary>Says what time it is now, milliseconds since 1970-01-01.</summary>
    void SetUtc(long utcMs);
}
