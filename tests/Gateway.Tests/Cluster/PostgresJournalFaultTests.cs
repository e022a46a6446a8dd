using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>What an outlet may take for delivered when a view's database fails, or its shards come from several holders.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresJournalFaultTests(PostgresFixture postgres)
{
    private const string Outlet = "mqtt";

    [Fact]
    public async Task Read_FailsBetweenFramesAndReceptions_LeavesALaneWhereItWas()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var gateway = await new TestClusterGateway(database, 0).StartAsync();
        await using var view = await gateway.OpenAsync();
        var lane = new PublishLane(view, 0);
        using var buffer = new MessageBuffer();
        await AppendAsync(gateway, 1, 1);
        var first = lane.Next(view.CommittedId)!.Frame.Id;
        lane.Begun(null, buffer);
        lane.Pending.Clear();
        await AppendAsync(gateway, 2, 4);

        await TestSql.ExecuteAsync(database, "ALTER TABLE reception RENAME TO reception_away");
        Assert.Throws<JournalException>(() => lane.Next(view.CommittedId));
        Assert.Equal((first, false), (lane.SettledTo, lane.HasRecords));

        await TestSql.ExecuteAsync(database, "ALTER TABLE reception_away RENAME TO reception");
        var counters = new List<uint>();
        for (; lane.Next(view.CommittedId) is { } record; lane.Begun(null, buffer))
            counters.Add(record.Frame.Counter);
        Assert.Equal([2, 3, 4], counters);
    }

    [Fact]
    public async Task DeliveredRanges_OfShardsWithUnequalNotes_ClaimForEachOnlyWhatWasDelivered()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var gateway = await new TestClusterGateway(database, 0, shards: 2).StartAsync();

        // Shard 0: 20 to 30 was delivered. Shard 1: its holder began after 50, where the journal ends, and has delivered nothing since.
        await TestSql.ExecuteAsync(database, """
            INSERT INTO outlet_cursor (outlet, shard, seq, holds) VALUES
                ('mqtt', 0, 10, true), ('mqtt.from1', 0, 20, false), ('mqtt.to1', 0, 30, false),
                ('mqtt', 1, 10, true), ('mqtt.from1', 1, 50, false), ('mqtt.to1', 1, 45, false)
            """);
        await using (var both = await gateway.OpenAsync())
        {
            var ranges = new DeliveredRanges(both, Outlet);
            ranges.BeginLive(50);
            ranges.LiveDelivered(60);
            ranges.Save();
            await both.FlushAsync(CancellationToken.None);
            await Eventually.TrueAsync(
                () =>
                {
                    ranges.Save();
                    return both.LoadNote("mqtt.to1", NoteOfSeveral.Smallest) == 60;
                },
                "the range's end is kept");
        }

        await using var one = await PostgresJournal.OpenAsync(
            gateway.Parts, new ShardSet([gateway.Leases.Held.Leases[0]], []), CancellationToken.None);
        var ofOne = new DeliveredRanges(one, Outlet);
        Assert.Equal((10, 60), (ofOne.Low, ofOne.High));
        Assert.Equal(50, ofOne.GapTo);
    }

    private static async Task AppendAsync(TestClusterGateway gateway, uint from, uint to)
    {
        for (var counter = from; counter <= to; counter++)
            gateway.Append(2, FrameClass.Live, counter);
        await gateway.ForwardedAsync();
    }
}
