using System.Diagnostics;
using System.Text;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.Capture;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest.Capture;

public sealed class CaptureTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("boat-test-capture-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Recorder_EverythingReceived_IsReadAgainAsItCame()
    {
        await using var stages = new Stages();
        var metrics = new CaptureMetrics(stages.Metrics);
        var recorder = await RecordAsync(stages, metrics, Options());
        List<(byte[] Frame, Reception Reception)> sent =
        [
            ([0x44, 4, 0xD3, 0x88], new Reception
            {
                Source = new IngestSource("packet-forwarder aa555a0000000000"), Link = UplinkLink.Lora, Concentrator = 0xAA555A0000000000, RssiDbm = -103,
                SnrDecibelE1 = -75, FrequencyHz = 2_403_000_000, SpreadingFactor = 7, BandwidthHz = 125_000, ConcentratorUs = uint.MaxValue,
                ReceivedUtcMs = 1_772_593_446_000, ReceivedMonotonicMs = 7,
            }),
            (new byte[255], new Reception { Link = UplinkLink.Cellular, Source = new IngestSource("\"\\é"), ReceivedUtcMs = 1, ReceivedMonotonicMs = 8 }),
            ([1], new Reception { Link = UplinkLink.Serial, RssiDbm = 0, SnrDecibelE1 = 0, ReceivedUtcMs = 2, ReceivedMonotonicMs = 9 }),
        ];
        foreach (var (frame, reception) in sent)
            recorder.Received(frame, in reception);
        await stages.StopAsync(recorder);

        Assert.Equal(3, metrics.Recorded.Count);
        var read = Read(Assert.Single(Directory.GetFiles(_folder)), out var rejections);
        Assert.Empty(rejections);
        Assert.Equal(sent.Select(record => Convert.ToHexString(record.Frame)), read.Select(record => Convert.ToHexString(record.Frame)));
        Assert.Equal(sent.Select(record => record.Reception.Source?.Name ?? ""), read.Select(record => record.Source));
        foreach (var (expected, actual) in sent.Zip(read))
        {
            var reception = expected.Reception;
            reception.Source = null;
            Assert.Equal(reception, actual.Reception);
        }
    }

    [Fact]
    public void Line_OfTheDocumentation_IsWhatIsWritten()
    {
        var text = File.ReadAllText(RepositoryPaths.InRepository("docs", "ingest.md"));
        var example = text.Split("```json capture\n")[1].Split("```")[0];
        var file = Path.Combine(_folder, "example.jsonl");
        File.WriteAllText(file, example);
        var record = Assert.Single(Read(file, out var rejections));
        Assert.Empty(rejections);

        var options = Options();
        using (var capture = new CaptureFile(options, new ManualTime(DateTimeOffset.Parse("2026-03-04T03:04:00Z"))))
        {
            var reception = record.Reception;
            reception.Source = new IngestSource(record.Source);
            capture.Write(record.Frame, in reception);
        }

        Assert.Equal(example, File.ReadAllText(Path.Combine(_folder, "capture-0000000001.jsonl")));
    }

    [Fact]
    public void File_WhenFull_IsFollowedAndTheOldestIsDeleted()
    {
        var options = Options() with { FileBytesMax = 2_000, FilesMax = 3 };
        using (var capture = new CaptureFile(options, TimeProvider.System))
        {
            for (var i = 0; i < 100; i++)
                capture.Write([1, 2, 3, (byte)i], new Reception { ReceivedUtcMs = i });
        }

        var files = Directory.GetFiles(_folder).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(3, files.Count);
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 2_000));
        var kept = files.SelectMany(file => Read(file, out _)).Select(record => (int)record.Frame[3]).ToList();
        Assert.Equal(Enumerable.Range(100 - kept.Count, kept.Count), kept);

        // A later run goes on behind them.
        using (var capture = new CaptureFile(options, TimeProvider.System))
            capture.Write([9], new Reception { ReceivedUtcMs = 9 });
        Assert.Equal([9], Assert.Single(Read(Directory.GetFiles(_folder).Max(StringComparer.Ordinal)!, out _)).Frame);
    }

    [Fact]
    public void Reader_ATornTailAtAnyByte_GivesEverythingBeforeIt()
    {
        var file = Write(3);
        var whole = File.ReadAllBytes(file);
        var ends = Enumerable.Range(0, whole.Length).Where(i => whole[i] == '\n').Select(i => i + 1).ToList();
        for (var length = ends[0]; length <= whole.Length; length++)
        {
            File.WriteAllBytes(file, whole[..length]);
            var records = Read(file, out var rejections);
            Assert.Equal(ends.Count(end => end <= length) - 1, records.Count);
            Assert.Equal(ends.Contains(length) ? [] : [CaptureRejection.TornTail], rejections);
        }
    }

    [Theory]
    [InlineData("", CaptureRejection.NotACapture)]
    [InlineData("{}\n", CaptureRejection.NotACapture)]
    [InlineData("PK\n", CaptureRejection.NotACapture)]
    [InlineData("""{"format":"boat-telemetry-capture","version":2}""" + "\n", CaptureRejection.VersionNotKnown)]
    [InlineData("""{"format":"boat-telemetry-capture"}""" + "\n", CaptureRejection.VersionNotKnown)]
    public void Reader_OtherFile_SaysSoAndReadsNothing(string text, CaptureRejection rejection)
    {
        var file = Path.Combine(_folder, "other.jsonl");
        File.WriteAllText(file, text + """{"received_utc_ms":1,"frame":"01"}""" + "\n");

        Assert.Empty(Read(file, out var rejections));
        Assert.Equal(text.Length == 0 ? CaptureRejection.NotACapture : rejection, Assert.Single(rejections));
    }

    [Theory]
    [InlineData("x", CaptureRejection.JsonMalformed)]
    [InlineData("[]", CaptureRejection.JsonMalformed)]
    [InlineData("""{"received_utc_ms":1}""", CaptureRejection.FrameMissing)]
    [InlineData("""{"received_utc_ms":1,"frame":"0"}""", CaptureRejection.FrameMissing)]
    [InlineData("""{"received_utc_ms":1,"frame":"0g"}""", CaptureRejection.FrameMissing)]
    [InlineData("""{"frame":"01"}""", CaptureRejection.TimeMissing)]
    [InlineData("long", CaptureRejection.LineTooLong)]
    [InlineData("longer", CaptureRejection.LineTooLong)]
    public void Reader_LineOfNoUse_IsToldAndTheNextOneRead(string line, CaptureRejection rejection)
    {
        var file = Path.Combine(_folder, "c.jsonl");
        line = line == "long" ? new string(' ', CaptureLine.BytesMax + 1) : line == "longer" ? new string(' ', 200_000) : line;
        File.WriteAllText(
            file, Encoding.UTF8.GetString(CaptureLine.Header(DateTimeOffset.UnixEpoch)) + line + "\n" + """{"received_utc_ms":1,"frame":"0102","more":[1]}""" + "\n");

        Assert.Equal([1, 2], Assert.Single(Read(file, out var rejections)).Frame);
        Assert.Equal(rejection, Assert.Single(rejections));
    }

    [Fact]
    public void Reader_RandomAndMutated_NeverThrows()
    {
        var random = Seed.New(output);
        var good = File.ReadAllBytes(Write(1));
        var header = CaptureLine.Header(DateTimeOffset.UnixEpoch);
        var read = 0;
        for (var i = 0; i < 100_000; i++)
        {
            using var stream = new MemoryStream([.. header, .. Hostile.Next(random, good[header.Length..], 300)]);
            var reader = new CaptureReader(stream);
            while (reader.TryRead(out _))
                read++;
        }

        Assert.True(read > 10_000);
    }

    [Fact]
    public async Task Recorder_WhenTheQueueIsFull_DropsAndCountsAndNobodyWaits()
    {
        await using var stages = new Stages();
        var metrics = new CaptureMetrics(stages.Metrics);
        var recorder = new CaptureRecorder(
            Options() with { QueueRecordsMax = 16 }, metrics, stages.Guard, stages.Time, NullLogger<CaptureRecorder>.Instance);
        for (var i = 0; i < 100; i++)
            recorder.Received([1], new Reception { ReceivedUtcMs = i });

        Assert.Equal(84, metrics.Dropped.Count);
        await stages.StartAsync(recorder);
        await stages.StopAsync(recorder);
        Assert.Equal(16, metrics.Recorded.Count);
    }

    [Fact]
    public async Task Recorder_FolderThatCannotBeWritten_DropsAndCountsAndGoesOn()
    {
        await using var stages = new Stages();
        var metrics = new CaptureMetrics(stages.Metrics);
        var blocked = Path.Combine(_folder, "file");
        File.WriteAllText(blocked, "");
        var recorder = await RecordAsync(stages, metrics, Options() with { Folder = blocked });
        recorder.Received([1], new Reception { ReceivedUtcMs = 1 });
        await Eventually.TrueAsync(() => metrics.Failures.Count == 1, "the failure");
        File.Delete(blocked);

        // Not tried again for a second; then it is.
        await Eventually.TrueAsync(
            () =>
            {
                recorder.Received([2], new Reception { ReceivedUtcMs = 2 });
                return metrics.Recorded.Count > 0;
            },
            "it records again");
        Assert.True(metrics.Dropped.Count > 0);
    }

    [Fact]
    public void Received_Frames_AllocatesNothingForTheIngest()
    {
        using var gateway = new BoatTelemetry.Gateway.Observability.GatewayMetrics();
        var recorder = new CaptureRecorder(
            Options() with { QueueRecordsMax = 16 }, new CaptureMetrics(gateway), null!, TimeProvider.System, NullLogger<CaptureRecorder>.Instance);
        var reception = new Reception();
        recorder.Received([1], in reception);

        Assert.Equal(0, Allocated.Least(_ =>
        {
            for (var i = 0; i < 1000; i++)
                recorder.Received([1], in reception);
        }));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(20.0)]
    public async Task Replay_Capture_GivesTheFramesWithTheirTimesAndStopsTheGateway(double? speed)
    {
        await using var stages = new Stages();
        var metrics = new CaptureMetrics(stages.Metrics);
        var file = Write(5, stepMs: 1000);
        var lifetime = new StoppedOnce();
        var begin = Stopwatch.GetTimestamp();
        var (replay, taken) = await ReplayAsync(stages, metrics, lifetime, new ReplayOptions([file], speed));

        Assert.True(replay.IsComplete);
        Assert.Equal(5, metrics.Replayed.Count);
        if (speed is { } times)
            Assert.True(Stopwatch.GetElapsedTime(begin) >= TimeSpan.FromMilliseconds((4000 / times) - 20));
        Assert.Equal(5, taken.Count);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal([1, (byte)i], taken[i].Frame);
            Assert.Equal(1_772_593_446_000 + (i * 1000), taken[i].Reception.ReceivedUtcMs);
            Assert.Equal(i * 1000, taken[i].Reception.ReceivedMonotonicMs - taken[0].Reception.ReceivedMonotonicMs);
            Assert.Equal(UplinkLink.Wifi, taken[i].Reception.Link);
            Assert.Null(taken[i].Reception.Path);
        }
    }

    [Fact]
    public async Task Replay_MoreThanTheQueueHolds_WaitsAndLosesNothing()
    {
        await using var stages = new Stages(datagramsMax: 3);
        var (_, taken) = await ReplayAsync(
            stages, new CaptureMetrics(stages.Metrics), new StoppedOnce(), new ReplayOptions([Write(50)], null));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (byte)i), taken.Select(record => record.Frame[1]));
    }

    private static async Task<(ReplayIngest Replay, List<(byte[] Frame, Reception Reception)> Taken)> ReplayAsync(
        Stages stages, CaptureMetrics metrics, StoppedOnce lifetime, ReplayOptions options)
    {
        var journal = await stages.StartJournalAsync();
        var replay = await stages.StartAsync(new ReplayIngest(
            options, stages.Buffer, journal, metrics, lifetime, stages.Guard, stages.Time, NullLogger<ReplayIngest>.Instance));
        List<(byte[] Frame, Reception Reception)> taken = [];
        await Eventually.TrueAsync(
            () =>
            {
                while (stages.Buffer.TryTake(out var datagram))
                {
                    taken.Add((datagram.Bytes.ToArray(), datagram.Reception));
                    stages.Buffer.Return(datagram);
                }

                return lifetime.Stopped.IsCompleted;
            },
            "its end");
        return (replay, taken);
    }

    private CaptureOptions Options() => new() { Folder = _folder, FileBytesMax = 1 << 20, FilesMax = 5, QueueRecordsMax = 64 };

    private static Task<CaptureRecorder> RecordAsync(Stages stages, CaptureMetrics metrics, CaptureOptions options) => stages.StartAsync(
        new CaptureRecorder(options, metrics, stages.Guard, stages.Time, NullLogger<CaptureRecorder>.Instance));

    private string Write(int records, int stepMs = 1)
    {
        using (var capture = new CaptureFile(Options(), TimeProvider.System))
        {
            for (var i = 0; i < records; i++)
            {
                capture.Write([1, (byte)i], new Reception
                {
                    Link = UplinkLink.Wifi,
                    Source = new IngestSource("unit-mqtt shore"),
                    ReceivedUtcMs = 1_772_593_446_000 + (i * stepMs),
                    ReceivedMonotonicMs = 70 + (i * stepMs),
                });
            }
        }

        return Directory.GetFiles(_folder, "capture-*").Max(StringComparer.Ordinal)!;
    }

    private static List<(byte[] Frame, Reception Reception, string Source)> Read(string file, out List<CaptureRejection> rejections)
    {
        rejections = [];
        List<(byte[] Frame, Reception Reception, string Source)> records = [];
        using var stream = File.OpenRead(file);
        var reader = new CaptureReader(stream);
        CaptureRejection rejection;
        while (reader.TryRead(out rejection))
        {
            if (rejection == CaptureRejection.None)
                records.Add((reader.Frame.ToArray(), reader.Reception, reader.Source));
            else
                rejections.Add(rejection);
        }

        if (rejection != CaptureRejection.None)
            rejections.Add(rejection);
        return records;
    }

    private sealed class StoppedOnce : Microsoft.Extensions.Hosting.IHostApplicationLifetime
    {
        private readonly TaskCompletionSource _stopped = new();

        public Task Stopped => _stopped.Task;

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopped.TrySetResult();
    }
}
