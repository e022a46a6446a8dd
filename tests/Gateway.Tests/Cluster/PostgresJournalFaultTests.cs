using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>What an outlet may take for delivered when a view's database fails.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresJournalFaultTests(PostgresFixture postgres)
{
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

    private static async Task AppendAsync(TestClusterGateway gateway, uint from, uint to)
    {
        for (var counter = from; counter <= to; counter++)
            gateway.Append(2, FrameClass.Live, counter);
        await gateway.ForwardedAsync();
    }
}
