using System.Net.Sockets;
using System.Text.Json;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Service;

/// <summary>The gateway's own process before several brokers that fail in their ways.</summary>
public sealed class BrokerFailoverTests
{
    private const string PositionFilter = "patrol/v1/+/+/position/#";

    [Fact]
    public async Task Brokers_FirstKilledAndBack_EveryFrameReachesOneOfThem()
    {
        using var boat = new TestBoat(17);
        await using var first = await MosquittoProcess.StartAsync(new MosquittoSettings { IsPersistent = true });
        await using var second = await MosquittoProcess.StartAsync();
        await using var gateway = await StartAsync(boat, first.Port, second.Port);
        await using var ofFirst = await MosquittoSubscriber.StartAsync(first.Port, PositionFilter, "%p", "-c", "-x", "3600");
        await using var ofSecond = await MosquittoSubscriber.StartAsync(second.Port, PositionFilter, "%p");
        using var concentrator = new TestConcentrator(gateway.UdpPort);

        await PushAsync(concentrator, boat, 0, 20);
        await ReadAllAsync(ofFirst, 0, 20);

        await first.KillAsync();
        await PushAsync(concentrator, boat, 20, 20);
        await ReadAllAsync(ofSecond, 20, 20);

        await first.RestartAsync();
        await Eventually.TrueAsync(() => gateway.Log.Contains("[451]", StringComparison.Ordinal), "came back to the first");
        await PushAsync(concentrator, boat, 40, 20);
        await ReadAllAsync(ofFirst, 40, 20);
        Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);
    }

    // SIGSTOP: its connections stand, and only the missing acknowledgements tell.
    [Fact]
    public async Task Brokers_FirstSuspended_TheSecondGetsWhatWasNotAcknowledged()
    {
        using var boat = new TestBoat(17);
        await using var first = await MosquittoProcess.StartAsync();
        await using var second = await MosquittoProcess.StartAsync();
        await using var states = await MosquittoSubscriber.StartAsync(first.Port, "patrol/v1/gateway/+/state", "%p");
        await using var ofSecond = await MosquittoSubscriber.StartAsync(second.Port, PositionFilter, "%p");
        await using var gateway = await StartAsync(boat, first.Port, second.Port);
        Assert.Contains("online", await states.ReadAsync(), StringComparison.Ordinal);
        first.Suspend();
        using var concentrator = new TestConcentrator(gateway.UdpPort);

        await PushAsync(concentrator, boat, 0, 20);

        await ReadAllAsync(ofSecond, 0, 20);
        Assert.Matches("no (PUBACK within 1000 ms|SUBACK for )", gateway.Log);
    }

    [Fact]
    public async Task Broker_WithAMessageSizeBelowTheGatewaysState_IsUsedAllTheSame()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings { Extra = "message_size_limit 80" });
        await using var gateway = await StartAsync(boat, broker.Port);
        await Eventually.TrueAsync(() => gateway.Log.Contains("[455]", StringComparison.Ordinal), "the state is refused");
        using var concentrator = new TestConcentrator(gateway.UdpPort);

        await concentrator.PushAsync([boat.FrameNow(1)]);

        await Eventually.TrueAsync(() => gateway.Log.Contains("[404]", StringComparison.Ordinal), () => $"the position is refused\n{gateway.Log}\n{broker.Log}");
        Assert.Contains("[452]", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("[402]", gateway.Log, StringComparison.Ordinal);
        Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);
    }

    // With libmosquitto the broker is a process of its own.
    [Fact]
    public async Task EmbeddedBroker_OfAGatewayThatWasKilled_ReleasesItsPort()
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        await gateway.StartAsync();
        var port = gateway.MqttPort;

        await gateway.KillAsync();

        await Eventually.TrueAsync(() => IsFree(port), "the port is free");
        gateway.Configure("\"embedded\": { \"listen\": \"127.0.0.1:0\"", $"\"embedded\": {{ \"listen\": \"127.0.0.1:{port}\"");
        await gateway.StartAsync();
        Assert.Equal(port, gateway.MqttPort);
    }

    private static bool IsFree(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(MosquittoProcess.Host, port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task<TestGateway> StartAsync(TestBoat boat, params int[] ports)
    {
        var brokers = string.Join(", ", ports.Select(port => $"{{ \"host\": \"127.0.0.1\", \"port\": {port} }}"));
        var gateway = new TestGateway($"\"brokers\": [ {brokers} ], \"publishTimeoutS\": 1, \"returnAfterS\": 1", boat);
        await gateway.StartAsync();
        return gateway;
    }

    private static async Task PushAsync(TestConcentrator concentrator, TestBoat boat, uint first, int count)
    {
        foreach (var counter in Counters(first, count))
            await concentrator.PushAsync([boat.FrameNow(counter)]);
    }

    private static IEnumerable<uint> Counters(uint first, int count) => Enumerable.Range(0, count).Select(i => first + (uint)i);

    // Of what is caught up the newest is the present and comes first, the rest is history; what was not acknowledged comes twice.
    private static async Task ReadAllAsync(MosquittoSubscriber subscriber, uint first, int count)
    {
        var missing = Counters(first, count).ToHashSet();
        while (missing.Count > 0)
            missing.Remove(JsonDocument.Parse(await subscriber.ReadAsync()).RootElement.GetProperty("counter").GetUInt32());
    }
}
