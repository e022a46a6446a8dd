using System.Text.Json;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Ingest.LoRaWan;
using BoatTelemetry.Gateway.Ingest.Mqtt;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Ingest.ChirpStack;

/// <summary>The MQTT integration of a ChirpStack v4, with its default topics and JSON.</summary>
/// <param name="Connection">Its broker.</param>
/// <param name="Application">The application's UUID, or + for all.</param>
/// <param name="FPort">The LoRaWAN port of downlinks, 1 to 223.</param>
public sealed record ChirpStackOptions(MqttServerOptions Connection, string Application, int FPort)
{
    /// <summary>Reads an object of <c>ingest.chirpStack</c>.</summary>
    public static ChirpStackOptions Read(ConfigurationSection server, string gatewayClientId)
    {
        ArgumentNullException.ThrowIfNull(server);
        var connection = MqttServerOptions.Read(server, gatewayClientId);
        var options = new ChirpStackOptions(
            connection with { SessionExpiryS = server.Number("sessionExpiryS", 0, 604_800, 3600) },
            server.Text("application", "an application's UUID, or + for all", static text => text == "+" || Guid.TryParse(text, out _), "+"),
            server.Number("fPort", 1, 223, 10));
        server.Finish();
        return options;
    }
}

/// <summary>
/// ChirpStack v4: <c>application/{id}/device/{devEui}/event/up</c> and <c>.../command/down</c> (chirpstack/src/integration/mqtt.rs;
/// integration.DownlinkCommand).
/// </summary>
internal sealed class ChirpStackServer(ChirpStackOptions options) : ILoRaWanServer
{
    private const int Levels = 6;
    private const int EuiLevel = 3;
    private const int EuiDigits = 16;

    private static readonly TopicPair _topics = new("/event/up", "/command/down");

    public string Kind => "chirpstack";

    public MqttServerOptions Connection => options.Connection;

    public string UplinkFilter => $"application/{options.Application}/device/+{_topics.UplinkEnd}";

    public LoRaWanUplinkReader Reader { get; } = new ChirpStackUplinkReader();

    public LoRaWanDevice? DeviceOf(string uplinkTopic)
    {
        var levels = uplinkTopic.Split('/');
        var isUplink = levels.Length == Levels && _topics.IsUplink(uplinkTopic);
        return isUplink && levels[EuiLevel].Length == EuiDigits && levels[EuiLevel].All(char.IsAsciiHexDigit)
            ? new Device(_topics.AnswerTo(uplinkTopic), levels[EuiLevel], options.FPort)
            : null;
    }

    // Not confirmed: what must arrive is repeated by those who sent it, until the unit's own answer.
    private sealed class Device(string topic, string eui, int fPort) : LoRaWanDevice(topic, MqttQos.AtLeastOnce)
    {
        protected override void Write(Utf8JsonWriter json, ReadOnlySpan<byte> frame)
        {
            json.WriteString("devEui"u8, eui);
            json.WriteBoolean("confirmed"u8, false);
            json.WriteNumber("fPort"u8, fPort);
            json.WriteBase64String("data"u8, frame);
        }
    }
}
