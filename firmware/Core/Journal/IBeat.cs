namespace BoatTelemetry.Core.Journal;

/// <summary>Told by long work that it goes on, so that a watchdog is served meanwhile.</summary>
public interface IBeat
{
    /// <summary>Called at least once for each erase block that is worked through.</summary>
    void Beat();
}
