using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>Numbers become visible in their order, however many write: a reader that follows them with a cursor misses none.</summary>
[Collection(PostgresCollection.Name)]
public sealed class CommitOrderTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Writers = 8;
    private const int BatchesEach = 60;

    [Fact]
    public async Task Reader_FollowingWritersOnManyConnections_MissesNothingAndSeesNothingTwice()
    {
        var random = Seed.New(output);
        await using var gateway = await new TestClusterGateway(await postgres.CreateDatabaseAsync(), 0, leaseS: 60).StartAsync();
        await using var view = await gateway.OpenAsync();
        var sizes = Enumerable.Range(0, Writers).Select(_ => Enumerable.Range(0, BatchesEach).Select(_ => random.Next(1, 60)).ToArray()).ToArray();
        var total = sizes.Sum(writer => writer.Sum());
        var writing = Task.WhenAll(sizes.Select((batches, writer) => Task.Run(() => WriteAsync(gateway, writer, batches))));

        var seen = new HashSet<(int Unit, uint Counter)>();
        var readings = 0;
        List<JournalRecord> records = [];
        for (long after = 0; seen.Count < total;)
        {
            if (writing.IsCompleted)
                await writing;
            var isLast = writing.IsCompleted;
            await gateway.Head.RefreshAsync(CancellationToken.None);
            var committed = view.CommittedId;
            view.Read(after, 64, records);
            readings++;
            foreach (var record in records)
            {
                Assert.True(record.Frame.Id > after, "numbers grow");
                after = record.Frame.Id;
                Assert.True(seen.Add((record.Frame.Unit, record.Frame.Counter)), "seen twice");
            }

            // What the cursor has passed by must not appear behind it.
            if (records.Count == 0)
            {
                after = Math.Max(after, committed);
                Assert.False(isLast, $"{total - seen.Count} of {total} frames were missed");
            }
        }

        await writing;
        output.WriteLine($"{total} frames of {Writers} writers in {readings} readings");
        Assert.True(readings > BatchesEach, "the reader followed while the writers wrote");
    }

    private static async Task WriteAsync(TestClusterGateway gateway, int writer, int[] sizes)
    {
        var batch = new FrameBatch();
        uint counter = 0;
        foreach (var size in sizes)
        {
            List<JournalRecord> records = [];
            for (var i = 0; i < size; i++)
                records.Add(Record(i + 1, writer, counter++));
            batch.Set(records, 0, size);
            await gateway.Database.RunAsync(connection => batch.StoreAsync(connection, writer, CancellationToken.None), CancellationToken.None);
        }
    }

    private static JournalRecord Record(long id, int unit, uint counter)
    {
        var record = new JournalRecord();
        var bytes = TestClusterGateway.Sealed(unit, FrameClass.Durable, counter);
        record.Set(new AdmittedFrame { Id = id, Unit = unit, Class = FrameClass.Durable, Counter = counter, Kind = FrameKind.Event }, bytes, bytes);
        record.Receptions.Add(new Reception { Concentrator = (ulong)unit });
        return record;
    }
}
