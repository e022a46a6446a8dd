using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Benchmarks;

/// <summary><c>cluster --seconds 5</c>: frames a second into and out of a cluster's database, on a PostgreSQL of its own with fsync on.</summary>
internal static class ClusterCommand
{
    private const int FrameBytes = 24;
    private const int Shards = 12;
    private const int ReadMax = 256;

    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "of each measurement", DefaultValueFactory = _ => 5 };
        var command = new Command("cluster", "Frames a second into and out of a cluster's database.") { seconds };
        command.SetAction((result, _) => RunAsync(TimeSpan.FromSeconds(result.GetValue(seconds))));
        return command;
    }

    private static async Task<int> RunAsync(TimeSpan duration)
    {
        await using var postgres = await PostgresProcess.StartAsync();
        foreach (var (gateways, batch) in new[] { (1, 1), (1, 64), (1, SpoolForwarder.BatchMax), (3, SpoolForwarder.BatchMax) })
        {
            await using var database = new ClusterDatabase(await postgres.CreateDatabaseAsync());
            await ClusterSchema.PrepareAsync(database, Shards, CancellationToken.None);
            var clock = Stopwatch.StartNew();
            var frames = await Task.WhenAll(Enumerable.Range(0, gateways).Select(gateway => StoreAsync(database, gateway, batch, duration)));
            Print($"stored by {gateways} gateways in batches of {batch}", frames.Sum(), clock.Elapsed);
            if (batch != SpoolForwarder.BatchMax)
                continue;
            clock.Restart();
            Print($"  the same frames again by {gateways} others (merged)", (await Task.WhenAll(Enumerable.Range(0, gateways).Select(gateway => StoreAsync(database, gateway, batch, duration, asGateway: 10 + gateway, frames[gateway])))).Sum(), clock.Elapsed);
            clock.Restart();
            Print("  read by an outlet that holds all shards", ReadAll(database), clock.Elapsed);
        }

        return 0;
    }

    private static async Task<int> StoreAsync(
        ClusterDatabase database, int units, int batchMax, TimeSpan duration, int? asGateway = null, int framesMax = int.MaxValue)
    {
        var batch = new FrameBatch();
        var clock = Stopwatch.StartNew();
        var frames = 0;
        while (clock.Elapsed < duration && frames < framesMax)
        {
            List<JournalRecord> records = [.. Enumerable.Range(frames, batchMax).Select(i => Record(units, i))];
            batch.Set(records, frames, frames + batchMax);
            await database.RunAsync(connection => batch.StoreAsync(connection, asGateway ?? units, CancellationToken.None), CancellationToken.None);
            frames += batchMax;
        }

        return frames;
    }

    private static int ReadAll(ClusterDatabase database)
    {
        var reader = new ClusterReader([.. Enumerable.Range(0, Shards)], new long[Shards]);
        List<JournalRecord> records = [];
        var frames = 0;
        for (long after = 0; ; after = records[^1].Frame.Id)
        {
            var from = after;
            database.Run(connection => reader.Read(connection, from, long.MaxValue, ReadMax, records));
            if (records.Count == 0)
                return frames;
            frames += records.Count;
        }
    }

    // Every gateway hears a thousand units of its own.
    private static JournalRecord Record(int gateway, int i)
    {
        var record = new JournalRecord();
        var frame = new AdmittedFrame
        {
            Id = i + 1,
            Unit = (gateway * 1000) + (i % 1000),
            Class = FrameClass.Durable,
            Counter = (uint)(i / 1000),
            Kind = FrameKind.Event,
        };
        Span<byte> bytes = stackalloc byte[FrameBytes];
        record.Set(in frame, bytes, bytes[..13]);
        record.Receptions.Add(new Reception { Concentrator = (ulong)gateway, RssiDbm = -100, SnrDecibelE1 = 50, FrequencyHz = 923_200_000, SpreadingFactor = 7 });
        return record;
    }

    private static void Print(string what, int frames, TimeSpan time) => Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{what,-58} {frames,9} frames {frames / time.TotalSeconds,10:0} /s"));
}
