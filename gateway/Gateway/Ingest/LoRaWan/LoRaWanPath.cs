using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Ingest.Mqtt;

namespace BoatTelemetry.Gateway.Ingest.LoRaWan;

/// <summary>
/// The way to one device through its network server, which keeps the downlink until the device's next receive window
/// (class A) or sends it at once (class C): "sent" is what it was handed to the server.
/// </summary>
internal sealed class LoRaWanPath(LoRaWanDevice device, MqttIngestConnection connection) : IDownlinkPath
{
    /// <inheritdoc/>
    public string Name => device.DownlinkTopic;

    /// <inheritdoc/>
    public UplinkLink Link => UplinkLink.Lora;

    /// <inheritdoc/>
    public Task<DownlinkOutcome> SendAsync(ReadOnlyMemory<byte> frame, int unit, Reception answerTo, CancellationToken cancellationToken) =>
        connection.PublishAsync(device.Downlink(frame.Span), cancellationToken);
}
