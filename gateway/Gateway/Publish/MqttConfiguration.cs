using System.Net;
using System.Text;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>The section "mqtt": the brokers and how the gateway is known to them.</summary>
public sealed record MqttConfiguration
{
    /// <summary>Named limit: brokers to fail over to.</summary>
    public const int BrokersMax = 16;

    private const int PlainPort = 1883;
    private const int TlsPort = 8883;
    private static readonly string[] _keysOfBroker = ["host", "port", "user", "passwordFile", "tls"];

    /// <summary>Where the broker inside the gateway listens; null for brokers elsewhere.</summary>
    public IPEndPoint? Embedded { get; init; }

    /// <summary>Brokers elsewhere, the most preferred first; empty with <see cref="Embedded"/>.</summary>
    public required IReadOnlyList<MqttBrokerAddress> Brokers { get; init; }

    public required string ClientId { get; init; }

    public required int KeepAliveS { get; init; }

    /// <summary>How long a publish or a subscription may wait for its acknowledgement.</summary>
    public required int PublishTimeoutS { get; init; }

    /// <summary>Over a less preferred broker, how long until the more preferred ones are tried.</summary>
    public required int ReturnAfterS { get; init; }

    public required int PublishesPendingMax { get; init; }

    /// <summary>Reads these keys of the section; what is wrong goes to its file's errors.</summary>
    public static MqttConfiguration Read(ConfigurationSection mqtt)
    {
        ArgumentNullException.ThrowIfNull(mqtt);
        var embedded = mqtt.Section("embedded");
        var listen = embedded.IsPresent ? embedded.Listen("listen") : null;
        if (!embedded.IsPresent)
            embedded.OptionalText("listen", "", static _ => true);
        embedded.Finish();
        return new MqttConfiguration
        {
            Embedded = listen,
            Brokers = ReadBrokers(mqtt, embedded.IsPresent),
            ClientId = mqtt.Text(
                "clientId", "1 to 64 letters, digits, '.', '_' and '-'", GatewayConfigurationFile.IsTopicLevel, "boat-gateway"),
            KeepAliveS = mqtt.Number("keepAliveS", 5, 3600, 10),
            PublishTimeoutS = mqtt.Number("publishTimeoutS", 1, 3600, 5),
            ReturnAfterS = mqtt.Number("returnAfterS", 1, 86_400, 60),
            PublishesPendingMax = mqtt.Number("publishesPendingMax", 1, 65_535, 256),
        };
    }

    // A record prints its members; passwords must not end up in a log.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(ClientId).Append(" at ").AppendJoin(", ", Brokers);
        return true;
    }

    private static List<MqttBrokerAddress> ReadBrokers(ConfigurationSection mqtt, bool isEmbedded)
    {
        List<MqttBrokerAddress> brokers = [];
        var one = ReadBroker(mqtt);
        var several = mqtt.OptionalSections("brokers");
        foreach (var section in several)
        {
            var broker = ReadBroker(section);
            section.Finish();
            if (section.IsPresent && !section.Has("host"))
                section.Wrong("host", "is absent", "the name or address of a broker");
            if (section.IsPresent)
                brokers.Add(broker);
        }

        if (mqtt.Has("brokers") && several.Count is 0 or > BrokersMax)
            mqtt.Wrong("brokers", $"has {several.Count}", $"1 to {BrokersMax} brokers");
        if (!mqtt.Has("embedded") && !mqtt.Has("brokers") && !mqtt.Has("host"))
            mqtt.Wrong("host", "is absent", "the name or address of a broker, or mqtt.brokers or mqtt.embedded instead");
        if (isEmbedded)
            CheckStandsAlone(mqtt, "mqtt.embedded", [.. _keysOfBroker, "brokers"]);
        else if (mqtt.Has("brokers"))
            CheckStandsAlone(mqtt, "mqtt.brokers", _keysOfBroker);
        else if (!mqtt.Has("embedded"))
            brokers.Add(one);
        return brokers;
    }

    private static void CheckStandsAlone(ConfigurationSection mqtt, string section, string[] others)
    {
        foreach (var key in others.Where(mqtt.Has))
            mqtt.Wrong(key, $"stands beside {section}", "one of mqtt.embedded, mqtt.host and mqtt.brokers, each with its own keys");
    }

    private static MqttBrokerAddress ReadBroker(ConfigurationSection section)
    {
        var host = section.OptionalText("host", "the name or address of a broker", static text => text.Length > 0);
        var tls = ReadTls(section.Section("tls"));
        return new MqttBrokerAddress(host ?? "", section.Number("port", 1, 65_535, tls is null ? PlainPort : TlsPort))
        {
            UserName = section.OptionalText("user", "a user name", static text => text.Length > 0),
            Password = ReadPassword(section),
            Tls = tls,
        };
    }

    internal static MqttTlsOptions? ReadTls(ConfigurationSection tls)
    {
        var options = new MqttTlsOptions
        {
            CaFile = ExistingFile(tls, "caFile"),
            CertificateFile = ExistingFile(tls, "certificateFile"),
            KeyFile = ExistingFile(tls, "keyFile"),
        };
        if (tls.Has("certificateFile") != tls.Has("keyFile"))
            tls.Wrong(tls.Has("keyFile") ? "certificateFile" : "keyFile", "is absent", "certificateFile and keyFile together");
        if (tls.Has("certificateFile") && !tls.Has("caFile"))
            tls.Wrong("caFile", "is absent", "caFile beside certificateFile");
        tls.Finish();
        return tls.IsPresent ? options : null;
    }

    private static string? ExistingFile(ConfigurationSection section, string key)
    {
        var file = section.FilePath(key);
        if (file is not null && !File.Exists(file))
            section.Wrong(key, $"{file} is not there", "a file that can be read");
        return file;
    }

    internal static string? ReadPassword(ConfigurationSection section)
    {
        var file = section.FilePath("passwordFile");
        if (file is null)
            return null;
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            section.Wrong("passwordFile", e.Message.TrimEnd('.'), "a file that can be read, with the password alone in it");
            return null;
        }
    }
}
