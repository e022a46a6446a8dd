using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Tests.Journal;
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
        Assert.Empty(_sink.Statuses);
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
        // Before any frame of this life the newest counter is not known.
        Assert.Equal(DownlinkOutcome.Acknowledged, Take(Acknowledgement(11, 0)));
        _dispatcher.Stored(new byte[24], 24, 19, FrameKind.Status, false);
        Assert.Equal(DownlinkOutcome.BeyondOurs, Take(Acknowledgement(21, 0)));
        Assert.Equal(9, _journal.HeldFrames);
        Assert.Equal((StatusCause.BaseUnknown, false), Assert.Single(_sink.Statuses));
        Assert.Equal(DownlinkOutcome.BeyondOurs, Take(Acknowledgement(21, 0)));
        Assert.Single(_sink.Statuses);
        Assert.Equal(DownlinkOutcome.BeyondOurs, Take(Acknowledgement(21, 0), 601_000));
        Assert.Equal(2, _sink.Statuses.Count);
        Assert.Equal(DownlinkOutcome.Acknowledged, Take(Acknowledgement(20, 0)));
        Assert.Equal(0, _journal.HeldFrames);
        Assert.Equal(2, _sink.Statuses.Count);
    }

    [Fact]
    public void Take_BaseThatIsNotHeld_AsksForAStatus()
    {
        _journal.Drop(14);
        Take(Acknowledgement(14, 0));
        Assert.Equal((StatusCause.BaseUnknown, false), Assert.Single(_sink.Statuses));
        Assert.Equal([15u, 16, 17, 18, 19], _journal.Held);
    }

    [Fact]
    public void Take_Command_IsHandedOnOnceAndCleared()
    {
        var command = new Command { Kind = CommandKind.KeyChange };
        KeyOf(2).CopyTo(command.Key, 0);
        var frame = Sealed(command);
        Assert.Equal(DownlinkOutcome.Commanded, Take(frame));
        Assert.Equal(DownlinkOutcome.Replayed, Take(frame));
        var (kind, counter, underPrevious) = Assert.Single(_sink.Executed);
        Assert.Equal((CommandKind.KeyChange, _downCounter - 1, false), (kind, counter, underPrevious));
        Assert.Equal(KeyOf(2), _sink.Key);
        Assert.Equal(new byte[16], _sink.Command!.Key);

        // A later life remembers the last one.
        Assert.True(_keys.TryRemember(counter));
        _receiver = Receiver();
        Assert.Equal(DownlinkOutcome.Replayed, Take(frame));
        Assert.Equal(DownlinkOutcome.Commanded, Take(Sealed(new Command { Kind = CommandKind.StatusRequest })));
        Assert.Equal(2, _sink.Executed.Count);
    }

    [Fact]
    public void Take_GenuineCommandThatNobodyKnows_IsToldAsNotUnderstood()
    {
        Assert.Equal(DownlinkOutcome.BadField, Take(UnknownCommandFrame()));
        Assert.Equal(_downCounter - 1, Assert.Single(_sink.NotUnderstoodCounters));
        Assert.Empty(_sink.Executed);
        Assert.Equal(1, _receiver.Count(DownlinkOutcome.BadField));
    }

    [Theory]
    [InlineData(CommandResult.Done, 0)]
    [InlineData(CommandResult.RefusedExpired, 1)]
    [InlineData(CommandResult.Failed, 1)]
    public void Take_SosAcknowledged_EndsTheSosOnlyIfItWasCarriedOut(CommandResult result, int urgentFrames)
    {
        var sos = new byte[24];
        FrameHeader.WriteDurable(sos, 0, FrameKind.Event, 0, Unit, 19);
        _dispatcher.Stored(sos, 24, 19, FrameKind.Event, true);
        _sink.Answer = result;
        Take(Sealed(new Command { Kind = CommandKind.SosAcknowledged, EventCounter = 19, SosCode = 9 }));
        Assert.Equal(urgentFrames, _dispatcher.UrgentFrames);
    }

    [Fact]
    public void Take_KeyChange_BothKeysOpenUntilTheNewOneIsHeard()
    {
        _sink.OnKeyChange = counter => _keys.Change(KeyOf(2), false, counter);
        Assert.Equal(DownlinkOutcome.Commanded, Take(Sealed(new Command { Kind = CommandKind.KeyChange })));
        _receiver.UseKeys(new AesCcm(_nextAes), new AesCcm(_aes));
        Assert.Equal(DownlinkOutcome.Acknowledged, Take(Acknowledgement(11, 0)));
        Assert.True(_keys.HasPrevious);
        Take(Sealed(new Command { Kind = CommandKind.StatusRequest }));
        Assert.True(_sink.Executed[^1].UnderPrevious);
        Assert.Equal(0, _sink.KeyChanges);
        Assert.Equal(DownlinkOutcome.Acknowledged, Take(Acknowledgement(12, 0, cipher: new AesCcm(_nextAes))));
        Assert.False(_keys.HasPrevious);
        Assert.Equal(1, _sink.KeyChanges);
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
        var receiver = new DownlinkReceiver(Unit, _keys, [_link], _dispatcher, _journal, _sink, _sink, _sink, _clock);
        receiver.UseKeys(new AesCcm(_aes), null);
        return receiver;
    }

    private void Hold(uint counter)
    {
        var frame = new byte[24];
        FrameHeader.WriteDurable(frame, 0, FrameKind.Status, 0, Unit, counter);
        _journal.Append(frame, 0, frame.Length, false);
    }

    private DownlinkOutcome Take(byte[] frame, long nowMs = 1_000) => _receiver.Take(frame, 0, frame.Length, _link, nowMs);

    private byte[] Acknowledgement(uint baseCounter, uint bitmap, int unit = Unit, IFrameCipher? cipher = null)
    {
        var frame = new byte[AcknowledgementFrame.Bytes];
        var said = new Acknowledgement { BaseCounter = baseCounter, Bitmap = bitmap };
        _codec.SealAcknowledgement(said, cipher ?? new AesCcm(_aes), unit, _downCounter++, frame, 0);
        return frame;
    }

    private byte[] Sealed(Command command)
    {
        var frame = new byte[64];
        var length = _codec.SealCommand(command, new AesCcm(_aes), Unit, _downCounter++, frame, 0);
        return frame[..length];
    }

    /// <summary>Genuine, and of a kind that this firmware does not have.</summary>
    private byte[] UnknownCommandFrame()
    {
        var frame = new byte[64];
        var counter = _downCounter++;
        var bodyBytes = CommandFrame.BodyBytes(CommandKind.StatusRequest);
        FrameHeader.WriteDurable(frame, 0, FrameKind.Command, 0, Unit, counter);
        frame[FrameHeader.DurableBytes] = 0xFF;
        return frame[..new FrameSeal().Seal(new AesCcm(_aes), frame, 0, FrameKind.Command, 0, Unit, counter, bodyBytes, null)];
    }

    private sealed class Clock : IClock
    {
        public const long Now = EpochMs + (NowS * 1000L);

        public long MonotonicMs => 0;

        public long UtcMs { get; set; } = Now;
    }

    private sealed class Sink : ICommandSink, IKeyUser, IStatusRequest
    {
        public List<(CommandKind Kind, uint Counter, bool UnderPrevious)> Executed { get; } = [];

        public List<uint> NotUnderstoodCounters { get; } = [];

        public List<(StatusCause Cause, bool IsLong)> Statuses { get; } = [];

        public int KeyChanges { get; private set; }

        /// <summary>The object that the receiver gave, and the key that stood in it then.</summary>
        public Command? Command { get; private set; }

        public byte[] Key { get; private set; } = [];

        public CommandResult Answer { get; set; } = CommandResult.Done;

        public Action<uint> OnKeyChange { get; set; } = _ => { };

        public CommandResult Execute(Command command, uint counter, bool underPreviousKey)
        {
            Executed.Add((command.Kind, counter, underPreviousKey));
            (Command, Key) = (command, [.. command.Key]);
            if (command.Kind == CommandKind.KeyChange)
                OnKeyChange(counter);
            return Answer;
        }

        public void NotUnderstood(uint counter) => NotUnderstoodCounters.Add(counter);

        public void KeysChanged() => KeyChanges++;

        public void Request(StatusCause cause, bool isLong) => Statuses.Add((cause, isLong));
    }
}
