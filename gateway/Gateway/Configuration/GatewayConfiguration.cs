using System.Net;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Journal;

namespace BoatTelemetry.Gateway.Configuration;

/// <summary>A checked configuration. The keys are described in docs/gateway-config.md.</summary>
public sealed record GatewayConfiguration
{
    public required FleetRegistry Fleet { get; init; }

    public required JournalOptions Journal { get; init; }

    public required int QueueDatagramsMax { get; init; }

    public required IPEndPoint PacketForwarderListen { get; init; }

    public required MqttConfiguration Mqtt { get; init; }

    /// <summary>Null for a gateway that stands alone.</summary>
    public ClusterOptions? Cluster { get; init; }

    public required string TopicRoot { get; init; }

    public required int LiveMessageExpiryS { get; init; }

    public required int StopTimeoutS { get; init; }
}

/// <summary>The broker and how the gateway is known to it.</summary>
public sealed record MqttConfiguration
{
    /// <summary>Where the broker inside the gateway listens; null for a broker elsewhere.</summary>
    public IPEndPoint? Embedded { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string ClientId { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public BoatTelemetry.Mqtt.MqttTlsOptions? Tls { get; init; }

    public required int KeepAliveS { get; init; }

    public required int PublishesPendingMax { get; init; }

    // A record prints its members; these must not end up in a log.
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(ClientId).Append(" at ").Append(Host).Append(':').Append(Port);
        return true;
    }
}
