using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>A gateway that reaches the database and not the broker leaves its units to the others.</summary>
[Collection(PostgresCollection.Name)]
public sealed class BrokerAwayTests(PostgresFixture postgres)
{
    [Fact]
    public async Task GatewayWithoutBroker_StandsAside_TheOtherPublishes_AndItTakesPartAgain()
    {
        var database = await postgres.CreateDatabaseAsync();
        var (firstBroker, secondBroker) = (new ScriptedClusterBroker(), new ScriptedClusterBroker());
        var recorder = new ShardLeasesTests.ShardRecorder();
        await using var first = await new TestClusterGateway(database, 0, leaseS: 4, brokerAwayS: 2).StartAsync();
        await first.StartAsync(ShardLeasesTests.Publishing(first, new ShardLeasesTests.ShardRecorder(), firstBroker));
        await using var second = await new TestClusterGateway(database, 1, leaseS: 4, brokerAwayS: 2).StartAsync();
        await second.StartAsync(ShardLeasesTests.Publishing(second, recorder, secondBroker));
        await Eventually.TrueAsync(() => first.Leases.HeldCount == 2 && second.Leases.HeldCount == 2, "shared out");

        firstBroker.Away[0] = true;

        await Eventually.TrueAsync(() => second.Leases.HeldCount == 4, "the other holds all");
        Assert.True(first.Leases.IsAside);
        Assert.Equal(1, first.Metrics.TimesAside.Count);
        Assert.Equal(0, first.Metrics.LeasesLost.Count);

        // Messages of its last connection may lie before the broker still.
        await Eventually.TrueAsync(() => secondBroker.Ended.Contains((0, "gateway-0")), "evicted");
        for (var unit = 0; unit < 4; unit++)
            first.Append(unit, FrameClass.Durable, 1);
        await first.ForwardedAsync();
        await Eventually.TrueAsync(() => recorder.Delivered.Count == 4, "what it hears is published");

        firstBroker.Away.Clear();

        await Eventually.TrueAsync(() => first.Leases.HeldCount == 2 && second.Leases.HeldCount == 2, "shared out again");
        Assert.Equal(1, first.Metrics.TimesAside.Count);
    }

    // As of one that wakes: the time it slept says nothing of the broker, which may have ended its connection meanwhile.
    [Fact]
    public async Task GatewayThatWasStopped_WithoutItsConnectionWhenItWakes_DoesNotStandAsideAtOnce()
    {
        var time = new ManualTime();
        var broker = new ScriptedClusterBroker();
        await using var gateway = await new TestClusterGateway(await postgres.CreateDatabaseAsync(), 0).StartAsync();
        await gateway.StartAsync(ShardLeasesTests.Publishing(gateway, new ShardLeasesTests.ShardRecorder(), broker, time));

        broker.Away[0] = true;
        time.Advance(TimeSpan.FromMinutes(5));
        var looks = broker.Looks;
        await Eventually.TrueAsync(() => broker.Looks >= looks + 2, "looked");
        Assert.False(gateway.Leases.IsAside);

        // Looks of now count.
        time.Advance(TimeSpan.FromSeconds(20));
        await Eventually.TrueAsync(() => gateway.Leases.IsAside, "stands aside");
    }

    [Fact]
    public async Task HolderThatStoodAside_MovesNoCursorOnceAnotherHolds()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await new TestClusterGateway(database, 0, leaseS: 4).StartAsync();
        first.Append(1, FrameClass.Durable, 1);
        await first.ForwardedAsync();
        await using var old = await first.OpenAsync();
        first.Leases.StandAside();
        await using var second = await new TestClusterGateway(database, 1, leaseS: 4).StartAsync();
        await Eventually.TrueAsync(() => second.Leases.HeldCount == 4, "all of them");

        old.SaveCursor("mqtt", 1);
        await old.FlushAsync(CancellationToken.None);

        Assert.Equal(4, first.Metrics.CursorsRefused.Count);
        await using var current = await second.OpenAsync();
        Assert.Equal(0, current.LoadCursor("mqtt"));
    }

    // A broker that is away for all: nobody has shards, and the first that reaches it again has all of them.
    [Fact]
    public async Task AllStandAside_TheFirstThatReachesTheBroker_HoldsAll()
    {
        var database = await postgres.CreateDatabaseAsync();
        var brokers = new[] { new ScriptedClusterBroker(), new ScriptedClusterBroker() };
        await using var first = await new TestClusterGateway(database, 0, leaseS: 4, brokerAwayS: 2).StartAsync();
        await using var second = await new TestClusterGateway(database, 1, leaseS: 4, brokerAwayS: 2).StartAsync();
        foreach (var broker in brokers)
            broker.Away[0] = true;
        await first.StartAsync(ShardLeasesTests.Publishing(first, new ShardLeasesTests.ShardRecorder(), brokers[0]));
        await second.StartAsync(ShardLeasesTests.Publishing(second, new ShardLeasesTests.ShardRecorder(), brokers[1]));
        await Eventually.TrueAsync(() => first.Leases.IsAside && second.Leases.IsAside, "both stand aside");
        Assert.Equal(0, first.Leases.HeldCount + second.Leases.HeldCount);

        brokers[1].Away.Clear();

        await Eventually.TrueAsync(() => second.Leases.HeldCount == 4, "all of them");
        Assert.Equal(0, first.Leases.HeldCount);
    }
}
