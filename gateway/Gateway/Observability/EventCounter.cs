using System.Diagnostics.Metrics;

namespace BoatTelemetry.Gateway.Observability;

/// <summary>A counter that its own process can read, too.</summary>
public sealed class EventCounter
{
    private long _count;

    internal EventCounter(Meter meter, string name, string description)
    {
        meter.CreateObservableCounter(name, () => Count, description: description);
    }

    /// <summary>How often it occurred.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Counts so many.</summary>
    public void Add(long count = 1) => Interlocked.Add(ref _count, count);
}
