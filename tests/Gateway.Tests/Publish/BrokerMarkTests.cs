using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Publish;

/// <summary>The gateway's process and a broker that forgets.</summary>
public sealed class BrokerMarkTests
{
    private const string Positions = "patrol/v1/+/+/position/#";

    [Fact]
    public async Task Broker_ThatForgotEverything_IsToldAgain()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var gateway = await StartAsync(broker, boat);
        using var concentrator = new TestConcentrator(gateway.UdpPort);
        await using (var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, Positions, "%t %p"))
        {
            for (uint counter = 0; counter < 3; counter++)
            {
                await concentrator.PushAsync([boat.FrameNow(counter)]);
                await subscriber.ReadAsync();
            }
        }

        // Nobody is subscribed while it is away: what was delivered is known to the gateway alone.
        await broker.RestartAsync();
        await using var later = await MosquittoSubscriber.StartAsync(broker.Port, Positions, "%t %C %p");
        HashSet<string> ids = [];
        while (ids.Count < 3)
            ids.Add(IdOf(await later.ReadAsync()));

        Assert.Equal(["17-live-0", "17-live-1", "17-live-2"], ids.Order(StringComparer.Ordinal));
        await Eventually.TrueAsync(() => gateway.Log.Contains("[456]", StringComparison.Ordinal), "the log tells it");
    }

    [Fact]
    public async Task Broker_ThatForgotNothing_IsNotToldAgain()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings { IsPersistent = true });
        await using var gateway = await StartAsync(broker, boat);
        using var concentrator = new TestConcentrator(gateway.UdpPort);
        await using var marks = await MosquittoSubscriber.StartAsync(broker.Port, "patrol/v1/gateway/boat-gateway/delivered", "%p");
        await concentrator.PushAsync([boat.FrameNow(0)]);
        while (!(await marks.ReadAsync()).Contains("\"number\":1", StringComparison.Ordinal))
        {
        }

        // It saves between its rounds, so what it has told may not be saved yet: some rounds more.
        for (var i = 0; i < 5; i++)
            await MosquittoPublisher.PublishAsync(broker.Port, "settled", $"{i}", "-r");
        await broker.RestartAsync();
        await using var later = await MosquittoSubscriber.StartAsync(broker.Port, "patrol/v1/#", "%t %p");
        await concentrator.PushAsync([boat.FrameNow(1)]);
        var line = "";
        while (!line.Contains("17-live-1", StringComparison.Ordinal))
            line = await later.ReadAsync();

        Assert.DoesNotContain("[456]", gateway.Log, StringComparison.Ordinal);
    }

    // What is retained comes behind the SUBACK, in a packet of its own, which a busy machine or a slow line brings later: it failed once so.
    [Fact]
    public async Task Broker_WhoseRetainedMarkComesLate_IsNotToldAgain()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var way = new TcpRelay(broker.Port) { FromServer = HoldPublishesUpAsync };
        await using var gateway = new TestGateway($"\"host\": \"127.0.0.1\", \"port\": {way.Port}", boat);
        await gateway.StartAsync();
        using var concentrator = new TestConcentrator(gateway.UdpPort);
        await using var marks = await MosquittoSubscriber.StartAsync(broker.Port, "patrol/v1/gateway/boat-gateway/delivered", "%p");
        await using var positions = await MosquittoSubscriber.StartAsync(broker.Port, Positions, "%p");
        await concentrator.PushAsync([boat.FrameNow(0)]);
        while (!(await marks.ReadAsync()).Contains("\"number\":1", StringComparison.Ordinal))
        {
        }

        way.Cut();
        way.Mend();
        await Eventually.TrueAsync(() => gateway.Log.Split("[453]").Length > 2, () => $"publishes again\n{gateway.Log}");
        await concentrator.PushAsync([boat.FrameNow(1)]);
        while (!(await positions.ReadAsync()).Contains("17-live-1", StringComparison.Ordinal))
        {
        }

        Assert.DoesNotContain("[456]", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Due_OfTheSameNumberOrTooSoon_IsNothing()
    {
        var time = new ManualTime();
        var mark = new BrokerMark("patrol/v1", "g", time);

        Assert.NotNull(mark.Due(5));
        time.Advance(BrokerMark.Interval / 2);
        Assert.Null(mark.Due(6));
        time.Advance(BrokerMark.Interval / 2);
        Assert.NotNull(mark.Due(6));
        time.Advance(BrokerMark.Interval);
        Assert.Null(mark.Due(6));
    }

    [Fact]
    public async Task Remembered_OfAnEarlierConnectionOrOfRubbish_IsNothing()
    {
        var mark = new BrokerMark("patrol/v1", "g", TimeProvider.System);
        mark.Begin();
        mark.Received(Message(mark.Topic, """{"number":7}"""));
        Assert.Equal(7, await mark.RememberedAsync(CancellationToken.None));

        mark.Begin();
        foreach (var rubbish in new[] { "", "{", "[]", """{"number":-1}""", """{"number":"7"}""", """{"number":7.5}""" })
            mark.Received(Message(mark.Topic, rubbish));
        mark.Received(Message("patrol/v1/gateway/other/delivered", """{"number":8}"""));

        Assert.Null(await mark.RememberedAsync(CancellationToken.None));
    }

    // A line that is slow with each PUBLISH, longer than the gateway's own patience is, and keeps the order.
    private static async Task HoldPublishesUpAsync(Stream from, Stream to)
    {
        const int PublishType = 3;
        var digit = new byte[1];
        while (true)
        {
            List<byte> packet = [];
            var length = 0;
            do
            {
                await from.ReadExactlyAsync(digit);
                packet.Add(digit[0]);
                if (packet.Count > 1)
                    length |= (digit[0] & 0x7F) << (7 * (packet.Count - 2));
            }
            while (packet.Count == 1 || (digit[0] & 0x80) != 0);
            var body = new byte[length];
            await from.ReadExactlyAsync(body);
            if (packet[0] >> 4 == PublishType)
                await Task.Delay(4 * BrokerMark.Grace);
            await to.WriteAsync(packet.Concat(body).ToArray());
        }
    }

    private static MqttMessage Message(string topic, string payload) =>
        new() { Topic = topic, Payload = System.Text.Encoding.UTF8.GetBytes(payload), Retain = true };

    private static string IdOf(string line)
    {
        const string Key = "\"id\":\"";
        var at = line.IndexOf(Key, StringComparison.Ordinal) + Key.Length;
        return line[at..line.IndexOf('"', at)];
    }

    private static async Task<TestGateway> StartAsync(MosquittoProcess broker, TestBoat boat)
    {
        var gateway = new TestGateway($"\"host\": \"127.0.0.1\", \"port\": {broker.Port}", boat);
        await gateway.StartAsync();
        return gateway;
    }
}
