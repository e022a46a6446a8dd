using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Configuration;

/// <summary>
/// Reads the gateway's configuration. A new key is added here, in gateway-config.schema.json and in
/// docs/gateway-config.md; a test compares the three.
/// </summary>
public static class GatewayConfigurationFile
{
    private const int PlainPort = 1883;
    private const int TlsPort = 8883;
    private static readonly string[] _onlyOfBrokerElsewhere = ["host", "port", "user", "passwordFile", "tls"];

    /// <summary>The configuration, or null if anything is wrong in it or in the fleet file; then all of it is in <paramref name="errors"/>.</summary>
    public static GatewayConfiguration? Load(string file, List<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var json = new ConfigurationFile(file, errors);
        return json.IsRead ? Read(json, errors) : null;
    }

    internal static GatewayConfiguration? Read(ConfigurationFile json, List<ConfigurationError> errors)
    {
        var root = json.Root;
        var fleetFile = root.FilePath("fleet");
        if (fleetFile is null && !root.Has("fleet"))
            root.Wrong("fleet", "is absent", "the path of the fleet file");
        var journal = JournalOptions.Read(root);
        var ingest = root.Section("ingest");
        var queueDatagramsMax = ingest.Number("queueDatagramsMax", 16, 1_000_000, 8192);
        var packetForwarder = ingest.Section("packetForwarder");
        var listen = packetForwarder.Listen("listen");
        packetForwarder.Finish();
        ingest.Finish();
        var mqtt = ReadMqtt(root.Section("mqtt"));
        var cluster = ClusterOptions.Read(root.Section("cluster"));
        if (cluster is not null && mqtt.Embedded is not null)
            root.Wrong("cluster", "stands beside mqtt.embedded", "a broker that all gateways of the cluster reach");
        var topicRoot = root.Text("topicRoot", "levels of letters, digits, '.', '_' and '-' with '/' between them", IsTopicRoot, "patrol/v1");
        var expiryS = root.Number("liveMessageExpiryS", 1, 31_536_000, 3600);
        var stopTimeoutS = root.Number("stopTimeoutS", 1, 600, 10);
        root.Finish();
        var fleet = fleetFile is null ? null : FleetFile.Load(fleetFile, errors);
        if (errors.Count > 0)
            return null;
        return new GatewayConfiguration
        {
            Fleet = fleet!,
            Journal = journal,
            QueueDatagramsMax = queueDatagramsMax,
            PacketForwarderListen = listen!,
            Mqtt = mqtt,
            Cluster = cluster is null ? null : cluster with { Name = mqtt.ClientId },
            TopicRoot = topicRoot,
            LiveMessageExpiryS = expiryS,
            StopTimeoutS = stopTimeoutS,
        };
    }

    private static MqttConfiguration ReadMqtt(ConfigurationSection mqtt)
    {
        var embedded = mqtt.Section("embedded");
        var listen = embedded.IsPresent ? embedded.Listen("listen") : null;
        if (!embedded.IsPresent)
            embedded.OptionalText("listen", "", static _ => true);
        embedded.Finish();
        CheckOneBroker(mqtt, embedded.IsPresent);
        var host = mqtt.OptionalText("host", "the name or address of a broker", static text => text.Length > 0);
        var tls = ReadTls(mqtt.Section("tls"));
        var configuration = new MqttConfiguration
        {
            Embedded = listen,
            Host = host ?? "",
            Port = mqtt.Number("port", 1, 65_535, tls is null ? PlainPort : TlsPort),
            ClientId = mqtt.Text("clientId", "1 to 64 letters, digits, '.', '_' and '-'", IsTopicLevel, "boat-gateway"),
            User = mqtt.OptionalText("user", "a user name", static text => text.Length > 0),
            Password = ReadPassword(mqtt),
            Tls = tls,
            KeepAliveS = mqtt.Number("keepAliveS", 5, 3600, 10),
            PublishesPendingMax = mqtt.Number("publishesPendingMax", 1, 65_535, 256),
        };
        mqtt.Finish();
        return configuration;
    }

    private static void CheckOneBroker(ConfigurationSection mqtt, bool isEmbedded)
    {
        if (!isEmbedded && !mqtt.Has("embedded") && !mqtt.Has("host"))
            mqtt.Wrong("host", "is absent", "the name or address of a broker, or mqtt.embedded instead");
        if (!isEmbedded)
            return;
        foreach (var key in _onlyOfBrokerElsewhere.Where(mqtt.Has))
            mqtt.Wrong(key, "stands beside mqtt.embedded", "either the embedded broker or one elsewhere");
    }

    private static MqttTlsOptions? ReadTls(ConfigurationSection tls)
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

    private static string? ReadPassword(ConfigurationSection mqtt)
    {
        var file = mqtt.FilePath("passwordFile");
        if (file is null)
            return null;
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            mqtt.Wrong("passwordFile", e.Message.TrimEnd('.'), "a file that can be read, with the password alone in it");
            return null;
        }
    }

    private static bool IsTopicRoot(string text) => text.Split('/').All(IsTopicLevel);

    internal static bool IsTopicLevel(string text) =>
        text.Length is > 0 and <= 64 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
