using System.Net;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Health;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Publish;

namespace BoatTelemetry.Gateway.Configuration;

/// <summary>A checked configuration. The keys are described in docs/gateway-config.md.</summary>
public sealed record GatewayConfiguration
{
    public required FleetRegistry Fleet { get; init; }

    /// <summary>Full path of the journal's file.</summary>
    public required string JournalFile { get; init; }

    public required int JournalRetentionDays { get; init; }

    public required int QueueDatagramsMax { get; init; }

    public required IPEndPoint PacketForwarderListen { get; init; }

    public required MqttConfiguration Mqtt { get; init; }

    public required HealthOptions Health { get; init; }

    /// <summary>Null exports nothing.</summary>
    public OtlpOptions? Otlp { get; init; }

    public required LogOptions Log { get; init; }

    public required string TopicRoot { get; init; }

    public required int LiveMessageExpiryS { get; init; }

    public required int StopTimeoutS { get; init; }
}
