namespace BoatTelemetry.Mqtt;

/// <summary>Which MQTT a link speaks.</summary>
public enum MqttVersion
{
    /// <summary>
    /// MQTT 3.1.1, for servers that know no other: The Things Stack. Its messages have no properties; a publish that has some is
    /// misuse.
    /// </summary>
    Mqtt311 = 4,

    Mqtt5 = 5,
}

/// <summary>How a link connects.</summary>
public sealed class MqttLinkOptions
{
    /// <summary>
    /// Named limit: bytes of one packet that the broker may send, from its type to the payload's end; the CONNECT of MQTT 5 states
    /// it (Maximum Packet Size, section 3.1.2.11.4). The largest that is meant for us, a track, has 172,000. A broker that sends more all the
    /// same, or over MQTT 3.1.1, which cannot state it, ends a link of MQTTnet; libmosquitto takes it.
    /// </summary>
    public const int ReceivedPacketBytesMax = 1024 * 1024;

    private MqttMessage? _will;

    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Unique at the broker: a second client of the same name takes the session over and ends this link.</summary>
    public required string ClientId { get; init; }

    public MqttVersion Version { get; init; } = MqttVersion.Mqtt5;

    /// <summary>Whether to forget the session the broker may hold for this client id.</summary>
    public bool CleanStart { get; init; } = true;

    /// <summary>How long the broker keeps subscriptions and undelivered messages after this link; 0 is not at all.</summary>
    public uint SessionExpirySeconds { get; init; }

    /// <summary>
    /// 5 to 65,535; libmosquitto takes no less than 5. A Server Keep Alive in the CONNACK takes its place. An idle link's
    /// dead peer is noticed after at most twice this with libmosquitto, after one and a half times this with MQTTnet.
    /// </summary>
    public int KeepAliveSeconds { get; init; } = 30;

    /// <summary>What the broker publishes when this link ends without a DISCONNECT.</summary>
    public MqttMessage? Will
    {
        get => _will;
        init => _will = value;
    }

    public string? UserName { get; init; }

    public string? Password { get; init; }

    /// <summary>Null for plain TCP.</summary>
    public MqttTlsOptions? Tls { get; init; }

    /// <summary>For name resolution, TCP, TLS and CONNACK together.</summary>
    public int ConnectTimeoutMs { get; init; } = 10_000;

    /// <summary>
    /// The link ends if the oldest publish under way, or a subscription, is not acknowledged within this: the broker reads no
    /// more, or reads and answers nothing, which no keep-alive finds out while the link sends.
    /// </summary>
    public int AcknowledgementTimeoutMs { get; init; } = 5_000;

    /// <summary>
    /// Named limit: publishes sent and not yet acknowledged, 1 to 65,535; the broker's Receive Maximum may lower it. 256
    /// hides 5 ms of round trip at 50,000 messages a second, what a local mosquitto takes.
    /// </summary>
    public int PublishesPendingMax { get; init; } = 256;

    /// <summary>Named limit: QoS 1 messages the broker may send ahead of <see cref="IMqttLink.OnMessage"/>, 1 to 65,535.</summary>
    public int ReceivesPendingMax { get; init; } = 256;

    /// <summary>The same, but for the will.</summary>
    internal MqttLinkOptions WithoutWill()
    {
        var copy = (MqttLinkOptions)MemberwiseClone();
        copy._will = null;
        return copy;
    }
}

/// <summary>TLS 1.2 or newer; the broker's name or address must stand in its certificate.</summary>
public sealed class MqttTlsOptions
{
    /// <summary>PEM file of the authorities to trust, instead of the system's; required beside a client certificate.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file of this client's certificate, if the broker asks for one.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of its private key, without a passphrase.</summary>
    public string? KeyFile { get; init; }
}
