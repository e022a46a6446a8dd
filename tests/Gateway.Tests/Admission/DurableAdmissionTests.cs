using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Core.Tracks;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Admission;

#pragma warning disable CA1001 // xunit calls IAsyncLifetime.DisposeAsync.
public sealed class DurableAdmissionTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const long NowUtcMs = AdmissionBench.NowUtcMs;
    private const long MonthMs = 30L * UtcTime.DayMs;

    private readonly TestBoat _boat = new(17);
    private readonly AdmissionBench _bench;

    public DurableAdmissionTests()
    {
        _bench = new AdmissionBench(TestBoat.Fleet(_boat));
    }

    public Task InitializeAsync() => _bench.StartAsync();

    public async Task DisposeAsync()
    {
        _boat.Dispose();
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task Frame_OfEachDurableKind_IsJournaledWithItsBodyAndTime()
    {
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Track(0, fixes: 12, firstUtcMs: NowUtcMs - 120_000)));
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Sketch(1, fixes: 12, firstUtcMs: NowUtcMs - 120_000)));
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Event(2)));
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Status(3)));

        var records = await _bench.ReadAsync();
        Assert.Equal([FrameKind.Track, FrameKind.Sketch, FrameKind.Event, FrameKind.Status], records.Select(record => record.Frame.Kind));
        Assert.Equal([NowUtcMs - 10_000, NowUtcMs - 10_000, NowUtcMs - 2_000, NowUtcMs - 3_000], records.Select(record => record.Frame.TimeUtcMs));
        Assert.All(records, record => Assert.Equal((17, FrameClass.Durable), (record.Frame.Unit, record.Frame.Class)));
        Assert.Equal([0u, 1, 2, 3], records.Select(record => record.Frame.Counter));
        var codec = new FrameCodec();
        Assert.Equal(
            FrameRejection.None,
            codec.ReadBody(FrameKind.Event, records[2].Frame.Flags, OperatingArea.Indonesia, records[2].Body, 0, records[2].BodyLength));
        Assert.Equal((EventKind.ManOverboard, 104_512), (codec.Event.Kind, codec.Event.LatitudeE5));
        Assert.Equal(new DurableWindowState(4, 0, 0), _bench.Commits[^1].State.Durable);
    }

    [Fact]
    public async Task Frame_WithoutTheTime_IsJournaledWithoutOne()
    {
        _boat.Report.UtcMs = UtcTime.Unknown;
        _boat.Condition.UtcMs = UtcTime.Unknown;
        _bench.Admit(_boat.Event(0));
        _bench.Admit(_boat.Status(1));

        Assert.All(await _bench.ReadAsync(), record => Assert.Equal(UtcTime.Unknown, record.Frame.TimeUtcMs));
        Assert.False(_bench.Clocks.TryGet(17, out _));
    }

    [Fact]
    public async Task Frame_AMonthOldAndAfterNewerOnes_IsAdmittedAsHistory()
    {
        _bench.Admit(_boat.Frame(9));
        _boat.Report.UtcMs = NowUtcMs;
        _bench.Admit(_boat.Event(50));
        _boat.Report.UtcMs = NowUtcMs - MonthMs;
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Event(7)));
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Track(8, firstUtcMs: NowUtcMs - MonthMs)));

        var records = await _bench.ReadAsync();
        Assert.Equal([9u, 50, 7, 8], records.Select(record => record.Frame.Counter));
        Assert.Equal(NowUtcMs - MonthMs, records[2].Frame.TimeUtcMs);
        Assert.All(records, record => Assert.Equal(NowUtcMs, record.Frame.ReceivedUtcMs));
    }

    [Fact]
    public async Task Frame_SentAgain_IsStoredOnceAndToldToTheJournalsListener()
    {
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Event(0)));
        Assert.Equal(AdmissionOutcome.SentAgain, _bench.Admit(_boat.Event(0), monotonicMs: 3_000));
        Assert.Equal(AdmissionOutcome.SentAgain, _bench.Admit(_boat.Event(0), monotonicMs: 3_600_000));
        Assert.Single(await _bench.ReadAsync());

        Assert.Equal([false, true, true], _bench.Commits.Select(commit => commit.IsDuplicate));
        Assert.All(_bench.Commits, commit => Assert.Equal(1u, commit.State.Durable.Base));
        Assert.Equal(3, _bench.Heards.Count);
        Assert.All(_bench.Heards, heard => Assert.Equal((17, FrameClass.Durable, 0u, 1UL), heard));
    }

    [Fact]
    public async Task Frame_SentAgainAfterARestart_IsStoredOnceAndAcknowledgedAgain()
    {
        _bench.Admit(_boat.Event(0));
        await _bench.RestartAsync();
        Assert.Equal(AdmissionOutcome.SentAgain, _bench.Admit(_boat.Event(0)));

        Assert.Single(await _bench.ReadAsync());
        Assert.True(_bench.Commits[^1].IsDuplicate);
    }

    [Fact]
    public async Task Frame_HeardByConcentratorsOfSeveralSources_IsOneFrameWithTheirReceptions()
    {
        var (udp, server) = (new IngestSource("packet-forwarder"), new IngestSource("chirpstack"));
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Track(0), 0xA, 0, udp));
        Assert.Equal(AdmissionOutcome.FurtherReception, _bench.Admit(_boat.Track(0), 0xB, 20, udp));
        Assert.Equal(AdmissionOutcome.FurtherReception, _bench.Admit(_boat.Track(0), 0xA, 30, server));
        Assert.Equal(AdmissionOutcome.SentAgain, _bench.Admit(_boat.Track(0), 0xB, 2_000, udp));
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(0), 0xA, 0, udp));
        Assert.Equal(AdmissionOutcome.FurtherReception, _bench.Admit(_boat.Frame(0), 0xA, 40, server));
        Assert.Equal(AdmissionOutcome.RepeatedReception, _bench.Admit(_boat.Frame(0), 0xA, 50, server));

        var records = await _bench.ReadAsync();
        Assert.Equal([0xAUL, 0xB, 0xA], records[0].Receptions.Select(reception => reception.Concentrator));
        Assert.Equal([0xAUL, 0xA], records[1].Receptions.Select(reception => reception.Concentrator));
        Assert.Equal(7, _bench.Heards.Count);
    }

    [Fact]
    public async Task Frame_InABurstOfBacklog_DoesNotForgetTheLiveFrame()
    {
        _bench.Admit(_boat.Frame(1), concentrator: 0xA);
        for (uint counter = 0; counter < 1_000; counter++)
            Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Event(counter), concentrator: 0xC, monotonicMs: counter * 5));

        Assert.Equal(AdmissionOutcome.FurtherReception, _bench.Admit(_boat.Frame(1), concentrator: 0xB, monotonicMs: 6_000));
        Assert.Equal(1_001, (await _bench.ReadAsync()).Count);
        Assert.Equal(1_000u, _bench.Commits[^1].State.Durable.Base);
    }

    [Theory]
    [InlineData(FrameKind.Track)]
    [InlineData(FrameKind.Sketch)]
    public async Task Payload_ThatDoesNotDecode_IsRejectedAndNothingElseIsLost(FrameKind kind)
    {
        // A count of no fixes; a bound of no metres.
        var unreadable = new byte[kind == FrameKind.Track ? TrackBlock.HeaderBytes : Core.Tracks.Sketch.HeaderBytes];
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Event(0)));
        Assert.Equal(FrameRejection.FieldOutOfRange, _bench.Reject(_boat.Payload(kind, unreadable, 1)));
        Assert.Equal(1, _bench.Stages.Metrics.FrameRejections[FrameRejection.FieldOutOfRange]);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Event(2)));
        Assert.Equal(FrameRejection.FieldOutOfRange, _bench.Reject(_boat.Payload(kind, unreadable, 1)));

        Assert.Equal([0u, 2], (await _bench.ReadAsync()).Select(record => record.Frame.Counter));
        Assert.Equal(1u, _bench.Commits[^1].State.Durable.Base);
    }

    [Fact]
    public async Task Payload_ThatDoesNotDecode_DoesNotHoldUpAcknowledgementsForEver()
    {
        _bench.Reject(_boat.Payload(FrameKind.Track, new byte[TrackBlock.HeaderBytes], 0));
        for (uint counter = 1; counter <= Acknowledgement.BitmapBits; counter++)
            _bench.Admit(_boat.Event(counter));
        await _bench.FlushAsync();
        Assert.Equal(0u, _bench.Commits[^1].State.Durable.Base);

        _bench.Admit(_boat.Event(Acknowledgement.BitmapBits + 1));
        await _bench.FlushAsync();
        Assert.Equal((uint)Acknowledgement.BitmapBits + 2, _bench.Commits[^1].State.Durable.Base);
    }

    [Fact]
    public async Task Status_ThatHoldsNothingOlder_MovesTheBase()
    {
        _boat.Condition.OldestHeldBack = 3;
        _bench.Admit(_boat.Event(69_999));
        _bench.Admit(_boat.Status(70_000));
        await _bench.FlushAsync();

        Assert.Equal(0u, _bench.Commits[0].State.Durable.Base);
        Assert.Equal(new DurableWindowState(69_997, 1UL << 61, 0), _bench.Commits[1].State.Durable);

        // The event came before the base stood near it: sent again, it is marked.
        _bench.Admit(_boat.Event(69_999), monotonicMs: 60_000);
        await _bench.FlushAsync();
        Assert.Equal(new DurableWindowState(69_997, 0b011UL << 61, 0), _bench.Commits[^1].State.Durable);
        Assert.Equal(2, (await _bench.ReadAsync()).Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-40)]
    [InlineData(100_000)]
    public void Status_ThatNamesTheLiveCounter_BringsALostUnitBack(int saidAgoS)
    {
        const uint Far = 200 * 4096;
        _bench.Admit(_boat.Frame(1));
        Assert.Equal(FrameRejection.TagMismatch, _bench.Reject(_boat.Frame(Far)));

        _boat.Condition.IsLong = true;
        _boat.Condition.LiveCounter = Far;
        _boat.Condition.UtcMs = NowUtcMs - (saidAgoS * 1000L);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Status(0)));
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(Far + 1)));
    }

    [Fact]
    public void Status_WithoutTimeThatNamesTheLiveCounter_BringsALostUnitBack()
    {
        const uint Far = 200 * 4096;
        _bench.Admit(_boat.Frame(1));
        _boat.Condition.IsLong = true;
        _boat.Condition.LiveCounter = Far;
        _boat.Condition.UtcMs = UtcTime.Unknown;
        _bench.Admit(_boat.Status(0));

        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(Far)));
    }

    [Fact]
    public void Frame_OfADownlinkKind_IsRejected()
    {
        var frame = new byte[24];
        FrameHeader.WriteDurable(frame, 0, FrameKind.Command, 0, 17, 1);

        Assert.Equal(FrameRejection.UnknownKind, _bench.Reject(frame));
    }

    [Fact]
    public void Frame_Damaged_IsRejectedAtEveryBit()
    {
        var frame = _boat.Event(3);
        for (var bit = 0; bit < frame.Length * 8; bit++)
        {
            var flipped = frame.ToArray();
            flipped[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            Assert.NotEqual(FrameRejection.None, _bench.Reject(flipped));
        }
    }
}
