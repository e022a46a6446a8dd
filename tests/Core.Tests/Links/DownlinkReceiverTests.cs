using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Links;

/// <summary>Under the real cipher, with the unit's keys in simulated flash.</summary>
public sealed class DownlinkReceiverTests : IDisposable
{
    private const int Unit = 77;
    private const long EpochMs = FrameTime.EpochMs;
    private const uint NowS = 533_000_000;

    private readonly ITestOutputHelper _output;
    private readonly SimulatedFlash _flash = new(4, 4096, 4);
    private readonly SimulatedAes _aes = new(KeyOf(1));
    private readonly SimulatedAes _nextAes = new(KeyOf(2));
    private readonly ScriptedLink _link = new(LinkKind.LoRa);
    private readonly MemoryJournal _journal = new();
    private readonly FrameCodec _codec = new();
    private readonly Clock _clock = new();
    private readonly Sink _sink = new();
    private readonly UnitKeys _keys;
    private readonly LinkDispatcher _dispatcher;
    private DownlinkReceiver _receiver;
    private uint _downCounter = NowS;

    public DownlinkReceiverTests(ITestOutputHelper output)
    {
        _output = output;
        _keys = new UnitKeys(_flash, 0, 4);
        Assert.True(_keys.TryProvision(KeyOf(1)));
        _dispatcher = new LinkDispatcher([_link], _journal, new DispatchOptions(), 1);
        _receiver = Receiver();
        for (uint counter = 10; counter < 20; counter++)
            Hold(counter);
    }

    public void Dispose()
    {
        _aes.Dispose();
        _nextAes.Dispose();
    }

    [Fact]
    public void Poll_Acknowledgement_EmptiesTheJournal()
    {
        _link.Arrive(Acknowledgement(13, 0x8000_0001));
        _receiver.Poll(1_000);
        Assert.Equal([13u, 15, 16, 17, 18, 19], _journal.Held);
        Assert.Equal(1, _receiver.Count(DownlinkOutcome.Acknowledged));
        Assert.False(_receiver.TakeStatusWish(out _));
    }

    [Fact]
    public void Take_ForgedReplayedOlderForeignOrDamaged_ChangesNothingAndIsCounted()
    {
        var older = Acknowledgement(11, 0);
        var genuine = Acknowledgement(12, 0);
        Assert.Equal(DownlinkOutcome.Acknowledged, Take(genuine));
        Assert.Equal(DownlinkOutcome.Replayed, Take(genuine));
        Assert.Equal(DownlinkOutcome.Older, Take(older));
        var forged = Acknowledgement(20, 0);
        forged[^1] ^= 1;
        Assert.Equal(DownlinkOutcome.TagMismatch, Take(forged));
        Assert.Equal(DownlinkOutcome.NotAFrame, Take(forged[..15]));
        Assert.Equal(DownlinkOutcome.NotAFrame, Take(DispatchWorld.Live(3)));
        Assert.Equal(DownlinkOutcome.NotOurs, Take(Acknowledgement(20, 0, unit: 78)));
        Assert.Equal(8, _journal.HeldFrames);
        Assert.Equal(2, _receiver.Count(DownlinkOutcome.NotAFrame));
        Assert.Equal(1, _receiver.Count(DownlinkOutcome.NotOurs));
    }

    [Fact]
    public void Take_RandomGarbageAndBitErrors_NeverAcknowledges()
    {
        var random = Seed.New(_output);
        for (var i = 0; i < 20_000; i++)
        {
            var frame = i % 100 == 0 ? Acknowledgement(20, uint.MaxValue) : new byte[random.Next(0, 64)];
            if (i % 100 == 0)
                frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
            else
                random.NextBytes(frame);
            Assert.NotEqual(DownlinkOutcome.Acknowledged, Take(frame));
        }

        Assert.Equal(10, _journal.HeldFrames);
        Assert.Equal(0, _link.AnswersToldOf);
    }

    [Fact]
    public void Take_NeitherTimeNorMemory_SaysSoUntilTheTimeIsKnown()
    {
        _clock.UtcMs = UtcTime.Unknown;
        var frame = Acknowledgement(12, 0);
        Assert.Equal(DownlinkOutcome.TimeUnknown, Take(frame));
        _clock.UtcMs = Clock.Now;
        Assert.Equal(DownlinkOutcome.Acknowledged, Take(frame));
    }

    [Fact]
    public void Take_DuplicatedReorderedAndLostAcknowledgements_NeverTakeMoreThanWasSaid()
    {
        var random = Seed.New(_output);
        var window = new DurableWindow(0, 0, 0);
        var air = new List<byte[]>();
        var stored = new HashSet<uint>();
        for (uint counter = 20; counter < 400; counter++)
            Hold(counter);
        for (var step = 0; step < 600; step++)
        {
            var counter = (uint)random.Next(10, 400);
            if (step == 0)
                window.HoldsNothingOlder(10, 0);
            if (counter < window.Base + 128)
            {
                window.Mark(counter);
                stored.Add(counter);
            }

            air.Add(Acknowledgement(window.Base, window.Bitmap));
            Take(air[random.Next(Math.Max(0, air.Count - 5), air.Count)]);
            Assert.All(Enumerable.Range(10, 390).Select(i => (uint)i).Except(_journal.Held), gone => Assert.Contains(gone, stored));
        }

        Assert.InRange(_journal.HeldFrames, 0, 389);
        Assert.True(_receiver.Count(DownlinkOutcome.Older) > 10);
    }

    [Fact]
    public void Take_BaseBeyondOurs_IsNotTakenOverAndAsksForAStatusOnce()
    {
        _receiver.Used(19);
        Assert.Equal(DownlinkOutcome.BeyondOurs, Take(Acknowledgement(21, 0)));
        Assert.Equal(10, _journal.HeldFrames);
        Assert.True(_receiver.TakeStatusWish(out var longForm));
        Assert.False(longForm);
        Assert.Equal(DownlinkOutcome.BeyondOurs, Take(Acknowledgement(21, 0)));
        Assert.False(_receiver.TakeStatusWish(out _));
        Assert.Equal(DownlinkOutcome.BeyondOurs, Take(Acknowledgement(21, 0), 601_000));
        Assert.True(_receiver.TakeStatusWish(out _));
        Assert.Equal(DownlinkOutcome.Acknowledged, Take(Acknowledgement(20, 0)));
        Assert.Equal(0, _journal.HeldFrames);
        Assert.False(_receiver.TakeStatusWish(out _));
    }

    [Fact]
    public void Take_BaseThatIsNotHeld_AsksForAStatus()
    {
        _journal.Drop(14);
        Take(Acknowledgement(14, 0));
        Assert.True(_receiver.TakeStatusWish(out _));
        Assert.Equal([15u, 16, 17, 18, 19], _journal.Held);
    }

    [Fact]
    public void Take_Commands_AreCarriedOutOnceAndTheStatusTellsIt()
    {
        var interval = CommandFrame(new Command { Kind = CommandKind.ReportInterval, LiveIntervalS = 60 });
        Assert.Equal(DownlinkOutcome.Commanded, Take(interval));
        Assert.Equal(DownlinkOutcome.Replayed, Take(interval));
        Assert.Equal((1, 60, _downCounter - 1), (_sink.Carried, _sink.LiveIntervalS, _receiver.LastCommand));
        Assert.Equal(CommandResult.Done, _receiver.LastCommandResult);
        Assert.True(_receiver.TakeStatusWish(out _));
        _sink.Answer = CommandResult.RefusedOutOfRange;
        Take(CommandFrame(new Command { Kind = CommandKind.ReportInterval }));
        Assert.Equal(CommandResult.RefusedOutOfRange, _receiver.LastCommandResult);
        Take(CommandFrame(new Command { Kind = CommandKind.StatusRequest, LongStatus = true }));
        Assert.True(_receiver.TakeStatusWish(out var longForm));
        Assert.True(longForm);

        // A later life remembers the last one.
        _receiver = Receiver();
        Assert.Equal(_downCounter - 1, _receiver.LastCommand);
        Assert.Equal(DownlinkOutcome.Older, Take(interval));
        Assert.Equal(2, _sink.Carried);
    }

    [Fact]
    public void Take_ExpiredCommand_IsRefusedUnlessTheTimeIsUnknown()
    {
        var expired = new Command { Kind = CommandKind.ReportInterval, ExpiryUtcMs = Clock.Now - 60_000 };
        Assert.Equal(DownlinkOutcome.Expired, Take(CommandFrame(expired)));
        Assert.Equal((CommandResult.RefusedExpired, 0), (_receiver.LastCommandResult, _sink.Carried));
        _clock.UtcMs = UtcTime.Unknown;
        Assert.Equal(DownlinkOutcome.Commanded, Take(CommandFrame(expired)));
    }

    [Fact]
    public void Take_CommandThatCannotBeRemembered_IsNotCarriedOut()
    {
        for (var block = 0; block < 4; block++)
            _flash.SetFault(block, BlockFault.Unwritable);
        Assert.Equal(DownlinkOutcome.NotRemembered, Take(CommandFrame(new Command { Kind = CommandKind.ReportInterval })));
        Assert.Equal((0, CommandResult.Failed), (_sink.Carried, _receiver.LastCommandResult));
    }

    [Fact]
    public void Take_BacklogRangeAndSosAcknowledged_ReachTheDispatcher()
    {
        var sos = new byte[24];
        FrameHeader.WriteDurable(sos, 0, FrameKind.Event, 0, Unit, 19);
        Assert.True(_dispatcher.OfferUrgent(sos, 0, 24, 19, true));
        Take(CommandFrame(new Command { Kind = CommandKind.SosAcknowledged, EventCounter = 19, SosCode = 9 }));
        Assert.Equal((0, 9), (_dispatcher.UrgentFrames, _sink.SosCode));
        Take(CommandFrame(new Command { Kind = CommandKind.BacklogRange, FromCounter = 12, ToCounter = 12 }));
        _dispatcher.Poll(1_000);
        Assert.Equal(12u, DispatchWorld.CounterOf(Assert.Single(_link.Sent).Frame));
    }

    [Fact]
    public void Take_KeyChange_BothKeysOpenUntilTheNewOneIsHeard()
    {
        var command = new Command { Kind = CommandKind.KeyChange };
        KeyOf(2).CopyTo(command.Key, 0);
        Assert.Equal(DownlinkOutcome.Commanded, Take(CommandFrame(command)));
        Assert.Equal((CommandResult.Done, 1), (_receiver.LastCommandResult, _sink.KeyChanges));
        _receiver.UseKeys(new AesCcm(_nextAes), new AesCcm(_aes));
        Assert.True(_receiver.TakeStatusWish(out _));
        Assert.Equal(DownlinkOutcome.Acknowledged, Take(Acknowledgement(11, 0)));
        Assert.True(_keys.HasPrevious);
        Assert.Equal(DownlinkOutcome.Acknowledged, Take(Acknowledgement(12, 0, cipher: new AesCcm(_nextAes))));
        Assert.False(_keys.HasPrevious);
        Assert.Equal(DownlinkOutcome.TagMismatch, Take(Acknowledgement(13, 0)));
        Assert.Equal(8, _journal.HeldFrames);
    }

    [Fact]
    public void Take_SteadyState_AllocatesNothing()
    {
        var frames = Enumerable.Range(0, 1_000).Select(_ => Acknowledgement(11, 0)).ToArray();
        var (least, at) = (long.MaxValue, 0);
        for (var pass = 0; pass < 5; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 200; i++)
                _receiver.Take(frames[at], 0, frames[at++].Length, _link, 1_000);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(1_000, _receiver.Count(DownlinkOutcome.Acknowledged));
    }

    private static byte[] KeyOf(byte first) => [first, .. Enumerable.Range(1, 15).Select(i => (byte)i)];

    private DownlinkReceiver Receiver()
    {
        var receiver = new DownlinkReceiver(Unit, _keys, [_link], _dispatcher, _journal, _sink, _clock);
        receiver.UseKeys(new AesCcm(_aes), null);
        return receiver;
    }

    private void Hold(uint counter)
    {
        var frame = new byte[24];
        FrameHeader.WriteDurable(frame, 0, FrameKind.Status, 0, Unit, counter);
        _journal.Append(frame, 0, frame.Length);
    }

    private DownlinkOutcome Take(byte[] frame, long nowMs = 1_000) => _receiver.Take(frame, 0, frame.Length, _link, nowMs);

    private byte[] Acknowledgement(uint baseCounter, uint bitmap, int unit = Unit, IFrameCipher? cipher = null)
    {
        var frame = new byte[AcknowledgementFrame.Bytes];
        var said = new Acknowledgement { BaseCounter = baseCounter, Bitmap = bitmap };
        _codec.SealAcknowledgement(said, cipher ?? new AesCcm(_aes), unit, _downCounter++, frame, 0);
        return frame;
    }

    private byte[] CommandFrame(Command command)
    {
        var frame = new byte[64];
        var length = _codec.SealCommand(command, new AesCcm(_aes), Unit, _downCounter++, frame, 0);
        return frame[..length];
    }

    private sealed class Clock : IClock
    {
        public const long Now = EpochMs + (NowS * 1000L);

        public long MonotonicMs => 0;

        public long UtcMs { get; set; } = Now;
    }

    private sealed class Sink : ICommandSink
    {
        public int Carried { get; private set; }

        public int KeyChanges { get; private set; }

        public int LiveIntervalS { get; private set; }

        public int SosCode { get; private set; }

        public CommandResult Answer { get; set; } = CommandResult.Done;

        public CommandResult CarryOut(Command command)
        {
            Carried++;
            (LiveIntervalS, SosCode) = (command.LiveIntervalS, command.SosCode);
            return Answer;
        }

        public void KeysChanged() => KeyChanges++;
    }
}
