using System.Buffers;
using System.Globalization;
using System.Text.Json;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>What a gateway says of itself: birth, will and farewell (docs/mqtt.md).</summary>
public sealed class GatewayStateMessage(string topicRoot, string clientId, TimeProvider time)
{
    /// <summary>What the payload is, and in which version.</summary>
    public const string Schema = "patrol/v1/gateway-state";

    /// <summary>Connected and publishing.</summary>
    public MqttMessage Online() => Make("online", reason: null);

    /// <summary>Stopped by its operator.</summary>
    public MqttMessage Stopped() => Make("offline", "stopped");

    /// <summary>Published by the broker when the connection breaks.</summary>
    public MqttMessage Will() => Make("offline", "connection_lost");

    private MqttMessage Make(string state, string? reason)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("schema"u8, Schema);
        json.WriteString("gateway"u8, clientId);
        json.WriteString("state"u8, state);
        if (reason is not null)
            json.WriteString("reason"u8, reason);
        var now = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        json.WriteString(reason == "connection_lost" ? "connected_since"u8 : "time"u8, now);
        json.WriteEndObject();
        json.Flush();
        return new MqttMessage
        {
            Topic = $"{topicRoot}/{FleetFile.GatewayLevel}/{clientId}/state",
            Payload = buffer.WrittenMemory,
            Retain = true,
            ContentType = MessageJson.ContentType,
            UserProperties = [new("schema", Schema)],
        };
    }
}
