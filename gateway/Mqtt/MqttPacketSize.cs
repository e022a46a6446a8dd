using System.Text;

namespace BoatTelemetry.Mqtt;

/// <summary>
/// The size of a PUBLISH of MQTT 5 (section 3.3) as both stacks write it, from its type to the payload's end: what the
/// Maximum Packet Size counts (section 3.2.2.3.6).
/// </summary>
internal static class MqttPacketSize
{
    /// <summary>The largest packet there is: type, four digits of length, and what these can say (section 1.5.5).</summary>
    public const long Max = TypeBytes + 4 + 268_435_455L;

    private const int TypeBytes = 1;
    private const int PacketIdentifierBytes = 2;
    private const int LengthPrefixBytes = 2;
    private const int PropertyIdentifierBytes = 1;
    private const int ExpiryBytes = 4;

    public static long OfPublish(MqttMessage message)
    {
        var properties = PropertiesOf(message);
        var rest = Text(message.Topic)
            + (message.Qos == MqttQos.AtMostOnce ? 0 : PacketIdentifierBytes)
            + Digits(properties) + properties
            + message.Payload.Length;
        return TypeBytes + Digits(rest) + rest;
    }

    private static long PropertiesOf(MqttMessage message)
    {
        long bytes = 0;
        if (message.ExpirySeconds is not null)
            bytes += PropertyIdentifierBytes + ExpiryBytes;
        if (message.ContentType is not null)
            bytes += PropertyIdentifierBytes + Text(message.ContentType);
        if (message.ResponseTopic is not null)
            bytes += PropertyIdentifierBytes + Text(message.ResponseTopic);
        if (!message.CorrelationData.IsEmpty)
            bytes += PropertyIdentifierBytes + LengthPrefixBytes + message.CorrelationData.Length;
        foreach (var (name, value) in message.UserProperties)
            bytes += PropertyIdentifierBytes + Text(name) + Text(value);
        return bytes;
    }

    private static long Text(string text) => LengthPrefixBytes + Encoding.UTF8.GetByteCount(text);

    // A variable byte integer has seven bits a byte.
    private static int Digits(long value) => value switch
    {
        < 1 << 7 => 1,
        < 1 << 14 => 2,
        < 1 << 21 => 3,
        _ => 4,
    };
}
