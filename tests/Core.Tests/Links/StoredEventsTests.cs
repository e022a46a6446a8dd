using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Tests.Reports;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Core.Tests.Links;

/// <summary>How events come to be urgent: told of when they are stored, found after a restart, or refused by the journal.</summary>
public sealed class StoredEventsTests
{
    private readonly DispatchWorld _world = new();

    [Fact]
    public void Stored_FramesOfAllKinds_OnlyEventsAreUrgentAndTheNewestCounterIsKept()
    {
        Assert.Equal(LinkDispatcher.NoCounter, _world.Dispatcher.NewestCounter);
        Store(FrameKind.Status, 24, false);
        Store(FrameKind.Event, 24, true);
        Store(FrameKind.Event, 24, false);
        Store(FrameKind.Track, 80, false);
        Assert.Equal((2, 3), (_world.Dispatcher.UrgentFrames, _world.Dispatcher.NewestCounter));
        _world.Hears = _ => false;
        _world.Run(20);
        Assert.All(Links(), link => Assert.Equal(AirtimePurpose.Sos, link.Sent[0].Purpose));
        Assert.All(Links(), link => Assert.Equal(1u, DispatchWorld.CounterOf(link.Sent[0].Frame)));
    }

    [Fact]
    public void Poll_EventsHeldFromAnEarlierLife_GoOutOnEveryLinkBeforeTheRecord()
    {
        for (var i = 0; i < 40; i++)
            _world.Append(FrameKind.Status, 24);
        for (var i = 0; i < 10; i++)
            _world.Append(FrameKind.Event, 24);
        _world.Append(FrameKind.Status, 24);
        foreach (var link in Links())
            link.State = LinkState.Down;

        // 4 events a poll, the first of them for the SOS that is not there.
        _world.Run(_world.StepMs);
        Assert.Equal(LinkDispatcher.SearchMovesEachPollMax - 1, _world.Dispatcher.UrgentFrames);
        _world.Run(_world.StepMs);
        Assert.Equal(LinkDispatcher.SearchedFramesMax, _world.Dispatcher.UrgentFrames);
        foreach (var link in Links())
            link.State = LinkState.Ready;
        _world.Run(_world.StepMs);
        Assert.All(Links(), link => Assert.Equal(40u, DispatchWorld.CounterOf(link.Sent[0].Frame)));
        Assert.All(Links(), link => Assert.Equal(AirtimePurpose.Current, link.Sent[0].Purpose));

        _world.Run(60_000);
        Assert.Equal((10, 0), (_world.Dispatcher.UrgentFromRecord, _world.Dispatcher.UrgentFrames));
        Assert.Equal(0, _world.Dispatcher.UrgentRefused);
        Assert.Equal(0, _world.Journal.HeldFrames);
    }

    [Fact]
    public void Poll_EventOfThisLifeDuringTheSearch_IsNotTakenTwice()
    {
        foreach (var link in Links())
            link.State = LinkState.Down;
        for (var i = 0; i < 40; i++)
            _world.Append(FrameKind.Status, 24);
        _world.Run(_world.StepMs);
        var counter = Store(FrameKind.Event, 24, true);
        Assert.True(_world.Dispatcher.SosSeen(counter));
        _world.Run(1_000);
        Assert.Equal((0, 0), (_world.Dispatcher.UrgentFrames, _world.Dispatcher.UrgentFromRecord));
        Assert.Equal(41, _world.Journal.HeldFrames);
    }

    [Fact]
    public void OfferUnstored_AgainAndAgain_SendsTheNewestUntilItIsAcknowledged()
    {
        _world.Hears = _ => false;
        for (var i = 0; i < 100; i++)
        {
            Assert.True(_world.Dispatcher.OfferUnstored(EventFrameOf(7), 24));
            _world.Run(_world.StepMs);
        }

        Assert.Equal((1, 7), (_world.Dispatcher.UrgentFrames, _world.Dispatcher.NewestCounter));
        Assert.All(Links(), link => Assert.Equal((7u, AirtimePurpose.Sos), (DispatchWorld.CounterOf(Assert.Single(link.Sent).Frame), link.Sent[0].Purpose)));
        Assert.True(_world.Dispatcher.OfferUnstored(EventFrameOf(8), 24));
        Assert.Equal((1, 8), (_world.Dispatcher.UrgentFrames, _world.Dispatcher.NewestCounter));
        _world.Dispatcher.Take(new Acknowledgement { BaseCounter = 9 });
        Assert.True(_world.Dispatcher.OfferUnstored(EventFrameOf(8), 24));
        Assert.Equal(0, _world.Dispatcher.UrgentFrames);
    }

    [Fact]
    public void OfferUnstored_NoEventOrNothing_IsRefused()
    {
        var status = new byte[24];
        FrameHeader.WriteDurable(status, 0, FrameKind.Status, 0, 77, 3);
        Assert.False(_world.Dispatcher.OfferUnstored(status, 24));
        Assert.False(_world.Dispatcher.OfferUnstored(status, 0));
        Assert.Equal((0, LinkDispatcher.NoCounter), (_world.Dispatcher.UrgentFrames, _world.Dispatcher.NewestCounter));
    }

    [Fact]
    public void TryRequest_FramesOfTheRecord_AreSentFirst()
    {
        for (var i = 0; i < 40; i++)
            _world.Append(FrameKind.Status, 24);
        Assert.True(_world.Dispatcher.TryRequest(30, 31));
        _world.Run(_world.StepMs);
        Assert.Equal(30u, DispatchWorld.CounterOf(_world.Wifi.Sent[0].Frame));
    }

    /// <summary>Recorder, outbox and the journal in flash as on a boat: an SOS that nobody has heard outlives the loss of power.</summary>
    [Fact]
    public void Poll_SosUnacknowledgedBeforeTheRestart_IsSentOnEveryLinkAfterIt()
    {
        var flash = new SimulatedFlash(4, 4096, 16);
        uint counter;
        using (var aes = new SimulatedAes(new byte[SimulatedAes.KeyBytes]))
        {
            var before = new FlashJournal(flash, 0, flash.BlockCount);
            var outbox = new DurableOutbox(
                77, OperatingArea.Indonesia, new AesCcm(aes), new CounterAllocator(new MemoryCounterStore(), 8), before)
            {
                Watch = new LinkDispatcher([new ScriptedLink(LinkKind.LoRa) { State = LinkState.Down }], before, new(), 1),
            };
            var events = new EventRecorder(new(), outbox, new OwnPosition(), new TestClock());
            Assert.Equal(EventOutcome.Stored, events.Raise(EventKind.Sos, 0));
            counter = events.LastSosCounter;
            Assert.Equal(1, ((LinkDispatcher)outbox.Watch).UrgentFrames);
        }

        var journal = new FlashJournal(flash, 0, flash.BlockCount);
        ScriptedLink[] links = [new(LinkKind.LoRa, 66), new(LinkKind.Wifi)];
        var dispatcher = new LinkDispatcher(links, journal, new DispatchOptions(), 1);
        dispatcher.Poll(1_000);
        Assert.All(links, link => Assert.Equal(counter, DispatchWorld.CounterOf(Assert.Single(link.Sent).Frame)));
        Assert.All(links, link => Assert.Equal(AirtimePurpose.Sos, link.Sent[0].Purpose));
        Assert.Equal((1, (long)counter), (dispatcher.UrgentFromRecord, dispatcher.SosFromRecord));
        dispatcher.Take(new Acknowledgement { BaseCounter = counter + 1 });
        Assert.Equal((0, 0), (dispatcher.UrgentFrames, journal.HeldFrames));
    }

    private static byte[] EventFrameOf(uint counter)
    {
        var frame = new byte[24];
        FrameHeader.WriteDurable(frame, 0, FrameKind.Event, 0, 77, counter);
        return frame;
    }

    private ScriptedLink[] Links() => [_world.LoRa, _world.Cellular, _world.Wifi];

    private uint Store(FrameKind kind, int length, bool isSos)
    {
        var frame = _world.Append(kind, length, isSos);
        var counter = _world.NextCounter - 1;
        _world.Dispatcher.Stored(frame, length, counter, kind, isSos);
        return counter;
    }
}
