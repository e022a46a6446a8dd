namespace BoatTelemetry.Gateway.Ingest;

/// <summary>
/// Where frames come in together and share a part of the queue: a concentrator, a server, a device. Made once, known by reference.
/// </summary>
/// <param name="name">For logs and captures, such as "packet-forwarder aa555a0000000000".</param>
public sealed class IngestSource(string name)
{
    private long _refused;
    private long _evicted;

    /// <summary>What stands for it in logs and captures.</summary>
    public string Name { get; } = name;

    /// <summary>Frames of it that found the queue full and were not the ones to be let in.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Frames of it that were taken out of the full queue again for a source with less in it.</summary>
    public long Evicted => Volatile.Read(ref _evicted);

    /// <summary>What it has in the queue that it used last.</summary>
    internal SourceShare? Share { get; set; }

    internal void CountRefused() => Interlocked.Increment(ref _refused);

    internal void CountEvicted() => Interlocked.Increment(ref _evicted);
}
