using System.Net;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Health;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.PacketForwarder;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Publish;

namespace BoatTelemetry.Gateway.Configuration;

/// <summary>A checked configuration. The keys are described in docs/gateway-config.md.</summary>
public sealed record GatewayConfiguration
{
    public required FleetRegistry Fleet { get; init; }

    public required JournalOptions Journal { get; init; }

    /// <summary>Where the fleet was read from, and is again when it changes.</summary>
    public required FleetOptions FleetSource { get; init; }

    public required AdmissionOptions Admission { get; init; }

    public required int QueueDatagramsMax { get; init; }

    /// <summary>Null where no packet forwarder is served.</summary>
    public required PacketForwarderOptions? PacketForwarder { get; init; }

    /// <summary>Every other ingest.</summary>
    public required IngestOptions Ingests { get; init; }

    public required DownlinkOptions Downlink { get; init; }

    public required MqttConfiguration Mqtt { get; init; }

    public required PublishOptions Publish { get; init; }

    /// <summary>How often the units report.</summary>
    public required UnitSchedules Schedules { get; init; }

    public required HealthOptions Health { get; init; }

    /// <summary>Null exports nothing.</summary>
    public OtlpOptions? Otlp { get; init; }

    public required LogOptions Log { get; init; }

    /// <summary>Null for a gateway that stands alone.</summary>
    public ClusterOptions? Cluster { get; init; }

    public required string TopicRoot { get; init; }

    public required int LiveMessageExpiryS { get; init; }

    public required int StopTimeoutS { get; init; }
}
