using System.Buffers;
using System.Text;

namespace BoatTelemetry.Mqtt;

/// <summary>
/// What both stacks refuse before sending, alike: a caller's mistake, since a broker would end the connection over it
/// (malformed packet) and libmosquitto would cut a text at its first NUL.
/// </summary>
internal static class MqttChecks
{
    // Strings and binary data carry a 16-bit length (MQTT 5 section 1.5.4).
    private const int FieldBytesMax = 65_535;
    private const int CountMax = 65_535;
    private const int KeepAliveSecondsMin = 5;
    private static readonly SearchValues<char> _notInTopic = SearchValues.Create("+#\0");
    private static readonly UTF8Encoding _strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Options(MqttLinkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        NotEmpty(options.Host, nameof(options.Host));
        NotEmpty(options.ClientId, nameof(options.ClientId));
        InRange(options.Port, 1, 65_535, nameof(options.Port));
        InRange(options.KeepAliveSeconds, KeepAliveSecondsMin, 65_535, nameof(options.KeepAliveSeconds));
        InRange(options.ConnectTimeoutMs, 1, int.MaxValue, nameof(options.ConnectTimeoutMs));
        InRange(options.AcknowledgementTimeoutMs, 1, int.MaxValue, nameof(options.AcknowledgementTimeoutMs));
        InRange(options.PublishesPendingMax, 1, CountMax, nameof(options.PublishesPendingMax));
        InRange(options.ReceivesPendingMax, 1, CountMax, nameof(options.ReceivesPendingMax));
        Text(options.ClientId, nameof(options.ClientId));
        Text(options.UserName, nameof(options.UserName));
        Text(options.Password, nameof(options.Password));
        if (options.Will is not null)
            Message(options.Will);
        if (options.Tls is { } tls && (tls.CertificateFile is null) != (tls.KeyFile is null))
            throw new ArgumentException("A client certificate needs its key file, and a key file its certificate.", nameof(options));
        if (options.Tls is { CertificateFile: not null, CaFile: null })
            throw new ArgumentException("A client certificate needs CaFile: libmosquitto takes it only beside one.", nameof(options));
    }

    public static void Message(MqttMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        Topic(message.Topic, nameof(message.Topic));
        if (message.ResponseTopic is not null)
            Topic(message.ResponseTopic, nameof(message.ResponseTopic));
        if (message.Qos is not (MqttQos.AtMostOnce or MqttQos.AtLeastOnce))
            throw new ArgumentOutOfRangeException(nameof(message), message.Qos, "QoS 0 or 1");
        if (message.ExpirySeconds == 0)
            throw new ArgumentException("ExpirySeconds is at least 1.", nameof(message));
        if (message.CorrelationData.Length > FieldBytesMax)
            throw new ArgumentException("CorrelationData is longer than 65,535 bytes.", nameof(message));
        Text(message.ContentType, nameof(message.ContentType));
        foreach (var (name, value) in message.UserProperties)
        {
            Text(name, nameof(message.UserProperties));
            Text(value, nameof(message.UserProperties));
        }
    }

    /// <summary>MQTT 3.1.1 has no properties; a message that has some would lose them unseen.</summary>
    public static void NoProperties(MqttMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.ContentType is not null || message.ExpirySeconds is not null || message.ResponseTopic is not null
            || !message.CorrelationData.IsEmpty || message.UserProperties.Count > 0)
            throw new ArgumentException("A message of MQTT 3.1.1 has no properties.", nameof(message));
    }

    /// <summary>A filter (section 4.7.1): "#" only as the whole last level, "+" only as a whole level.</summary>
    public static void Filter(string filter)
    {
        ArgumentException.ThrowIfNullOrEmpty(filter);
        Text(filter, nameof(filter));
        var levels = filter.Split('/');
        for (var i = 0; i < levels.Length; i++)
        {
            var isLast = i == levels.Length - 1;
            if ((levels[i].Contains('#') && !(isLast && levels[i] == "#")) || (levels[i].Contains('+') && levels[i] != "+"))
                throw new ArgumentException($"'{filter}' is not a topic filter.", nameof(filter));
        }
    }

    private static void Topic(string topic, string name)
    {
        NotEmpty(topic, name);
        if (topic.AsSpan().ContainsAny(_notInTopic))
            throw new ArgumentException($"'{topic}' is not a topic: it has a wildcard or a NUL.", name);
        Text(topic, name);
    }

    private static void Text(string? text, string name)
    {
        if (text is null)
            return;
        if (text.Contains('\0'))
            throw new ArgumentException("A text of MQTT has no NUL.", name);
        if (_strictUtf8.GetByteCount(text) > FieldBytesMax)
            throw new ArgumentException("A text of MQTT has at most 65,535 bytes.", name);
    }

    private static void NotEmpty(string text, string name) => ArgumentException.ThrowIfNullOrEmpty(text, name);

    private static void InRange(int value, int least, int most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
    }
}
