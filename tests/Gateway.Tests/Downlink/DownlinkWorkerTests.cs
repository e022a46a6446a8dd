using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Downlink;

/// <summary>From the commit to the frame, opened again as the boat opens it. Ways are the test's own.</summary>
public sealed class DownlinkWorkerTests : IAsyncLifetime, IDisposable
{
    private const int Unit = 17;
    private readonly Stages _stages = new();
    private readonly TestBoat _boat = new(Unit);
    private readonly FleetSource _fleet;
    private int _transmission;
    private DownlinkMetrics _metrics = null!;
    private CommandQueue _commands = null!;
    private DownlinkWorker _worker = null!;

    public DownlinkWorkerTests()
    {
        _fleet = new FleetSource(TestBoat.Fleet(_boat));
    }

    private long NowMs => (long)_stages.Time.GetElapsedTime(0).TotalMilliseconds;

    public Task InitializeAsync() => StartAsync(_stages.DownlinkOptions);

    public async Task DisposeAsync() => await _stages.DisposeAsync();

    public void Dispose() => _boat.Dispose();

    [Fact]
    public async Task Durable_Committed_IsAcknowledgedByTheConcentratorThatHeardItBest()
    {
        RecordingPath weak = new(UplinkLink.Lora), strong = new(UplinkLink.Lora), strongest = new(UplinkLink.Lora);
        Hear(5, weak, snrE1: -120, rssiDbm: -120);
        Hear(5, strong, snrE1: 30, rssiDbm: -101);
        Commit(_boat.Event(5), strong, Window(5, 7));
        Hear(5, strongest, snrE1: 30, rssiDbm: -99);

        await Eventually.TrueAsync(() => strongest.Sent.Count == 1, "acknowledged");

        var acknowledgement = Open(strongest.Sent[0].Frame).Acknowledgement;
        Assert.Equal(6u, acknowledgement.BaseCounter);
        Assert.Equal(1u << 31, acknowledgement.Bitmap);
        Assert.Equal(-99, strongest.Sent[0].AnswerTo.RssiDbm);
        Assert.Empty(weak.Sent);
        Assert.Empty(strong.Sent);
    }

    [Fact]
    public async Task Durable_BestWayFails_TheNextOneIsTriedWithTheSameFrame()
    {
        var full = new RecordingPath(UplinkLink.Lora, DownlinkOutcome.AirtimeSpent);
        var free = new RecordingPath(UplinkLink.Lora);
        Hear(5, free, snrE1: -120);
        Hear(5, full, snrE1: 30);
        Commit(_boat.Event(5), full, Window(5));

        await Eventually.TrueAsync(() => free.Sent.Count == 1, "by the other way");

        Assert.Equal(full.Sent[0].Frame, free.Sent[0].Frame);
        Assert.Equal(1, _metrics.Acknowledgements[DownlinkOutcome.AirtimeSpent]);
        Assert.Equal(1, _metrics.Acknowledgements[DownlinkOutcome.Sent]);
    }

    [Fact]
    public async Task Durable_ThroughANetwork_SeveralFramesHaveOneAnswer()
    {
        var path = new RecordingPath(UplinkLink.Cellular);
        for (uint counter = 0; counter < 30; counter++)
        {
            Hear(counter, path);
            Commit(_boat.Event(counter), path, Window([.. Enumerable.Range(0, (int)counter + 1).Select(i => (uint)i)]));
        }

        await Eventually.TrueAsync(() => path.Sent.Count > 0, "acknowledged");

        Assert.Equal(30u, Open(path.Sent[0].Frame).Acknowledgement.BaseCounter);
        Assert.Single(path.Sent);
    }

    [Fact]
    public async Task Durable_ADuplicate_IsAcknowledgedAgainUnderAnotherCounter()
    {
        var path = new RecordingPath(UplinkLink.Lora);
        for (var i = 0; i < 2; i++, _transmission++)
        {
            Hear(5, path);
            Commit(_boat.Event(5), path, Window(5), isDuplicate: i > 0);
            await Eventually.TrueAsync(() => path.Sent.Count == i + 1, "acknowledged");
        }

        Assert.Equal(2, path.Sent.Count);
        Assert.NotEqual(path.Sent[0].Frame, path.Sent[1].Frame);
        Assert.Equal(Open(path.Sent[0].Frame).Acknowledgement.BaseCounter, Open(path.Sent[1].Frame).Acknowledgement.BaseCounter);
    }

    [Fact]
    public async Task Durable_ACopyOfTheSameTransmission_HasNoSecondAnswer()
    {
        RecordingPath path = new(UplinkLink.Lora), other = new(UplinkLink.Lora);
        Hear(5, path);
        Commit(_boat.Event(5), path, Window(5));
        await Eventually.TrueAsync(() => path.Sent.Count == 1, "acknowledged");
        Hear(5, path);
        Commit(_boat.Event(5), path, Window(5), isDuplicate: true);
        Hear(6, other);
        Commit(_boat.Event(6), other, Window(5, 6));
        await Eventually.TrueAsync(() => other.Sent.Count == 1, "the next one");

        Assert.Single(path.Sent);
    }

    [Fact]
    public async Task Live_Committed_IsNotAnsweredUnlessACommandWaits()
    {
        var path = new RecordingPath(UplinkLink.Lora);
        HearLive(5, path);
        Commit(_boat.Frame(5), path, default);
        Hear(6, path);
        Commit(_boat.Event(6), path, Window(6));
        await Eventually.TrueAsync(() => path.Sent.Count == 1, "only the durable one");
        Assert.Single(path.Of(FrameKind.Acknowledgement));

        Ask(CommandKind.StatusRequest);
        HearLive(7, path);
        Commit(_boat.Frame(7), path, default);

        await Eventually.TrueAsync(() => path.Of(FrameKind.Command).Any(), "the command");
        Assert.Equal(CommandKind.StatusRequest, Open(path.Of(FrameKind.Command).Single()).Command.Kind);
    }

    [Fact]
    public async Task Command_LiveFrameAndADurableOneBehindIt_GoesOutInTheWindowOfTheDurableOne()
    {
        RecordingPath live = new(UplinkLink.Lora), durable = new(UplinkLink.Lora);
        Ask(CommandKind.StatusRequest);
        HearLive(5, live);
        Commit(_boat.Frame(5), live, default);
        Hear(6, durable);
        Commit(_boat.Event(6), durable, Window(6));

        await Eventually.TrueAsync(() => durable.Sent.Count == 2, "command and acknowledgement");
        Assert.Single(durable.Of(FrameKind.Command));
        Assert.Empty(live.Sent);
    }

    [Fact]
    public async Task Command_UntilTheStatusNamesIt_ThenItHasEnded()
    {
        var path = new RecordingPath(UplinkLink.Lora);
        Ask(CommandKind.BacklogRange);
        Hear(5, path);
        Commit(_boat.Event(5), path, Window(5));
        await Eventually.TrueAsync(() => path.Of(FrameKind.Command).Any(), "the command");
        await Eventually.TrueAsync(() => path.Of(FrameKind.Acknowledgement).Any(), "and the acknowledgement");
        var counter = Open(path.Of(FrameKind.Command).Single(), out var command);
        Assert.Equal((3u, 9u), (counter.Command.FromCounter, counter.Command.ToCounter));

        _boat.Condition.IsLong = true;
        _boat.Condition.LastCommand = command - 1;
        _boat.Condition.CommandResult = CommandResult.Done;
        Hear(6, path);
        Commit(_boat.Status(6), path, Window(5, 6));
        _boat.Condition.LastCommand = command;
        Hear(7, path);
        Commit(_boat.Status(7), path, Window(5, 6, 7));

        await Eventually.TrueAsync(() => _commands.WaitingCount == 0, "ended");
        Assert.Equal(1, _metrics.CommandEnds[CommandEnd.Done]);
    }

    [Fact]
    public async Task Durable_WithoutAWayBackOrAUnit_IsCounted()
    {
        Commit(_boat.Event(5), null, Window(5));
        await Eventually.TrueAsync(() => _metrics.Drops[DownlinkDrop.NoPath] == 1, "no way");

        _fleet.Replace(TestBoat.Fleet());
        var path = new RecordingPath(UplinkLink.Lora);
        Hear(6, path);
        Commit(_boat.Event(6), path, Window(6));
        await Eventually.TrueAsync(() => _metrics.Drops[DownlinkDrop.UnitGone] == 1, "no unit");
        Assert.Empty(path.Sent);
    }

    [Fact]
    public async Task Durable_KeyChanged_IsAcknowledgedUnderTheKeyOfItsEpoch()
    {
        using var renewed = new PlatformAesCcm(TestBoat.KeyOf(Unit, 9));
        var unit = _fleet.Current.Find(Unit)!;
        _fleet.Replace(new FleetRegistry(OperatingArea.Indonesia, [unit with { Next = renewed }]));
        var path = new RecordingPath(UplinkLink.Lora);
        Hear(5, path);
        Commit(_boat.Event(5), path, Window(5), keyEpoch: 1);
        await Eventually.TrueAsync(() => path.Sent.Count == 1, "acknowledged");

        _boat.ChangeKey(9);
        Assert.Equal(6u, Open(path.Sent[0].Frame).Acknowledgement.BaseCounter);
        Hear(6, path);
        Commit(_boat.Event(6), path, Window(5, 6), keyEpoch: 7);
        await Eventually.TrueAsync(() => _metrics.Drops[DownlinkDrop.NoKey] == 1, "no such key");
    }

    [Fact]
    public void IsBetter_Unknown_IsWorst()
    {
        var known = new Reception { SnrDecibelE1 = -200, RssiDbm = -130 };
        var unknown = new Reception { RssiDbm = -50 };

        Assert.True(UnitWays.IsBetter(in known, in unknown));
        Assert.False(UnitWays.IsBetter(in unknown, in known));
    }

    [Fact]
    public void Seal_ByTwoThreadsUnderOneCipher_GivesWhatOneGives()
    {
        // The admission opens while downlinks are sealed.
        using var cipher = new PlatformAesCcm(_boat.Key);
        Parallel.For(0, 4, thread =>
        {
            var codec = new FrameCodec();
            var frame = new byte[FrameLimits.FrameBytesMax];
            for (uint i = 0; i < 20_000; i++)
            {
                var length = codec.SealAcknowledgement(new Acknowledgement { BaseCounter = i }, cipher, Unit, i, frame, 0);
                Assert.Equal(FrameRejection.None, codec.ReadHeader(frame, 0, length, FrameDirection.Downlink));
                Assert.Equal(FrameRejection.None, codec.Open(cipher, null, i));
                Assert.Equal(FrameRejection.None, codec.ReadBody());
                Assert.Equal(i, codec.Acknowledgement.BaseCounter);
            }
        });
    }

    private static DurableWindowState Window(params IReadOnlyList<uint> counters)
    {
        // All that is older was acknowledged long ago.
        var window = new DurableWindow(counters[0], 0, 0);
        foreach (var counter in counters)
            window.Mark(counter);
        return DurableWindowState.Of(window);
    }

    private async Task StartAsync(DownlinkOptions options)
    {
        var store = await _stages.StartAsync(new DownlinkStore(options.File));
        _metrics = new DownlinkMetrics(_stages.Metrics);
        _commands = await _stages.StartAsync(
            new CommandQueue(options, store, _fleet, _metrics, _stages.Time, NullLogger<CommandQueue>.Instance));
        _worker = await _stages.StartAsync(new DownlinkWorker(
            options, store, _fleet, _commands, _stages.Guard, _metrics, _stages.Time, NullLogger<DownlinkWorker>.Instance));
    }

    private void Ask(CommandKind kind)
    {
        var command = new Command
        {
            Kind = kind,
            FromCounter = 3,
            ToCounter = 9,
            ExpiryUtcMs = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds(),
        };
        Assert.Equal(CommandRefusal.None, _commands.Enqueue(new CommandRequest(Unit, command), out _));
    }

    private Reception Reception(IDownlinkPath? path, uint counter, int snrE1 = 0, int rssiDbm = -100) => new()
    {
        Link = path?.Link ?? UplinkLink.Lora,
        Path = path,
        SnrDecibelE1 = snrE1,
        RssiDbm = rssiDbm,
        ConcentratorUs = (counter * 1_000_000L) + _transmission,
        ReceivedMonotonicMs = NowMs,
    };

    private void Hear(uint counter, IDownlinkPath path, int snrE1 = 0, int rssiDbm = -100)
    {
        var reception = Reception(path, counter, snrE1, rssiDbm);
        _worker.Heard(Unit, FrameClass.Durable, counter, in reception);
    }

    private void HearLive(uint counter, IDownlinkPath path)
    {
        var reception = Reception(path, counter);
        _worker.Heard(Unit, FrameClass.Live, counter, in reception);
    }

    private void Commit(byte[] frame, IDownlinkPath? path, DurableWindowState window, bool isDuplicate = false, int keyEpoch = 0)
    {
        var datagram = new Datagram();
        var codec = new FrameCodec();
        using var cipher = new PlatformAesCcm(_boat.Key);
        Assert.Equal(FrameRejection.None, codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Uplink));
        Assert.Equal(FrameRejection.None, codec.Open(cipher, OperatingArea.Indonesia, codec.Header.IsDurable ? codec.Header.Counter : (uint)codec.Header.CounterLow));
        var counter = codec.Header.IsDurable ? codec.Header.Counter : (uint)codec.Header.CounterLow;
        datagram.Set(frame, Reception(path, counter));
        var admitted = new AdmittedFrame
        {
            Unit = Unit,
            Counter = counter,
            Class = codec.Header.IsDurable ? FrameClass.Durable : FrameClass.Live,
            Kind = codec.Header.Kind,
            Flags = codec.Header.Flags,
        };
        datagram.SetAdmitted(in admitted, codec.Body.AsSpan(0, codec.BodyBytes));
        var state = new AdmissionState(LiveWindowState.NeverSeen, window, new UnitKeyState(keyEpoch, GatewayKeyRing.NotSeen));

        // In the admission's order: heard, and then committed.
        var reception = datagram.Reception;
        _worker.Heard(Unit, admitted.Class, counter, in reception);
        _worker.Committed(datagram, in state, isDuplicate);
    }

    private FrameCodec Open(byte[] frame) => Open(frame, out _);

    private FrameCodec Open(byte[] frame, out uint counter)
    {
        using var opener = new BoatOpener(frame, _boat.Key);
        var verdict = opener.Codec.Header.IsDurable
            ? new DownlinkWindow(LiveCounter.None).JudgeWhole(counter = opener.Codec.Header.Counter, opener)
            : new DownlinkWindow(LiveCounter.None).Judge(
                opener.Codec.Header.CounterLow, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), opener, out counter);
        Assert.Equal(DownlinkVerdict.Accepted, verdict);
        Assert.Equal(FrameRejection.None, opener.Codec.ReadBody());
        Assert.Equal(Unit, opener.Codec.Header.Unit);
        return opener.Codec;
    }

    private sealed class BoatOpener : IFrameOpener, IDisposable
    {
        private readonly PlatformAesCcm _cipher;

        public BoatOpener(byte[] frame, byte[] key)
        {
            _cipher = new PlatformAesCcm(key);
            Assert.Equal(FrameRejection.None, Codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Downlink));
        }

        public FrameCodec Codec { get; } = new();

        public bool Opens(uint counter) => Codec.Open(_cipher, null, counter) == FrameRejection.None;

        public void Dispose() => _cipher.Dispose();
    }
}
