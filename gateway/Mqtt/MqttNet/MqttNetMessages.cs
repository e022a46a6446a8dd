using System.Buffers;
using System.Text;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace BoatTelemetry.Mqtt.MqttNet;

/// <summary>Messages and connect options, to and from MQTTnet's.</summary>
internal static class MqttNetMessages
{
    // The kernel's buffers, each way. MQTTnet sets 8 KB, which is a window of 7 KB: less than a segment on loopback, so that the sender waits
    // for its persist timer before each (35 KB/s, seen with `ss -i` in November 2026), and 80 KB/s over a way of 100 ms.
    private const int SocketBufferBytes = 256 * 1024;

    public static MqttPublishPacket ToPacket(MqttMessage message, ushort identifier) => new()
    {
        PacketIdentifier = identifier,
        Topic = message.Topic,
        Payload = new ReadOnlySequence<byte>(message.Payload),
        QualityOfServiceLevel = (MqttQualityOfServiceLevel)message.Qos,
        Retain = message.Retain,
        ContentType = message.ContentType,
        MessageExpiryInterval = message.ExpirySeconds ?? 0,
        ResponseTopic = message.ResponseTopic,
        CorrelationData = CorrelationOf(message),
        UserProperties = PropertiesOf(message),
    };

    public static MqttMessage FromMqttNet(MqttApplicationMessage message) => new()
    {
        Topic = message.Topic,
        // MQTTnet's buffer is its own again when the handler has returned.
        Payload = message.Payload.ToArray(),
        Qos = (MqttQos)message.QualityOfServiceLevel,
        Retain = message.Retain,
        ContentType = message.ContentType,
        ExpirySeconds = message.MessageExpiryInterval == 0 ? null : message.MessageExpiryInterval,
        ResponseTopic = message.ResponseTopic,
        CorrelationData = message.CorrelationData,
        UserProperties = message.UserProperties is null
            ? []
            : [.. message.UserProperties.Select(p => KeyValuePair.Create(p.Name, Encoding.UTF8.GetString(p.ValueBuffer.Span)))],
    };

    public static MqttClientOptions ToMqttNet(MqttLinkOptions options)
    {
        var result = new MqttClientOptions
        {
            ChannelOptions = new MqttClientTcpOptions
            {
                RemoteEndpoint = MqttNetEndpoint.Of(options.Host, options.Port),
                NoDelay = true,
                BufferSize = SocketBufferBytes,

                // MQTTnet's default (linger 0) resets the connection on close, which can discard what was sent last.
                LingerState = new(enable: false, seconds: 0),
                TlsOptions = MqttNetTls.ToMqttNet(options),
            },
            ProtocolVersion = options.Version == MqttVersion.Mqtt5 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311,
            ClientId = options.ClientId,
            CleanSession = options.CleanStart,
            KeepAlivePeriod = TimeSpan.FromSeconds(options.KeepAliveSeconds),
            // For the SUBACK: connecting is bounded by its token, publishing by the window, and for a PINGRESP MQTTnet waits half a KeepAlivePeriod.
            Timeout = TimeSpan.FromMilliseconds(options.AcknowledgementTimeoutMs),
        };
        if (options.Version == MqttVersion.Mqtt5)
        {
            // MQTTnet throws where a property of MQTT 5 is set for an older version.
            result.SessionExpiryInterval = options.SessionExpirySeconds;
            result.ReceiveMaximum = (ushort)options.ReceivesPendingMax;
            result.MaximumPacketSize = MqttLinkOptions.ReceivedPacketBytesMax;
        }

        if (options.UserName is not null || options.Password is not null)
        {
            result.Credentials = new MqttClientCredentials(
                options.UserName, options.Password is null ? null : Encoding.UTF8.GetBytes(options.Password));
        }

        SetWill(result, options.Will);
        return result;
    }

    private static void SetWill(MqttClientOptions options, MqttMessage? will)
    {
        if (will is null)
            return;
        options.WillTopic = will.Topic;
        options.WillPayload = will.Payload.ToArray();
        options.WillQualityOfServiceLevel = (MqttQualityOfServiceLevel)will.Qos;
        options.WillRetain = will.Retain;
        options.WillContentType = will.ContentType;
        options.WillMessageExpiryInterval = will.ExpirySeconds ?? 0;
        options.WillResponseTopic = will.ResponseTopic;
        options.WillCorrelationData = CorrelationOf(will);
        options.WillUserProperties = PropertiesOf(will);
    }

    private static byte[]? CorrelationOf(MqttMessage message) =>
        message.CorrelationData.IsEmpty ? null : message.CorrelationData.ToArray();

    private static List<MqttUserProperty>? PropertiesOf(MqttMessage message) => message.UserProperties.Count == 0
        ? null
        : [.. message.UserProperties.Select(p => new MqttUserProperty(p.Key, Encoding.UTF8.GetBytes(p.Value).AsMemory()))];
}
