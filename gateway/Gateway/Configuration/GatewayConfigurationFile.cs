using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Health;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.PacketForwarder;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Publish;

namespace BoatTelemetry.Gateway.Configuration;

/// <summary>
/// Reads the gateway's configuration. A new key is added here, in gateway-config.schema.json and in
/// docs/gateway-config.md; a test compares the three.
/// </summary>
public static class GatewayConfigurationFile
{
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
        var fleetSource = FleetOptions.Read(root);
        var admission = AdmissionOptions.Read(root.Section("admission"));
        var journal = JournalOptions.Read(root);
        var ingest = root.Section("ingest");
        var queueDatagramsMax = ingest.Number("queueDatagramsMax", 16, 1_000_000, 8192);
        var packetForwarder = PacketForwarderOptions.Read(ingest.Section("packetForwarder"));
        var mqttSection = root.Section("mqtt");
        var mqtt = MqttConfiguration.Read(mqttSection);
        var publish = PublishOptions.Read(mqttSection);
        mqttSection.Finish();
        var ingests = IngestOptions.Read(ingest, mqtt.ClientId);
        if (!IngestOptions.Sources.Any(ingest.Has))
            root.Wrong("ingest", ingest.IsPresent ? "has no source" : "is absent", $"one or more of {string.Join(", ", IngestOptions.Sources)}");
        ingest.Finish();
        var schedules = UnitSchedules.Read(root);
        var downlink = DownlinkOptions.Read(root.Section("downlink"));
        var health = HealthOptions.Read(root.Section("health"));
        var otlp = OtlpOptions.Read(root.Section("otlp"));
        var log = LogOptions.Read(root.Section("log"));
        var cluster = ClusterOptions.Read(root.Section("cluster"));
        if (cluster is not null && mqtt.Embedded is not null)
            root.Wrong("cluster", "stands beside mqtt.embedded", "a broker that all gateways of the cluster reach");
        var topicRoot = root.Text("topicRoot", "levels of letters, digits, '.', '_' and '-' with '/' between them", IsTopicRoot, "patrol/v1");
        var expiryS = root.Number("liveMessageExpiryS", 1, 31_536_000, 3600);
        var stopTimeoutS = root.Number("stopTimeoutS", 1, 600, 10);
        root.Finish();
        var fleet = fleetSource?.Load(errors);
        if (errors.Count > 0)
            return null;
        return new GatewayConfiguration
        {
            Fleet = fleet!,
            Journal = journal,
            FleetSource = fleetSource!,
            Admission = admission,
            QueueDatagramsMax = queueDatagramsMax,
            PacketForwarder = packetForwarder,
            Ingests = ingests,
            Downlink = cluster is null ? downlink : downlink with { GatewayIndex = cluster.GatewayIndex },
            Mqtt = mqtt,
            Publish = publish,
            Schedules = schedules,
            Health = health,
            Otlp = otlp,
            Log = log,
            Cluster = cluster is null ? null : cluster with { Name = mqtt.ClientId },
            TopicRoot = topicRoot,
            LiveMessageExpiryS = expiryS,
            StopTimeoutS = stopTimeoutS,
        };
    }

    internal static bool IsTopicRoot(string text) => text.Split('/').All(IsTopicLevel);

    internal static bool IsTopicLevel(string text) =>
        text.Length is > 0 and <= 64 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
