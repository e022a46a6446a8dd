namespace BoatTelemetry.Gateway.Publish;

/// <summary>When a unit was heard, as a cluster's gateways tell each other. Times: milliseconds since 1970-01-01.</summary>
/// <param name="Unit">Which.</param>
/// <param name="HeardUtcMs">When it was heard last.</param>
/// <param name="LiveSinceUtcMs">Since when it has been heard as expected.</param>
/// <param name="IntervalMs">The longest interval that it may keep.</param>
/// <param name="IntervalCounter">The live counter of the position that told this; -1 without any.</param>
internal readonly record struct UnitHeard(int Unit, long HeardUtcMs, long LiveSinceUtcMs, int IntervalMs, long IntervalCounter);
