using System.Buffers;
using System.Text.Json;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Ingest.LoRaWan;

/// <summary>One device of a network server. Its members may be called from any thread.</summary>
/// <param name="downlinkTopic">Where its downlinks are published.</param>
/// <param name="qos">What the server takes them with.</param>
internal abstract class LoRaWanDevice(string downlinkTopic, MqttQos qos)
{
    /// <summary>Where its downlinks are published.</summary>
    public string DownlinkTopic => downlinkTopic;

    /// <summary>A downlink with a frame.</summary>
    public MqttMessage Downlink(ReadOnlySpan<byte> frame)
    {
        var payload = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            Write(json, frame);
            json.WriteEndObject();
        }

        return new MqttMessage { Topic = downlinkTopic, Payload = payload.WrittenMemory, Qos = qos };
    }

    /// <summary>Writes the fields of the downlink's object.</summary>
    protected abstract void Write(Utf8JsonWriter json, ReadOnlySpan<byte> frame);
}
