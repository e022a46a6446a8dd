namespace BoatTelemetry.Core.Security;

/// <summary>The shore's store of one unit, as far as answers to it want to know it.</summary>
public interface ICommittedCounters
{
    /// <summary>Whether the durable frame of this counter is in the store, committed.</summary>
    bool IsCommitted(uint counter);
}
