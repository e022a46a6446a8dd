using System.Text.Json;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Ingest.LoRaWan;
using BoatTelemetry.Gateway.Ingest.Mqtt;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Ingest.TheThingsStack;

/// <summary>The MQTT server of a The Things Stack v3.</summary>
/// <param name="Connection">Its MQTT server.</param>
/// <param name="Application"><c>{application}@{tenant}</c>, or the application alone where there are no tenants.</param>
/// <param name="FPort">The LoRaWAN port of downlinks, 1 to 223.</param>
/// <param name="Priority">Of downlinks: TxSchedulePriority.</param>
public sealed record TheThingsStackOptions(MqttServerOptions Connection, string Application, int FPort, string Priority)
{
    private static readonly string[] _priorities = ["LOWEST", "LOW", "BELOW_NORMAL", "NORMAL", "ABOVE_NORMAL", "HIGH", "HIGHEST"];

    /// <summary>Reads an object of <c>ingest.theThingsStack</c>.</summary>
    public static TheThingsStackOptions Read(ConfigurationSection server, string gatewayClientId)
    {
        ArgumentNullException.ThrowIfNull(server);
        var connection = MqttServerOptions.Read(server, gatewayClientId);
        var options = new TheThingsStackOptions(
            connection with { Version = MqttVersion.Mqtt311 },
            server.Text("application", "{application}@{tenant}, or {application}", IsApplication),
            server.Number("fPort", 1, 223, 10),
            server.Text("priority", string.Join(", ", _priorities), static text => _priorities.Contains(text), "NORMAL"));
        server.Finish();
        return options;
    }

    private static bool IsApplication(string text) =>
        text.Length is > 0 and <= 128 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '@' or '.');
}

/// <summary>
/// The Things Stack v3: <c>v3/{application}/devices/{device}/up</c> and <c>.../down/push</c> (lorawan-stack,
/// pkg/applicationserver/io/mqtt/topics/v3.go). Its server takes MQTT 3.1 and 3.1.1 alone (mystique,
/// pkg/packet/connect.go) and QoS 0 alone.
/// </summary>
internal sealed class TheThingsStackServer(TheThingsStackOptions options) : ILoRaWanServer
{
    private const int Levels = 5;

    private static readonly TopicPair _topics = new("/up", "/down/push");

    public string Kind => "the-things-stack";

    public MqttServerOptions Connection => options.Connection;

    public string UplinkFilter => $"v3/{options.Application}/devices/+{_topics.UplinkEnd}";

    public LoRaWanUplinkReader Reader { get; } = new TheThingsStackUplinkReader();

    public LoRaWanDevice? DeviceOf(string uplinkTopic)
    {
        var isUplink = uplinkTopic.Count('/') == Levels - 1 && _topics.IsUplink(uplinkTopic);
        return isUplink
            ? new Device(_topics.AnswerTo(uplinkTopic), options.FPort, options.Priority)
            : null;
    }

    private sealed class Device(string topic, int fPort, string priority) : LoRaWanDevice(topic, MqttQos.AtMostOnce)
    {
        protected override void Write(Utf8JsonWriter json, ReadOnlySpan<byte> frame)
        {
            json.WriteStartArray("downlinks"u8);
            json.WriteStartObject();
            json.WriteNumber("f_port"u8, fPort);
            json.WriteBase64String("frm_payload"u8, frame);
            json.WriteString("priority"u8, priority);
            json.WriteEndObject();
            json.WriteEndArray();
        }
    }
}
