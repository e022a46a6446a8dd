using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.Simulation.Tests;

/// <summary>
/// Found by seed 571 of the full voyages: with a status each 10 min for every 33 numbers, a record full of gaps took days of
/// Wi-Fi.
/// </summary>
public sealed class HarbourStatusTests
{
    [Theory]
    [InlineData(LinkKind.Wifi, DownlinkReceiver.StatusIntervalOverNetworkMinMs)]
    [InlineData(LinkKind.Cellular, DownlinkReceiver.StatusIntervalOverNetworkMinMs)]
    [InlineData(LinkKind.LoRa, DownlinkReceiver.StatusIntervalMinMs)]
    public void Take_BaseThatIsNotHeld_AsksForAStatusAsOftenAsTheLinkAffords(LinkKind kind, int intervalMs)
    {
        var clock = new VoyageClock();
        clock.Begin(1_000);
        clock.Tell(0);
        using var aes = new SimulatedAes(new byte[SimulatedAes.KeyBytes]);
        var cipher = new AesCcm(aes);
        var flash = new SimulatedFlash(4, 4_096, 4);
        var keys = new UnitKeys(flash, 0, 4);
        Assert.True(keys.TryProvision(new byte[UnitKeys.KeyBytes]));
        var journal = new FlashJournal(new SimulatedFlash(4, 4_096, 12), 0, 12);
        var codec = new FrameCodec();
        var frame = new byte[FrameLimits.FrameBytesMax];
        var length = codec.SealTrack(FrameKind.Track, 20, cipher, UnitLife.Number, 50, frame, 0);
        Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, length));
        var link = new SimulatedNetworkLink(kind, new LinkReach(new VoyagePlan(1, VoyageScale.Brief)), clock, new Agenda(), 0);
        var dispatcher = new LinkDispatcher([link], journal, new DispatchOptions(), 1);
        var asked = new Asked();
        var receiver = new DownlinkReceiver(UnitLife.Number, keys, [link], dispatcher, journal, asked, asked, asked, clock);
        receiver.UseKeys(cipher, null);

        var counter = (uint)((clock.UtcMs - FrameTime.EpochMs) / 1_000);
        void Acknowledge(long atMs)
        {
            var bytes = codec.SealAcknowledgement(new Acknowledgement { BaseCounter = 3 }, cipher, UnitLife.Number, counter++, frame, 0);
            Assert.Equal(DownlinkOutcome.Acknowledged, receiver.Take(frame, 0, bytes, link, atMs));
        }

        Acknowledge(1_000);
        Acknowledge(1_000 + intervalMs - 1);
        Assert.Equal(1, asked.Statuses);
        Acknowledge(1_000 + intervalMs);
        Assert.Equal(2, asked.Statuses);
    }

    private sealed class Asked : IStatusRequest, ICommandSink, IKeyUser
    {
        public int Statuses { get; private set; }

        public void Request(StatusCause cause, bool isLong) => Statuses += cause == StatusCause.BaseUnknown ? 1 : 0;

        public CommandResult Execute(Command command, uint counter, bool underPreviousKey) => CommandResult.Done;

        public void NotUnderstood(uint counter)
        {
        }

        public void KeysChanged()
        {
        }
    }
}
