namespace BoatTelemetry.Mqtt;

/// <summary>Reason codes of MQTT 5, section 2.4: 0x80 and above are failures.</summary>
internal static class MqttReasons
{
    public const byte Success = 0x00;
    public const byte PacketTooLarge = 0x95;
    private const byte FirstFailure = 0x80;

    public static bool IsFailure(int reasonCode) => reasonCode >= FirstFailure;

    public static string Describe(int reasonCode) => $"{NameOf(reasonCode)} (0x{reasonCode:X2})";

    /// <summary>A CONNACK's return code of MQTT 3.1.1 (section 3.2.2.3) as the reason code of MQTT 5 that says the same.</summary>
    public static int OfReturnCode311(int returnCode) => returnCode switch
    {
        0 => Success,
        1 => 0x84,
        2 => 0x85,
        3 => 0x88,
        4 => 0x86,
        5 => 0x87,
        _ => FirstFailure,
    };

    private static string NameOf(int reasonCode) => reasonCode switch
    {
        0x00 => "success",
        0x04 => "disconnect with will message",
        0x10 => "no matching subscribers",
        0x80 => "unspecified error",
        0x81 => "malformed packet",
        0x82 => "protocol error",
        0x83 => "implementation specific error",
        0x84 => "unsupported protocol version",
        0x85 => "client identifier not valid",
        0x86 => "bad user name or password",
        0x87 => "not authorized",
        0x88 => "server unavailable",
        0x89 => "server busy",
        0x8A => "banned",
        0x8B => "server shutting down",
        0x8C => "bad authentication method",
        0x8D => "keep alive timeout",
        0x8E => "session taken over",
        0x8F => "topic filter invalid",
        0x90 => "topic name invalid",
        0x91 => "packet identifier in use",
        0x93 => "receive maximum exceeded",
        0x94 => "topic alias invalid",
        PacketTooLarge => "packet too large",
        0x96 => "message rate too high",
        0x97 => "quota exceeded",
        0x98 => "administrative action",
        0x99 => "payload format invalid",
        0x9A => "retain not supported",
        0x9B => "QoS not supported",
        0x9C => "use another server",
        0x9D => "server moved",
        0x9E => "shared subscriptions not supported",
        0x9F => "connection rate exceeded",
        0xA0 => "maximum connect time",
        0xA1 => "subscription identifiers not supported",
        0xA2 => "wildcard subscriptions not supported",
        _ => "unknown reason",
    };
}
