namespace BoatTelemetry.Gateway.Journal;

/// <summary>A journal that finds numbers by when their frames were received.</summary>
public interface IReceivedIndex
{
    /// <summary>
    /// The largest number whose frame was received more than <paramref name="byMs"/> before that of <paramref name="fromId"/>, and that is
    /// not below what the journal still has: reading after it yields all the rest. About, where the gateway's clock was set.
    /// </summary>
    /// <exception cref="JournalException">The storage could not be read.</exception>
    long Back(long fromId, long byMs);
}
