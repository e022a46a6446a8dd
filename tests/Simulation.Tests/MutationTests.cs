using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Simulation.Tests;

/// <summary>Each invariant broken on purpose by a double of one part: the simulation has to find it, and to say which.</summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int SeedsMax = 60;

    private string? _passedOver;

    [Fact]
    public void Sail_JournalTakesAnAcknowledgementForMoreThanItSays_IsFound() =>
        Finds(new GreedyJournal(), "lost", "neither ashore nor held");

    [Fact]
    public void Sail_JournalSaysStoredAndStoresNothing_IsFound() => Finds(new LyingJournal(), "lost", "neither ashore nor held");

    [Fact]
    public void Sail_GatewayAcknowledgesBeforeItsCommit_IsFound() =>
        Finds(new HastyGateway(), "was acknowledged and is not in the gateway's store");

    [Fact]
    public void Sail_GatewayDeliversDuplicates_IsFound() => Finds(new DoublingGateway(), "was delivered twice");

    [Fact]
    public void Sail_CounterStoreForgets_IsFound() => Finds(new ForgetfulCounters(), "was used a second time");

    [Fact]
    public void Sail_RebootRefillsTheAirTime_IsFound() => Finds(new RefilledLedger(), "us are legal");

    [Fact]
    public void Sail_UnitDropsItsSos_IsFoundWhenItsBoundIsOver()
    {
        // Where no link stays within reach for its bound, only the end finds it.
        _passedOver = "SOS never arrived";
        Finds(new DroppedSos(), "has not arrived after");
    }

    [Fact]
    public void Sail_SosIsNoSosAfterAPowerCut_IsFoundWhenItsBoundIsOver()
    {
        _passedOver = "SOS never arrived";
        Finds(new ForgottenSos(), "has not arrived after");
    }

    [Fact]
    public void Sail_UnitLeaks_IsFound() => Finds(new Leak(), "the unit grew");

    [Fact]
    public void Sail_UnitNeverSendsItsStatusFrames_IsFoundInHarbour() => Finds(new KeptStatus(), "of Wi-Fi in harbour");

    private void Finds(VoyageDoubles doubles, params string[] words)
    {
        for (var seed = 1; seed <= SeedsMax; seed++)
        {
            using var voyage = new Voyage(seed, VoyageScale.Full, doubles);
            var result = voyage.Sail();
            if (result.Violation is null || (_passedOver is not null && result.Violation.Contains(_passedOver, StringComparison.Ordinal)))
                continue;
            output.WriteLine(result.Violation);
            Assert.Contains(words, word => result.Violation.Contains(word, StringComparison.Ordinal));
            Assert.StartsWith($"seed {seed}, step ", result.Violation, StringComparison.Ordinal);
            return;
        }

        Assert.Fail($"not found in {SeedsMax} voyages");
    }

    private sealed class GreedyJournal : VoyageDoubles
    {
        public override IFrameJournal Journal(IFrameJournal real) => new Greedy(real);

        private sealed class Greedy(IFrameJournal real) : PassedJournal(real)
        {
            public override void Acknowledge(Acknowledgement acknowledgement) =>
                base.Acknowledge(new Acknowledgement { BaseCounter = acknowledgement.BaseCounter + 2, Bitmap = acknowledgement.Bitmap });
        }
    }

    private sealed class LyingJournal : VoyageDoubles
    {
        public override IFrameJournal Journal(IFrameJournal real) => new Lying(real);

        private sealed class Lying(IFrameJournal real) : PassedJournal(real)
        {
            private int _appends;

            public override JournalResult Append(byte[] frame, int offset, int length, bool isSos) =>
                ++_appends % 10 == 0 ? JournalResult.Stored : base.Append(frame, offset, length, isSos);
        }
    }

    private sealed class HastyGateway : VoyageDoubles
    {
        public override bool GatewayAcknowledgesBeforeCommit => true;
    }

    private sealed class DoublingGateway : VoyageDoubles
    {
        public override bool GatewayPublishesTwice => true;
    }

    private sealed class ForgetfulCounters : VoyageDoubles
    {
        public override ICounterStore Counters(ICounterStore real) => new Forgetful(real);

        private sealed class Forgetful(ICounterStore real) : ICounterStore
        {
            public bool TryLoad(out uint firstUnreserved) => real.TryLoad(out firstUnreserved);

            // The second of two saves does not reach the flash.
            public bool TrySave(uint firstUnreserved) => (firstUnreserved / 8 % 2) == 0 || real.TrySave(firstUnreserved);
        }
    }

    private sealed class RefilledLedger : VoyageDoubles
    {
        public override void PowerOn(UnitStores stores) => stores.ForgetAirtime();
    }

    private sealed class DroppedSos : VoyageDoubles
    {
        public override IUnitLink Link(IUnitLink real) => new Swallowing(real, FrameKind.Event);
    }

    // Says that frames of a kind were sent, and sends none.
    private sealed class Swallowing(IUnitLink real, FrameKind kind) : IUnitLink
    {
        public LinkKind Kind => real.Kind;

        public LinkState State => real.State;

        public int RssiDbm => real.RssiDbm;

        public int SnrCdb => real.SnrCdb;

        public int FrameBytesMax => real.FrameBytesMax;

        public LinkResult Send(byte[] frame, int offset, int length) =>
            (FrameKind)((frame[offset] >> 2) & 0xF) == kind ? LinkResult.Sent : real.Send(frame, offset, length);

        public void Poll(long monotonicMs) => real.Poll(monotonicMs);

        public int Receive(byte[] buffer, int offset) => real.Receive(buffer, offset);
    }

    private sealed class ForgottenSos : VoyageDoubles
    {
        public override IFrameJournal Journal(IFrameJournal real) => new Forgetting(real);

        private sealed class Forgetting(IFrameJournal real) : PassedJournal(real)
        {
            public override bool MoveToEvent(JournalCursor cursor, uint counter, bool sosOnly) => false;
        }
    }

    // They stay in the journal, and nothing else is amiss: only the harbour asks after them.
    private sealed class KeptStatus : VoyageDoubles
    {
        public override IUnitLink Link(IUnitLink real) => new Swallowing(real, FrameKind.Status);
    }

    private sealed class Leak : VoyageDoubles
    {
        public override IFrameCipher Cipher(IFrameCipher real) => new Leaking(real);

        private sealed class Leaking(IFrameCipher real) : IFrameCipher
        {
            private readonly List<byte[]> _kept = [];

            public void Seal(
                byte[] nonce, byte[] associated, int associatedLength, byte[] frame, int textOffset, int textLength, int tagLength)
            {
                _kept.Add((byte[])nonce.Clone());
                real.Seal(nonce, associated, associatedLength, frame, textOffset, textLength, tagLength);
            }

            public bool Open(
                byte[] nonce,
                byte[] associated,
                int associatedLength,
                byte[] frame,
                int textOffset,
                int textLength,
                int tagLength,
                byte[] text) => real.Open(nonce, associated, associatedLength, frame, textOffset, textLength, tagLength, text);
        }
    }

    private class PassedJournal(IFrameJournal real) : IFrameJournal
    {
        public int HeldFrames => real.HeldFrames;

        public uint OldestHeldCounter => real.OldestHeldCounter;

        public long DroppedFrames => real.DroppedFrames;

        public virtual JournalResult Append(byte[] frame, int offset, int length, bool isSos) => real.Append(frame, offset, length, isSos);

        public virtual void Acknowledge(Acknowledgement acknowledgement) => real.Acknowledge(acknowledgement);

        public bool MoveToOldest(JournalCursor cursor) => real.MoveToOldest(cursor);

        public bool MoveToNewest(JournalCursor cursor) => real.MoveToNewest(cursor);

        public bool MoveToNewer(JournalCursor cursor) => real.MoveToNewer(cursor);

        public bool MoveToOlder(JournalCursor cursor) => real.MoveToOlder(cursor);

        public bool MoveTo(JournalCursor cursor, uint counter) => real.MoveTo(cursor, counter);

        public virtual bool MoveToEvent(JournalCursor cursor, uint counter, bool sosOnly) => real.MoveToEvent(cursor, counter, sosOnly);

        public int Read(JournalCursor cursor, byte[] buffer, int offset) => real.Read(cursor, buffer, offset);
    }
}
