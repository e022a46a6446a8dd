using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Tests.Support;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>Who may publish for which units, and who may not any more.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ShardLeasesTests(PostgresFixture postgres)
{
    [Fact]
    public async Task SecondGateway_GetsItsShare_AndAllWhenTheFirstSignsOff()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await new TestClusterGateway(database, 0, shards: 5, leaseS: 8).StartAsync();
        Assert.Equal([0, 1, 2, 3, 4], first.Leases.Held.Shards);
        await first.StartAsync(Publishing(first, new ShardRecorder()));
        await using var second = await new TestClusterGateway(database, 1, shards: 5, leaseS: 8).StartAsync();
        Assert.Equal(0, second.Leases.HeldCount);

        await Eventually.TrueAsync(() => first.Leases.HeldCount == 3 && second.Leases.HeldCount == 2, "shared out");
        Assert.Empty(first.Leases.Held.Shards.Intersect(second.Leases.Held.Shards));

        await first.DisposeAsync();
        await Eventually.TrueAsync(() => second.Leases.HeldCount == 5, "taken over");

        // No lease had to run out.
        Assert.Empty(second.Leases.Held.SeizedFrom);
    }

    [Fact]
    public async Task GatewayOfATakenIndexOrName_DoesNotStart()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await new TestClusterGateway(database, 7).StartAsync();

        // It waits two of its own leases for one that might be dead.
        await using var second = new TestClusterGateway(database, 7, leaseS: 1);

        var e = await Assert.ThrowsAsync<ClusterException>(() => second.StartAsync());

        Assert.Equal(ClusterFailure.IndexTaken, e.Failure);
        Assert.Contains("index 7, gateway-7", e.Message, StringComparison.Ordinal);
        Assert.Equal(4, first.Leases.HeldCount);
    }

    [Fact]
    public async Task GatewayWithOtherShards_DoesNotStart()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await new TestClusterGateway(database, 0, shards: 4).StartAsync();
        await using var second = new TestClusterGateway(database, 1, shards: 5);

        var e = await Assert.ThrowsAsync<ClusterException>(() => second.StartAsync());

        Assert.Equal(ClusterFailure.SchemaDiffers, e.Failure);
    }

    [Fact]
    public async Task HolderWithAnOldToken_MovesNoCursorAndReadsNothing()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await new TestClusterGateway(database, 0, leaseS: 60).StartAsync();
        first.Append(4, FrameClass.Durable, 1);
        first.Append(5, FrameClass.Durable, 1);
        await first.ForwardedAsync();
        await using var old = await first.OpenAsync();
        List<JournalRecord> records = [];
        old.Read(0, 10, records);
        Assert.Equal(2, records.Count);
        old.SaveCursor("mqtt", records[0].Frame.Id);
        await old.FlushAsync(CancellationToken.None);

        // As if it had been paused until its leases had ended.
        await TestSql.ExecuteAsync(database, "UPDATE lease SET until = '-infinity'; UPDATE gateway SET until = '-infinity'");
        await using var second = await new TestClusterGateway(database, 1, leaseS: 60).StartAsync();
        Assert.Equal(4, second.Leases.HeldCount);
        Assert.Equal(["gateway-0"], second.Leases.Held.SeizedFrom);

        old.SaveCursor("mqtt", records[1].Frame.Id);
        await old.FlushAsync(CancellationToken.None);

        Assert.Equal(4, first.Metrics.CursorsRefused.Count);
        Assert.Throws<JournalException>(() => old.Read(0, 10, records));
        await using var current = await second.OpenAsync();
        Assert.Equal(1, current.LoadCursor("mqtt"));
        current.Read(1, 10, records);
        Assert.Equal(5, Assert.Single(records).Frame.Unit);
    }

    // A lease so long that none is renewed while the test runs.
    [Fact]
    public async Task LeaseThatIsNotRenewed_IsUsedForFourFifthsOfItsTime()
    {
        var time = new ManualTime();
        await using var gateway = await new TestClusterGateway(await postgres.CreateDatabaseAsync(), 0, leaseS: 3600, time: time).StartAsync();

        time.Advance(TimeSpan.FromSeconds(2880) - TimeSpan.FromTicks(1));
        Assert.True(gateway.Leases.IsUsable);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.False(gateway.Leases.IsUsable);
    }

    [Fact]
    public async Task DatabaseAway_EndsTheLeases_AndTheyComeBack()
    {
        await using var own = await TestSupport.PostgresProcess.StartAsync();
        await using var gateway = await new TestClusterGateway(await own.CreateDatabaseAsync(), 0, leaseS: 4).StartAsync();
        await using var view = await gateway.OpenAsync();

        await own.KillAsync();

        await Eventually.TrueAsync(() => !gateway.Leases.IsUsable, "no lease is trusted without its renewal");
        Assert.Throws<JournalException>(() => view.Read(0, 10, []));
        await Eventually.TrueAsync(() => gateway.Leases.HeldCount == 0, "put down");
        Assert.Equal(4, gateway.Metrics.LeasesLost.Count);
        await own.RestartAsync();
        await Eventually.TrueAsync(() => gateway.Leases.HeldCount == 4 && gateway.Leases.IsUsable, "held again");
    }

    [Fact]
    public async Task ShardsOfTwoHolders_AreEachReadFromTheirOwnCursor()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var gateway = await new TestClusterGateway(database, 0, shards: 2, leaseS: 60).StartAsync();
        for (uint counter = 1; counter <= 3; counter++)
        {
            gateway.Append(0, FrameClass.Durable, counter);
            gateway.Append(1, FrameClass.Durable, counter);
        }

        await gateway.ForwardedAsync();
        await TestSql.ExecuteAsync(database, "INSERT INTO outlet_cursor VALUES ('mqtt', 0, 5, true), ('mqtt', 1, 2, true)");

        await using var view = await gateway.OpenAsync();
        List<JournalRecord> records = [];
        view.Read(view.LoadCursor("mqtt"), 10, records);

        Assert.Equal([(1, 2U), (1, 3U)], records.Select(record => (record.Frame.Unit, record.Frame.Counter)));
    }

    // (10, 16] of one shard and (11, 15] of the other: of both nothing was delivered but (11, 15].
    [Fact]
    public async Task NotesOfTwoHolders_AreJoinedToWhatBothHaveDelivered()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var gateway = await new TestClusterGateway(database, 0, shards: 2, leaseS: 60).StartAsync();
        await TestSql.ExecuteAsync(
            database,
            """
            INSERT INTO outlet_cursor VALUES ('mqtt', 0, 4, true), ('mqtt', 1, 5, true),
                ('mqtt.from1', 0, 10, false), ('mqtt.from1', 1, 11, false), ('mqtt.to1', 0, 16, false), ('mqtt.to1', 1, 15, false)
            """);

        await using var view = await gateway.OpenAsync();
        var ranges = new DeliveredRanges(view, "mqtt");

        Assert.Equal((4, 11, 15), (ranges.Low, ranges.GapTo, ranges.High));
    }

    // The cursor of the shard ahead stands; that of the other moves.
    [Fact]
    public async Task CursorOfTwoHolders_NeverGoesBackInTheShardThatIsAhead()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var gateway = await new TestClusterGateway(database, 0, shards: 2).StartAsync();
        await TestSql.ExecuteAsync(database, "INSERT INTO outlet_cursor VALUES ('mqtt', 0, 5, true), ('mqtt', 1, 2, true)");
        await using var view = await gateway.OpenAsync();

        view.SaveCursor("mqtt", 3);
        await view.FlushAsync(CancellationToken.None);

        Assert.Equal("0:5 1:3", await TestSql.TextAsync(database, "SELECT string_agg(shard || ':' || seq, ' ' ORDER BY shard) FROM outlet_cursor"));
    }

    // A connection to the broker may stand only when the set is about to change.
    [Fact]
    public async Task ViewFrozenBeforeItsFirstRead_LeavesTheCursorWhereItIs()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var gateway = await new TestClusterGateway(database, 0).StartAsync();
        for (uint counter = 1; counter <= 3; counter++)
            gateway.Append(0, FrameClass.Durable, counter);
        await gateway.ForwardedAsync();
        await using (var before = await gateway.OpenAsync())
            before.SaveCursor("mqtt", 3);
        await using var view = await gateway.OpenAsync();
        var ranges = new DeliveredRanges(view, "mqtt");

        view.Freeze();
        ranges.BeginLive(view.CommittedId);
        ranges.LiveDelivered(view.CommittedId);

        Assert.Equal(3, ranges.Low);
    }

    // A range's end must not be kept where its beginning was not.
    [Fact]
    public async Task NoteBehindOneThatWasDropped_IsNotKept()
    {
        await using var own = await TestSupport.PostgresProcess.StartAsync();
        var database = await own.CreateDatabaseAsync();
        await using var gateway = await new TestClusterGateway(database, 0).StartAsync();
        await using (var view = await gateway.OpenAsync())
        {
            await own.KillAsync();
            view.Freeze();
            view.SaveNote("mqtt.from1", 10);
            await view.FlushAsync(CancellationToken.None);
            await own.RestartAsync();
            view.SaveNote("mqtt.to1", 20);
        }

        Assert.Equal(0, await TestSql.ScalarAsync(database, "SELECT count(*) FROM outlet_cursor"));
    }

    internal static ClusterPublishing Publishing(
        TestClusterGateway gateway, ShardRecorder recorder, ScriptedClusterBroker? broker = null, TimeProvider? time = null) => new(
        gateway.Parts,
        recorder.Make,
        broker ?? new ScriptedClusterBroker(),
        gateway.Options,
        gateway.Guard,
        time ?? gateway.Time,
        NullLogger<ClusterPublishing>.Instance);

    /// <summary>An outlet that delivers what it reads to a list.</summary>
    internal sealed class ShardRecorder
    {
        private readonly List<(int Unit, FrameClass Class, uint Counter)> _delivered = [];

        public IReadOnlyList<(int Unit, FrameClass Class, uint Counter)> Delivered
        {
            get
            {
                lock (_delivered)
                    return [.. _delivered];
            }
        }

        public IHostedService Make(IJournal journal) => new Outlet(journal, this);

        private sealed class Outlet(IJournal journal, ShardRecorder recorder) : IHostedService, IDisposable
        {
            private readonly CancellationTokenSource _stopping = new();
            private Task _loop = Task.CompletedTask;

            public Task StartAsync(CancellationToken cancellationToken)
            {
                _loop = Task.Run(RunAsync, cancellationToken);
                return Task.CompletedTask;
            }

            public async Task StopAsync(CancellationToken cancellationToken)
            {
                await _stopping.CancelAsync();
                await _loop;
            }

            public void Dispose() => _stopping.Dispose();

            private async Task RunAsync()
            {
                List<JournalRecord> records = [];
                var cursor = journal.LoadCursor("recorder");
                while (!_stopping.IsCancellationRequested)
                {
                    await journal.WaitForCommitAsync(cursor, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    try
                    {
                        if (_stopping.IsCancellationRequested || journal.CommittedId <= cursor)
                            continue;
                        var committed = journal.CommittedId;
                        journal.Read(cursor, 16, records);
                        lock (recorder._delivered)
                            recorder._delivered.AddRange(records.Select(record => (record.Frame.Unit, record.Frame.Class, record.Frame.Counter)));
                        cursor = records.Count > 0 ? records[^1].Frame.Id : committed;
                        journal.SaveCursor("recorder", cursor);
                    }
                    catch (JournalException)
                    {
                        await Task.Delay(20);
                    }
                }
            }
        }
    }
}
