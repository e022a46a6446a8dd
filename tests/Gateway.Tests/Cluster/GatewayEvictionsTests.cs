using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>Whoever may still speak for shards that another gateway publishes for now is not let speak.</summary>
[Collection(PostgresCollection.Name)]
public sealed class GatewayEvictionsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task GatewayWhoseShardsWereSeized_IsEvicted_ThoughTheSetChangesBeforePublishingBegins()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await new TestClusterGateway(database, 0).StartAsync();
        await using var second = await SeizeAsync(database);

        second.Leases.GiveUp([3]);
        var broker = new ScriptedClusterBroker();
        await second.StartAsync(ShardLeasesTests.Publishing(second, new ShardLeasesTests.ShardRecorder(), broker));

        await Eventually.TrueAsync(() => !broker.Ended.IsEmpty, "evicted");
        Assert.Equal([(0, "gateway-0")], broker.Ended);
        await Eventually.TrueAsync(() => second.Leases.Seized.Count == 0, "done");
    }

    [Fact]
    public async Task Eviction_ThatFails_IsTriedAgainUntilTheBrokerDoesIt_AndHoldsNothingUp()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await new TestClusterGateway(database, 0).StartAsync();
        first.Append(1, FrameClass.Durable, 1);
        await first.ForwardedAsync();
        await using var second = await SeizeAsync(database);
        var broker = new ScriptedClusterBroker(count: 2);
        broker.Away[1] = true;
        var recorder = new ShardLeasesTests.ShardRecorder();
        await second.StartAsync(ShardLeasesTests.Publishing(second, recorder, broker));

        await Eventually.TrueAsync(() => broker.Asked.Count(static asked => asked.Broker == 1) >= 3, "tried again");
        await Eventually.TrueAsync(() => recorder.Delivered.Count == 1, "published meanwhile");
        Assert.Equal(1, second.Leases.Seized.Count);
        Assert.True(second.Metrics.EvictionsFailed.Count >= 2);
        broker.Away.Clear();

        // The one that had done it was not asked again: the other gateway may be back there.
        await Eventually.TrueAsync(() => second.Leases.Seized.Count == 0, "done");
        Assert.Equal([(0, "gateway-0"), (1, "gateway-0")], broker.Ended);
    }

    [Fact]
    public async Task GatewayThatHoldsNothingAnyMore_StillHasItsTurn()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await new TestClusterGateway(database, 0).StartAsync();
        await using var second = await SeizeAsync(database);
        second.Leases.GiveUp([0, 1, 2, 3]);
        var broker = new ScriptedClusterBroker();
        broker.Away[0] = true;
        await second.StartAsync(ShardLeasesTests.Publishing(second, new ShardLeasesTests.ShardRecorder(), broker));
        await Eventually.TrueAsync(() => broker.Asked.Count >= 2, "tried again");

        broker.Away.Clear();

        await Eventually.TrueAsync(() => second.Leases.Seized.Count == 0, "done");
    }

    [Fact]
    public void Seized_MoreThanTheLimit_DropsTheOldestAndCountsIt()
    {
        using var gateway = new GatewayMetrics();
        var metrics = new ClusterMetrics(gateway);
        var seized = new SeizedGateways(metrics);
        string[] names = [.. Enumerable.Range(0, SeizedGateways.NamesMax + 1).Select(static i => $"gateway-{i}")];

        seized.Add(names);
        seized.Add([names[1]]);

        Assert.Equal([.. names[2..], names[1]], seized.Waiting.Select(static waiting => waiting.Name));
        Assert.Equal(1, metrics.EvictionsDropped.Count);
    }

    [Fact]
    public void Seized_AgainWhileItsConnectionIsEnded_StillWaits()
    {
        using var gateway = new GatewayMetrics();
        var seized = new SeizedGateways(new ClusterMetrics(gateway));
        seized.Add(["gateway-0"]);
        var before = Assert.Single(seized.Waiting);

        seized.Add(["gateway-0"]);
        seized.Done(before);

        Assert.NotSame(before, Assert.Single(seized.Waiting));
    }

    // The first one's leases end, as if it had been paused.
    private static async Task<TestClusterGateway> SeizeAsync(string database)
    {
        await TestSql.ExecuteAsync(database, "UPDATE lease SET until = '-infinity'; UPDATE gateway SET until = '-infinity'");
        var second = await new TestClusterGateway(database, 1).StartAsync();
        Assert.Equal(["gateway-0"], second.Leases.Held.SeizedFrom);
        return second;
    }
}
