using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Ingest.Stream;

/// <summary>What the ingests from streams count together.</summary>
public sealed class StreamMetrics
{
    public StreamMetrics(GatewayMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Frames = metrics.FramesQueued;
        Packets = new(metrics.Meter, "ingest.stream.packets", "Packets whose CRC was right.");
        Rejections = new(metrics.Meter, "ingest.stream.rejections", "Pieces of a stream of no use, by reason.");
        Connections = new(metrics.Meter, "ingest.stream.connections", "Streams begun: connections, and devices opened.");
        ConnectionFailures = new(metrics.Meter, "ingest.stream.connection_failures", "Connections and devices not opened, or lost.");
        ConnectionsRefused = new(metrics.Meter, "ingest.stream.connections_refused", "Connections closed because there were too many.");
        Downlinks = new(metrics.Meter, "ingest.stream.downlinks", "Downlinks, by outcome.");
    }

    /// <summary>Frames given to the admission, of all ingests together.</summary>
    public EventCounter Frames { get; }

    public EventCounter Packets { get; }

    public ReasonCounter<StreamRejection> Rejections { get; }

    public EventCounter Connections { get; }

    public EventCounter ConnectionFailures { get; }

    public EventCounter ConnectionsRefused { get; }

    public ReasonCounter<DownlinkOutcome> Downlinks { get; }
}
