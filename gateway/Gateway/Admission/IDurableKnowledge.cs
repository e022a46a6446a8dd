namespace BoatTelemetry.Gateway.Admission;

/// <summary>
/// What other gateways have of units' durable frames, for the admission's windows: so that this one acknowledges also what it
/// has not heard itself. Everything told here is committed in the database.
/// </summary>
public interface IDurableKnowledge
{
    /// <summary>
    /// The oldest thing learned and not yet taken. The admission moves the unit's window up to its base
    /// (<see cref="Core.Security.DurableWindow.HoldsNothingOlder"/> with 0) and marks the counters that it marks.
    /// </summary>
    bool TryTake(out int unit, out DurableWindowState stored);
}
