using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Tests.Support;
using Npgsql;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>From the spools of several gateways into one database.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SpoolForwarderTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Frames_OfTwoGateways_AreOneFrameEachWithTheReceptionsOfBoth()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await new TestClusterGateway(database, 0).StartAsync();
        await using var second = await new TestClusterGateway(database, 1).StartAsync(withLeases: false);
        for (uint counter = 1; counter <= 600; counter++)
        {
            first.Append(17, FrameClass.Durable, counter, concentrator: 0xA1);
            second.Append(17, FrameClass.Durable, counter, concentrator: 0xB2);
        }

        second.Append(17, FrameClass.Live, 1, concentrator: ulong.MaxValue);
        await first.ForwardedAsync();
        await second.ForwardedAsync();

        var records = await ReadAllAsync(first);

        Assert.Equal(601, records.Count);
        Assert.Equal(601, first.Metrics.FramesStored.Count + second.Metrics.FramesStored.Count);
        var durable = records.Where(record => record.Frame.Class == FrameClass.Durable).ToList();
        Assert.Equal(Enumerable.Range(1, 600).Select(i => (uint)i), durable.Select(record => record.Frame.Counter));
        Assert.All(durable, record => Assert.Equal([0xA1UL, 0xB2UL], record.Receptions.Select(reception => reception.Concentrator).Order()));
        var live = Assert.Single(records, record => record.Frame.Class == FrameClass.Live);
        Assert.Equal(TestClusterGateway.Sealed(17, FrameClass.Live, 1), live.Sealed.ToArray());
        Assert.Equal(live.Sealed.ToArray(), live.Body[..live.BodyLength]);
        Assert.Equal(ulong.MaxValue, Assert.Single(live.Receptions).Concentrator);
        Assert.Equal((-103, -75, 923_200_000, 7), Radio(live));
    }

    [Fact]
    public async Task Reception_ThatComesAfterItsFrameWasForwarded_FollowsIt()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var gateway = await new TestClusterGateway(database, 0, time: new FastTime(20)).StartAsync(withLeases: false);
        var id = gateway.Append(3, FrameClass.Durable, 9, concentrator: 0xA1);
        await gateway.ForwardedAsync();
        Assert.Equal(1, await TestSql.ScalarAsync(database, "SELECT count(*) FROM reception"));

        gateway.AppendReception(id, 1, 3, FrameClass.Durable, 9, concentrator: 0xC3);
        await gateway.Spool.FlushAsync(CancellationToken.None);

        await Eventually.TrueAsync(() => gateway.Spool.LoadCursor(SpoolForwarder.ReceptionsOutlet) >= id, "receptions forwarded");
        Assert.Equal(1, await TestSql.ScalarAsync(database, "SELECT count(*) FROM frame"));
        Assert.Equal(1, await TestSql.ScalarAsync(database, "SELECT count(*) FROM reception WHERE concentrator = 195 AND ordinal = 1"));
        Assert.Equal(2, await TestSql.ScalarAsync(database, "SELECT count(*) FROM reception"));
    }

    [Fact]
    public async Task LiveFrame_ThatANewerOneOfItsUnitHasOvertaken_IsKeptAndNotRead()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await new TestClusterGateway(database, 0).StartAsync();
        await using var second = await new TestClusterGateway(database, 1).StartAsync(withLeases: false);
        first.Append(5, FrameClass.Live, 7);
        await first.ForwardedAsync();
        second.Append(5, FrameClass.Live, 6);
        second.Append(5, FrameClass.Durable, 1);
        second.Append(5, FrameClass.Live, 8);
        await second.ForwardedAsync();

        var records = await ReadAllAsync(first);

        Assert.Equal([(FrameClass.Live, 7U), (FrameClass.Durable, 1U), (FrameClass.Live, 8U)], records.Select(record => (record.Frame.Class, record.Frame.Counter)));
        Assert.Equal(1, second.Metrics.FramesOvertaken.Count);
        Assert.Equal(4, await TestSql.ScalarAsync(database, "SELECT count(*) FROM frame"));
    }

    [Fact]
    public async Task DurableFrame_ThatComesAgainAfterItsPartitionWasDropped_IsNotStoredAgain()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await new TestClusterGateway(database, 0).StartAsync();
        await using var second = await new TestClusterGateway(database, 1).StartAsync(withLeases: false);
        for (uint counter = 1000; counter < 1100; counter++)
            first.Append(5, FrameClass.Durable, counter);
        first.Append(5, FrameClass.Live, 77);
        await first.ForwardedAsync();

        // A retention that lies in the future: the partition of today is beyond it. Not delivered, it stays all the same.
        var keeper = new PartitionKeeper(
            first.Database, first.Options with { RetentionDays = -1 }, null!, first.Metrics, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<PartitionKeeper>.Instance);
        Assert.Equal(0, await keeper.KeepAsync(CancellationToken.None));
        await DeliverAllAsync(first);
        Assert.Equal(1, await keeper.KeepAsync(CancellationToken.None));
        await first.Keeper.KeepAsync(CancellationToken.None);
        Assert.Equal(0, await TestSql.ScalarAsync(database, "SELECT count(*) FROM frame_key"));

        second.Append(5, FrameClass.Durable, 1023);
        second.Append(5, FrameClass.Durable, 1024);
        second.Append(5, FrameClass.Durable, 1100);
        second.Append(5, FrameClass.Live, 77);
        await second.ForwardedAsync();

        var record = Assert.Single(await ReadAllAsync(first));
        Assert.Equal((FrameClass.Durable, 1100U), (record.Frame.Class, record.Frame.Counter));
        keeper.Dispose();
    }

    [Fact]
    public async Task DatabaseAway_CostsTheSpoolNothing_AndIsCaughtUp()
    {
        await using var own = await TestSupport.PostgresProcess.StartAsync();
        var database = await own.CreateDatabaseAsync();
        await using var gateway = await new TestClusterGateway(database, 0).StartAsync();
        gateway.Append(1, FrameClass.Durable, 1);
        await gateway.ForwardedAsync();
        await own.KillAsync();
        for (uint counter = 2; counter <= 2000; counter++)
            gateway.Append(1, FrameClass.Durable, counter);
        await gateway.Spool.FlushAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => gateway.Forwarder.IsFailing, "the database is missed");
        Assert.Equal(2000, gateway.Spool.CommittedId);

        await own.RestartAsync();

        await gateway.ForwardedAsync();
        Assert.Equal(2000, await TestSql.ScalarAsync(database, "SELECT count(*) FROM frame"));
        Assert.Equal(2000, await TestSql.ScalarAsync(database, "SELECT count(*) FROM reception"));
    }

    [Fact]
    public async Task WriterThatStopsInsideItsTransaction_HoldsNobodyUpForLong()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var gateway = await new TestClusterGateway(database, 0).StartAsync();
        await using var stopped = new NpgsqlConnection(database);
        await stopped.OpenAsync();
        await using (var begin = new NpgsqlCommand("BEGIN; SELECT lock_journal()", stopped))
            await begin.ExecuteNonQueryAsync();

        gateway.Append(1, FrameClass.Durable, 1);
        await gateway.ForwardedAsync();

        Assert.Equal(1, await TestSql.ScalarAsync(database, "SELECT count(*) FROM frame"));
        await using var commit = new NpgsqlCommand("COMMIT", stopped);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => commit.ExecuteNonQueryAsync());
    }

    [Fact]
    public async Task Knowledge_OfOtherGatewaysFrames_ReachesTheOneThatHeardTheUnit()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await new TestClusterGateway(database, 0).StartAsync();
        await using var second = await new TestClusterGateway(database, 1).StartAsync(withLeases: false);
        var window = new DurableWindow(0, 0, 0);
        foreach (var counter in new uint[] { 0, 1, 2, 5 })
        {
            window.Mark(counter);
            first.Append(9, FrameClass.Durable, counter, state: AdmissionState.NeverSeen with { Durable = DurableWindowState.Of(window) });
        }

        await first.ForwardedAsync();
        await Eventually.TrueAsync(() => first.Knowledge.TryTake(out _, out _), "its own answer");
        second.Append(9, FrameClass.Durable, 7, state: AdmissionState.NeverSeen);
        await second.ForwardedAsync();

        var learned = default(DurableWindowState);
        var unit = 0;
        await Eventually.TrueAsync(() => second.Knowledge.TryTake(out unit, out learned), "the cluster's answer");
        window.Mark(7);
        Assert.Equal(9, unit);
        Assert.Equal(DurableWindowState.Of(window), learned);
        Assert.Equal(3U, learned.Base);
    }

    private static async Task<List<JournalRecord>> ReadAllAsync(TestClusterGateway gateway)
    {
        await using var view = await gateway.OpenAsync();
        List<JournalRecord> all = [];
        List<JournalRecord> some = [];
        for (long after = 0; ; after = some[^1].Frame.Id)
        {
            view.Read(after, 256, some);
            if (some.Count == 0)
                return all;
            all.AddRange(some);
            some = [.. some];
        }
    }

    private static async Task DeliverAllAsync(TestClusterGateway gateway)
    {
        await using var view = await gateway.OpenAsync();
        view.SaveCursor("mqtt", view.CommittedId);
    }

    private static (int RssiDbm, int SnrDecibelE1, long FrequencyHz, int SpreadingFactor) Radio(JournalRecord record) =>
        (record.Receptions[0].RssiDbm, record.Receptions[0].SnrDecibelE1, record.Receptions[0].FrequencyHz, record.Receptions[0].SpreadingFactor);
}
