using System.Text.Json;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.ChirpStack;
using BoatTelemetry.Gateway.Ingest.LoRaWan;
using BoatTelemetry.Gateway.Ingest.Mqtt;
using BoatTelemetry.Gateway.Ingest.TheThingsStack;
using BoatTelemetry.Gateway.Tests.Ingest.ChirpStack;
using BoatTelemetry.Gateway.Tests.Ingest.TheThingsStack;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest.LoRaWan;

public sealed class LoRaWanIngestTests
{
    private const string ChirpStackDevice = "application/17c82e96-be03-4f38-aef3-f83d48582d97/device/0101010101010101";
    private const string TheThingsStackDevice = "v3/boats@ttn/devices/boat-77";

    private static readonly byte[] _frame = Convert.FromHexString("4404D388BA8689BB3C5C4617D9CCED41");

    public static TheoryData<string> Servers { get; } = ["chirpstack", "the-things-stack"];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Uplink_FromTheBroker_IsQueuedForEachGatewayWithTheWayBack(string kind)
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var stages = new Stages();
        var (ingest, metrics) = await StartAsync(stages, Server(kind, broker.Port));
        await PublishAsync(broker.Port, kind);

        await Eventually.TrueAsync(() => metrics.Mqtt.Frames.Count == 2, "both receptions");
        Assert.Equal($"{kind} north", ingest.Description);
        Assert.True(stages.Buffer.TryTake(out var first));
        Assert.True(stages.Buffer.TryTake(out var second));
        Assert.Equal(_frame, first.Bytes.ToArray());
        Assert.Equal(_frame, second.Bytes.ToArray());
        Assert.NotEqual(first.Reception.Concentrator, second.Reception.Concentrator);
        Assert.Equal(UplinkLink.Lora, first.Reception.Link);
        Assert.Equal($"{kind} north", first.Reception.Source!.Name);
        Assert.Same(first.Reception.Source, second.Reception.Source);
        Assert.Same(first.Reception.Path, second.Reception.Path);

        await PublishAsync(broker.Port, kind);
        await Eventually.TrueAsync(() => metrics.Mqtt.Frames.Count == 4, "the next uplink");
        Assert.True(stages.Buffer.TryTake(out var next));
        Assert.Same(first.Reception.Path, next.Reception.Path);
    }

    [Fact]
    public async Task Downlink_ThroughChirpStack_IsItsCommand()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var commands = await MosquittoSubscriber.StartAsync(broker.Port, "application/+/device/+/command/down", "%t %p");
        await using var stages = new Stages();
        await StartAsync(stages, Server("chirpstack", broker.Port));
        await PublishAsync(broker.Port, "chirpstack");
        var path = await PathAsync(stages);

        Assert.Equal(DownlinkOutcome.Sent, await path.SendAsync(new byte[] { 0x5C, 1, 0xFF }, 77, default, default));

        Assert.Equal($"{ChirpStackDevice}/command/down", path.Name);
        var line = (await commands.ReadAsync()).Split(' ', 2);
        Assert.Equal($"{ChirpStackDevice}/command/down", line[0]);
        var json = JsonDocument.Parse(line[1]).RootElement;
        Assert.Equal("0101010101010101", json.GetProperty("devEui").GetString());
        Assert.False(json.GetProperty("confirmed").GetBoolean());
        Assert.Equal(10, json.GetProperty("fPort").GetInt32());
        Assert.Equal("XAH/", json.GetProperty("data").GetString());
    }

    [Fact]
    public async Task Downlink_ThroughTheThingsStack_IsItsPushOverMqtt311()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var pushes = await MosquittoSubscriber.StartAsync(broker.Port, "v3/+/devices/+/down/push", "%t %p");
        await using var stages = new Stages();
        await StartAsync(stages, Server("the-things-stack", broker.Port));
        await PublishAsync(broker.Port, "the-things-stack");
        var path = await PathAsync(stages);

        Assert.Equal(DownlinkOutcome.Sent, await path.SendAsync(new byte[] { 0x5C, 1, 0xFF }, 77, default, default));

        var line = (await pushes.ReadAsync()).Split(' ', 2);
        Assert.Equal($"{TheThingsStackDevice}/down/push", line[0]);
        var downlink = JsonDocument.Parse(line[1]).RootElement.GetProperty("downlinks")[0];
        Assert.Equal(10, downlink.GetProperty("f_port").GetInt32());
        Assert.Equal("XAH/", downlink.GetProperty("frm_payload").GetString());
        Assert.Equal("HIGH", downlink.GetProperty("priority").GetString());

        // mosquitto's log names the version: p2 is 3.1.1.
        Assert.Contains("as gateway-north (p2", broker.Log, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Broker_KilledAndBack_IsSubscribedToAgain(string kind)
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var stages = new Stages();
        var (ingest, metrics) = await StartAsync(stages, Server(kind, broker.Port));
        await PublishAsync(broker.Port, kind);
        var path = await PathAsync(stages);

        await broker.KillAsync();
        await Eventually.TrueAsync(() => !ingest.IsConnected, "the loss is noticed");
        Assert.Equal(DownlinkOutcome.NotConnected, await path.SendAsync(new byte[] { 1 }, 77, default, default));
        await broker.RestartAsync();
        await Eventually.TrueAsync(() => ingest.IsConnected, "connected again");
        var before = metrics.Mqtt.Frames.Count;
        await PublishAsync(broker.Port, kind);

        await Eventually.TrueAsync(() => metrics.Mqtt.Frames.Count == before + 2, "the uplink after it");
        Assert.Equal(DownlinkOutcome.Sent, await path.SendAsync(new byte[] { 1 }, 77, default, default));
        Assert.Equal(2, metrics.Mqtt.Connections.Count);
        Assert.True(metrics.Mqtt.ConnectionFailures.Count > 0);
        Assert.Equal(1, metrics.Mqtt.Downlinks[DownlinkOutcome.NotConnected]);
    }

    [Fact]
    public async Task Uplink_WhileTheGatewayIsAway_IsKeptByChirpStacksBrokerAndHasItsTime()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var stages = new Stages();
        var (ingest, _) = await StartAsync(stages, Server("chirpstack", broker.Port));
        await stages.StopAsync(ingest);
        await PublishAsync(broker.Port, "chirpstack");
        await StartAsync(stages, Server("chirpstack", broker.Port));

        var datagram = await TakeAsync(stages);
        Assert.Equal(DateTimeOffset.Parse("2026-03-04T03:04:05.775Z").ToUnixTimeMilliseconds(), datagram.Reception.ReceivedUtcMs);
    }

    [Theory]
    [InlineData("application/x/device/0101/event/up", "{}", LoRaWanRejection.TopicNotKnown)]
    [InlineData("application/x/device/0101010101010101/event/up", "{", LoRaWanRejection.JsonMalformed)]
    public async Task Message_OfNoUse_IsCountedAndTheNextOneTaken(string topic, string payload, LoRaWanRejection rejection)
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var stages = new Stages();
        var (_, metrics) = await StartAsync(stages, Server("chirpstack", broker.Port));
        await MosquittoPublisher.PublishAsync(broker.Port, topic, payload);
        await PublishAsync(broker.Port, "chirpstack");

        await Eventually.TrueAsync(() => metrics.Mqtt.Frames.Count == 2, "the next one");
        Assert.Equal(1, metrics.Rejections[rejection]);
    }

    [Fact]
    public async Task Queue_WhenFull_RefusesTheNewestAndCounts()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var stages = new Stages(datagramsMax: 1);
        var (_, metrics) = await StartAsync(stages, Server("chirpstack", broker.Port));
        await PublishAsync(broker.Port, "chirpstack");

        await Eventually.TrueAsync(() => metrics.Rejections[LoRaWanRejection.QueueFull] == 1, "the second reception is refused");
        Assert.Equal(1, metrics.Mqtt.Frames.Count);
    }

    private static ILoRaWanServer Server(string kind, int port)
    {
        var connection = new MqttServerOptions { Name = "north", Host = MosquittoProcess.Host, Port = port, ClientId = "gateway-north", KeepAliveS = 5 };
        return kind == "chirpstack"
            ? new ChirpStackServer(new ChirpStackOptions(connection with { SessionExpiryS = 3600 }, "+", 10))
            : new TheThingsStackServer(new TheThingsStackOptions(connection with { Version = MqttVersion.Mqtt311 }, "boats@ttn", 10, "HIGH"));
    }

    private static async Task<(LoRaWanIngest Ingest, LoRaWanMetrics Metrics)> StartAsync(Stages stages, ILoRaWanServer server)
    {
        var metrics = new LoRaWanMetrics(stages.Metrics, "test");
        var ingest = await stages.StartAsync(new LoRaWanIngest(
            server, stages.Buffer, metrics, MqttStack.Default, stages.Guard, stages.Time, NullLogger<LoRaWanIngest>.Instance));
        await Eventually.TrueAsync(() => ingest.IsConnected, "connected");
        return (ingest, metrics);
    }

    private static Task PublishAsync(int port, string kind) => kind == "chirpstack"
        ? MosquittoPublisher.PublishAsync(port, $"{ChirpStackDevice}/event/up", ChirpStackUplinkReaderTests.Sample)
        : MosquittoPublisher.PublishAsync(port, $"{TheThingsStackDevice}/up", TheThingsStackUplinkReaderTests.Sample);

    private static async Task<IDownlinkPath> PathAsync(Stages stages) => (await TakeAsync(stages)).Reception.Path!;

    private static async Task<Datagram> TakeAsync(Stages stages)
    {
        Datagram? taken = null;
        await Eventually.TrueAsync(() => stages.Buffer.TryTake(out taken!), "a datagram");
        return taken!;
    }
}
