using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>The cluster's instruments.</summary>
public sealed class ClusterMetrics(GatewayMetrics metrics)
{
    public EventCounter FramesForwarded { get; } = new(metrics.Meter, "cluster.frames", "Frames of the spool that are in the database now.");

    public EventCounter FramesStored { get; } = new(metrics.Meter, "cluster.frames_new", "Of those, frames that no other gateway had stored before.");

    public EventCounter FramesOvertaken { get; } =
        new(metrics.Meter, "cluster.frames_overtaken", "Live frames stored behind a newer one of their unit: kept, and not published.");

    public EventCounter Failures { get; } = new(metrics.Meter, "cluster.failures", "Calls of the database that failed and are tried again.");

    public EventCounter LeasesTaken { get; } = new(metrics.Meter, "cluster.leases_taken", "Shards taken over.");

    public EventCounter LeasesLost { get; } = new(metrics.Meter, "cluster.leases_lost", "Shards whose lease ended against this gateway's will.");

    public EventCounter TimesAside { get; } =
        new(metrics.Meter, "cluster.times_aside", "Times that this gateway gave its shards up because it did not reach the broker.");

    public EventCounter EvictionsFailed { get; } =
        new(metrics.Meter, "cluster.evictions_failed", "Tries to have a broker end another gateway's connection that failed; they are made again.");

    public EventCounter EvictionsDropped { get; } =
        new(metrics.Meter, "cluster.evictions_dropped", "Gateways whose connection was to be ended and that found no room among those that wait.");

    public EventCounter CursorsRefused { get; } =
        new(metrics.Meter, "cluster.cursors_refused", "Cursors that did not move, because the shard has another holder.");

    public EventCounter KnowledgeDropped { get; } =
        new(metrics.Meter, "cluster.knowledge_dropped", "What was learned of a unit's durable counters and found no room; it is learned again.");

    public EventCounter DaysDropped { get; } = new(metrics.Meter, "cluster.days_dropped", "Partitions dropped after their retention.");

    /// <summary>A value that is read when someone asks.</summary>
    public void Gauge(string name, string description, Func<long> value) => metrics.Gauge(name, description, value);
}
