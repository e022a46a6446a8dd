using BoatTelemetry.Core.Security;

namespace BoatTelemetry.TestSupport;

/// <summary>A counter store in memory that can be told to fail, and whose content outlives its user.</summary>
public sealed class MemoryCounterStore : ICounterStore
{
    public uint FirstUnreserved { get; set; }

    public bool LoadFails { get; set; }

    public bool SaveFails { get; set; }

    public int Saves { get; private set; }

    public bool TryLoad(out uint firstUnreserved)
    {
        firstUnreserved = FirstUnreserved;
        return !LoadFails;
    }

    public bool TrySave(uint firstUnreserved)
    {
        if (SaveFails)
        {
            return false;
        }

        Saves++;
        FirstUnreserved = firstUnreserved;
        return true;
    }
}
