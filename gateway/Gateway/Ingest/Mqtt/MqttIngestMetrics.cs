using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Ingest.Mqtt;

/// <summary>What ingests over MQTT count of one kind; several servers of a kind count together.</summary>
public sealed class MqttIngestMetrics
{
    /// <param name="metrics">Whose meter they are on.</param>
    /// <param name="prefix">First levels of the instruments' names.</param>
    public MqttIngestMetrics(GatewayMetrics metrics, string prefix)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Frames = metrics.FramesQueued;
        Messages = new(metrics.Meter, $"{prefix}.messages", "Messages received.");
        Connections = new(metrics.Meter, $"{prefix}.connections", "Connections to the broker.");
        ConnectionFailures = new(metrics.Meter, $"{prefix}.connection_failures", "Connections to the broker refused or lost.");
        Downlinks = new(metrics.Meter, $"{prefix}.downlinks", "Downlinks, by outcome.");
    }

    /// <summary>Frames given to the admission, of all ingests together.</summary>
    public EventCounter Frames { get; }

    public EventCounter Messages { get; }

    public EventCounter Connections { get; }

    public EventCounter ConnectionFailures { get; }

    public ReasonCounter<DownlinkOutcome> Downlinks { get; }
}
