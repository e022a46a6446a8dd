using BoatTelemetry.Gateway.Ingest.Mqtt;
using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Ingest.LoRaWan;

/// <summary>What the ingests from one kind of LoRaWAN network server count.</summary>
public sealed class LoRaWanMetrics
{
    /// <param name="metrics">Whose meter they are on.</param>
    /// <param name="prefix">First levels of the instruments' names.</param>
    public LoRaWanMetrics(GatewayMetrics metrics, string prefix)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Mqtt = new(metrics, prefix);
        Rejections = new(metrics.Meter, $"{prefix}.rejections", "Uplinks and receptions of no use, by reason.");
    }

    public MqttIngestMetrics Mqtt { get; }

    public ReasonCounter<LoRaWanRejection> Rejections { get; }
}
