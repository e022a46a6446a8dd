using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.Mqtt;
using BoatTelemetry.Gateway.Ingest.UnitMqtt;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest.UnitMqtt;

public sealed class UnitMqttIngestTests(ITestOutputHelper output)
{
    // The unit's own code says its topics.
    private readonly MqttOptions _unit = new() { UnitId = 77 };

    [Fact]
    public async Task Frame_OnTheUnitsTopic_IsQueuedWithTheUnitsOwnTopicAsTheWayBack()
    {
        using var boat = new TestBoat(77);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var down = await MosquittoSubscriber.StartAsync(broker.Port, _unit.DownTopic, "%x %p");
        await using var stages = new Stages();
        var (ingest, metrics) = await StartAsync(stages, broker.Port);
        await PublishAsync(broker.Port, _unit.UpTopic, boat.Frame(5));

        var datagram = await TakeAsync(stages);
        Assert.Equal(boat.Frame(5), datagram.Bytes.ToArray());
        Assert.Equal(UplinkLink.Wifi, datagram.Reception.Link);
        Assert.Equal("unit-mqtt shore", datagram.Reception.Source!.Name);
        Assert.Equal(0UL, datagram.Reception.Concentrator);
        var path = datagram.Reception.Path!;
        Assert.Equal(_unit.DownTopic, path.Name);
        Assert.Equal(DownlinkOutcome.Sent, await path.SendAsync(new byte[] { 0x5C, 1, 2 }, 77, default, default));
        Assert.StartsWith("5c0102 ", await down.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal(1, metrics.Mqtt.Downlinks[DownlinkOutcome.Sent]);
        Assert.Equal("unit-mqtt shore", ingest.Description);
    }

    [Theory]
    [InlineData("patrol/v1/units/78/up", "4404D388", "", UnitMqttRejection.OtherUnit)]
    [InlineData("patrol/v1/units/16384/up", "4404D388", "", UnitMqttRejection.TopicNotKnown)]
    [InlineData("patrol/v1/units/077/up", "4404D388", "", UnitMqttRejection.TopicNotKnown)]
    [InlineData("patrol/v1/units/x/up", "4404D388", "", UnitMqttRejection.TopicNotKnown)]
    [InlineData("patrol/v1/units/77/up", "", "", UnitMqttRejection.Empty)]
    [InlineData("patrol/v1/units/77/up", "long", "", UnitMqttRejection.TooLong)]
    [InlineData("patrol/v1/units/77/up", "4404D388", "-r", UnitMqttRejection.Retained)]
    public async Task Message_OfNoUse_IsCountedAndTheNextOneTaken(string topic, string hex, string retain, UnitMqttRejection rejection)
    {
        using var boat = new TestBoat(77);
        await using var broker = await MosquittoProcess.StartAsync();

        // A retained message is one only to those who subscribe after it.
        if (retain.Length > 0)
            await PublishAsync(broker.Port, topic, Convert.FromHexString(hex), retain);
        await using var stages = new Stages();
        var (_, metrics) = await StartAsync(stages, broker.Port);
        if (retain.Length == 0)
            await PublishAsync(broker.Port, topic, hex == "long" ? new byte[223] : Convert.FromHexString(hex));
        await PublishAsync(broker.Port, _unit.UpTopic, boat.Frame(5));

        await TakeAsync(stages);
        Assert.Equal(1, metrics.Rejections[rejection]);
        Assert.Equal(1, metrics.Mqtt.Frames.Count);
    }

    [Fact]
    public async Task Messages_RandomAndMutated_NeverEndTheConnection()
    {
        const int Messages = 100_000;
        var random = Seed.New(output);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var stages = new Stages(datagramsMax: 64);
        var (_, metrics) = await StartAsync(stages, broker.Port);
        await using var link = MqttStack.Default.CreateLink();
        await link.ConnectAsync(new MqttLinkOptions { Host = MosquittoProcess.Host, Port = broker.Port, ClientId = "hostile" }, default);
        string[] units = ["77", "16383", "-1", "99999999999999999999", "+7", " ", "77 ", "é"];
        List<Task> publishes = [];
        for (var i = 0; i < Messages; i++)
        {
            var payload = Hostile.Next(random, [0x44, 4, 0xD3, 0x88, 1, 2, 3, 4], 400);
            var topic = $"patrol/v1/units/{units[random.Next(units.Length)].TrimStart('+')}/up";
            publishes.Add(link.PublishAsync(new MqttMessage { Topic = topic, Payload = payload }, default));
            while (stages.Buffer.TryTake(out var datagram))
                stages.Buffer.Return(datagram);
            if (publishes.Count == 1000)
            {
                await Task.WhenAll(publishes);
                publishes.Clear();
            }
        }

        await Task.WhenAll(publishes);
        await Eventually.TrueAsync(() => metrics.Mqtt.Messages.Count == Messages, "all received");
        var rejected = Enum.GetValues<UnitMqttRejection>().Sum(reason => metrics.Rejections[reason]);
        Assert.Equal(Messages, rejected + metrics.Mqtt.Frames.Count);
        Assert.Equal(1, metrics.Mqtt.Connections.Count);
    }

    private static async Task<(UnitMqttIngest Ingest, UnitMqttMetrics Metrics)> StartAsync(Stages stages, int port)
    {
        var metrics = new UnitMqttMetrics(stages.Metrics);
        var connection = new MqttServerOptions { Name = "shore", Host = MosquittoProcess.Host, Port = port, ClientId = "gateway-shore", KeepAliveS = 5 };
        var ingest = await stages.StartAsync(new UnitMqttIngest(
            new UnitMqttOptions(connection, MqttOptions.TopicRoot.TrimEnd('/')), stages.Buffer, metrics, MqttStack.Default, stages.Guard, stages.Time,
            NullLogger<UnitMqttIngest>.Instance));
        await Eventually.TrueAsync(() => ingest.IsConnected, "connected");
        return (ingest, metrics);
    }

    private static async Task PublishAsync(int port, string topic, byte[] payload, string retain = "")
    {
        await using var link = MqttStack.Default.CreateLink();
        await link.ConnectAsync(new MqttLinkOptions { Host = MosquittoProcess.Host, Port = port, ClientId = $"unit-{Guid.NewGuid():N}" }, default);
        await link.PublishAsync(new MqttMessage { Topic = topic, Payload = payload, Retain = retain.Length > 0 }, default);
        await link.DisconnectAsync();
    }

    private static async Task<Datagram> TakeAsync(Stages stages)
    {
        Datagram? taken = null;
        await Eventually.TrueAsync(() => stages.Buffer.TryTake(out taken!), "a datagram");
        return taken!;
    }
}
