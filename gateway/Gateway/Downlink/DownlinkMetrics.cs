using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>What was to go down and did not.</summary>
public enum DownlinkDrop
{
    /// <summary>Nothing was dropped.</summary>
    None = 0,

    /// <summary>The list of units to be answered is full.</summary>
    QueueFull,

    /// <summary>So many downlinks are under way already.</summary>
    InFlightFull,

    /// <summary>The unit has left the fleet.</summary>
    UnitGone,

    /// <summary>No reception of the unit came with a way back.</summary>
    NoPath,

    /// <summary>The store failed, so no counter may be used.</summary>
    NoCounter,

    /// <summary>The unit's counters are so far ahead of the time that a unit without memory would not find them.</summary>
    CounterAhead,

    /// <summary>The fleet has no such key any more.</summary>
    NoKey,
}

/// <summary>The instruments of the downlinks.</summary>
public sealed class DownlinkMetrics
{
    private readonly GatewayMetrics _metrics;

    public DownlinkMetrics(GatewayMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        _metrics = metrics;
        var meter = metrics.Meter;
        Acknowledgements = new(meter, "downlink.acknowledgements", "Acknowledgements to units, by what became of each try.");
        Commands = new(meter, "downlink.commands", "Commands to units, by what became of each try.");
        Drops = new(meter, "downlink.drops", "Downlinks that were not even tried, by reason.");
        CommandRefusals = new(meter, "downlink.command_requests", "Commands asked for; None are those that were queued.");
        CommandEnds = new(meter, "downlink.command_ends", "Commands that have ended, by how.");
        CommandEndsForgotten = new(meter, "downlink.command_ends_forgotten", "Ends of commands that nobody took note of in time.");
        StoreFailures = new(meter, "downlink.store_failures", "Writes of the downlinks' store that failed.");
    }

    public ReasonCounter<DownlinkOutcome> Acknowledgements { get; }

    public ReasonCounter<DownlinkOutcome> Commands { get; }

    public ReasonCounter<DownlinkDrop> Drops { get; }

    public ReasonCounter<CommandRefusal> CommandRefusals { get; }

    public ReasonCounter<CommandEnd> CommandEnds { get; }

    public EventCounter CommandEndsForgotten { get; }

    public EventCounter StoreFailures { get; }

    /// <summary>A value that is read when someone asks.</summary>
    public void Gauge(string name, string description, Func<long> value) => _metrics.Gauge(name, description, value);
}
