using BoatTelemetry.Core.Links;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.Core.Tests.Links;

public sealed class LoRaLinkTests
{
    // First bytes of a live frame (kind 1) and of an event (kind 5): version:2 kind:4 unit:2.
    private const byte LiveByte = 0x44;
    private const byte EventByte = 0x54;

    private readonly ScriptedRadio _radio = new();
    private readonly AirtimeBudget _budget;
    private LoRaLink _link;
    private long _nowMs;

    public LoRaLinkTests()
    {
        _budget = Budget("AS923-2");
        _link = new LoRaLink(_radio, _budget, new LoRaOptions(), 77);
        Run(1);
    }

    [Fact]
    public void Poll_AfterStart_ListensInverted()
    {
        Assert.Equal((LinkState.Ready, true, true), (_link.State, _radio.Listening, _radio.Set.InvertIq));
        Assert.Equal(66, _link.FrameBytesMax);
    }

    [Fact]
    public void Send_Frame_LooksFirstAndThenListensOnItsChannel()
    {
        Assert.Equal(LinkResult.Sent, _link.Send(Frame(LiveByte, 19), 0, 19));
        Assert.Equal(LinkState.Busy, _link.State);
        Assert.Equal(LinkResult.Busy, _link.Send(Frame(LiveByte, 19), 0, 19));
        Run(3);
        var sent = Assert.Single(_radio.Transmitted);
        Assert.Equal((9, 13, false), (sent.SpreadingFactor, sent.PowerDbm, sent.InvertIq));
        Assert.Equal((1, 1, true, true), (_radio.Looks, _link.Transmitted, _radio.Listening, _radio.Set.InvertIq));
        Assert.Equal(sent.FrequencyHz, _radio.Set.FrequencyHz);
        Assert.Equal(185_344, _budget.UsedUs(0, _nowMs));
        Assert.Equal(LinkState.Ready, _link.State);
    }

    [Fact]
    public void Send_DurableFrame_KeepsTheAnswersTimeFreeForAllButAnSos()
    {
        _link.Send(Frame(EventByte, 24), 0, 24);
        Run(3);
        Assert.Equal(LinkState.Busy, _link.State);
        Assert.Equal(LinkResult.Busy, _link.Send(Frame(LiveByte, 19), 0, 19));
        Assert.Equal(LinkResult.Sent, _link.Send(Frame(EventByte, 24), 0, 24, AirtimePurpose.Sos));
        Run(3 + (2_500 / 10));
        Assert.Equal(LinkState.Ready, _link.State);
    }

    [Fact]
    public void Send_Sos_GoesAtTheFarthestSpreadingFactor()
    {
        _link.Send(Frame(EventByte, 24), 0, 24, AirtimePurpose.Sos);
        Run(3);
        Assert.Equal(10, _radio.Transmitted[0].SpreadingFactor);
        Run(300);
        _link.Send(Frame(EventByte, 29), 0, 29, AirtimePurpose.Sos);
        Run(3);
        Assert.Equal(9, _radio.Transmitted[1].SpreadingFactor);
    }

    [Fact]
    public void Send_ManyFrames_HopsOverAllChannelsAndNeverStays()
    {
        for (var i = 0; i < 60; i++)
        {
            _link.Send(Frame(LiveByte, 19), 0, 19);
            Run(3);
        }

        var used = _radio.Transmitted.Select(sent => sent.FrequencyHz).ToArray();
        Assert.Equal(8, used.Distinct().Count());
        Assert.All(used.Zip(used.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
        var other = new ScriptedRadio();
        var neighbour = new LoRaLink(other, Budget("AS923-2"), new LoRaOptions(), 78);
        for (var i = 0; i < 60; i++)
        {
            _nowMs += 10;
            neighbour.Poll(_nowMs);
            neighbour.Send(Frame(LiveByte, 19), 0, 19);
        }

        Assert.NotEqual(used.Take(10), other.Transmitted.Select(sent => sent.FrequencyHz).Take(10));
    }

    [Fact]
    public void Send_ChannelBusy_BacksOffAndTriesAnotherOne()
    {
        _radio.BusyLooks = 3;
        _link.Send(Frame(LiveByte, 19), 0, 19);
        Run(2);
        Assert.Equal((LinkState.Busy, 0), (_link.State, _radio.Transmitted.Count));
        Run(200);
        Assert.Equal((4, 3, 1), (_radio.Looks, _link.ChannelsBusy, _link.Transmitted));
    }

    /// <summary>Two units that found the same channel busy must not come back to it together.</summary>
    [Fact]
    public void Send_ChannelBusy_UnitsOfOtherSeedsComeBackAtOtherTimes()
    {
        var sentMs = Enumerable.Range(1, 40).Select(seed => SentAfterBusyMs((uint)seed)).ToList();
        Assert.InRange(sentMs.Distinct().Count(), 20, 40);
        Assert.Equal(sentMs[0], SentAfterBusyMs(1));
    }

    [Fact]
    public void Send_ChannelBusyForEver_IsGivenUpUnlessItIsAnSos()
    {
        _radio.BusyLooks = int.MaxValue;
        _link.Send(Frame(LiveByte, 19), 0, 19);
        Run(1_000);
        Assert.Equal((1, 0, LinkState.Ready), (_link.GivenUpBusy, _radio.Transmitted.Count, _link.State));
        Assert.Equal(0, _budget.UsedUs(0, _nowMs));
        _link.Send(Frame(EventByte, 24), 0, 24, AirtimePurpose.Sos);
        Run(1_000);
        Assert.Single(_radio.Transmitted);
    }

    [Fact]
    public void Send_HourUsedUp_IsNotLegalAndAnSosIs()
    {
        var frame = Frame(LiveByte, 19);
        LinkResult result;
        do
        {
            result = _link.Send(frame, 0, 19);
            Run(3);
        }
        while (result == LinkResult.Sent);

        Assert.Equal((LinkResult.NotLegal, AirtimeRefusal.SosReserve), (result, _link.LastRefusal));
        Assert.Equal(30_600_000 / 185_344, _radio.Transmitted.Count);
        Assert.Equal(LinkResult.NotLegal, _link.Send(frame, 0, 19, AirtimePurpose.Backlog));
        Assert.Equal(LinkResult.Sent, _link.Send(frame, 0, 19, AirtimePurpose.Sos));
    }

    [Fact]
    public void Send_UnknownRegion_NeverTransmitsAndListens()
    {
        _link = new LoRaLink(_radio, Budget("none"), new LoRaOptions(), 77);
        Run(2);
        Assert.True(_radio.Listening);
        foreach (var purpose in Enum.GetValues<AirtimePurpose>())
            Assert.Equal(LinkResult.NotLegal, _link.Send(Frame(EventByte, 24), 0, 24, purpose));
        Run(10);
        Assert.Equal((0, 0), (_radio.Looks, _radio.Transmitted.Count));
        Assert.Equal(AirtimeRefusal.ReceiveOnly, _link.LastRefusal);
    }

    [Fact]
    public void Send_TooLongForTheSpreadingFactor_IsRefused() =>
        Assert.Equal(LinkResult.TooLong, _link.Send(Frame(0x4C, 67), 0, 67));

    [Fact]
    public void Poll_RadioLost_IsStartedAgainWithGrowingWaits()
    {
        _radio.StartAnswer = RadioResult.NotThere;
        _radio.Happen(RadioEvent.Lost);
        Run(1);
        Assert.Equal((LinkState.Down, LinkResult.Down), (_link.State, _link.Send(Frame(LiveByte, 19), 0, 19)));
        var before = _radio.Starts;
        Run(60_000);
        Assert.InRange(_radio.Starts - before, 10, 20);
        _radio.StartAnswer = RadioResult.Done;
        Run(8_000);
        Assert.Equal(LinkState.Ready, _link.State);
        Assert.True(_link.RadioFailures(RadioResult.NotThere) > 10);
    }

    [Fact]
    public void Poll_TransmissionThatNeverEnds_IsEndedAndCounted()
    {
        _radio.AfterTransmit = RadioEvent.None;
        _link.Send(Frame(LiveByte, 19), 0, 19);
        Run(130);
        Assert.Equal((LinkState.Down, 1, 1), (_link.State, _link.TransmitTimeouts, _link.LostInRadio));
        Assert.Equal(185_344, _budget.UsedUs(0, _nowMs));
        _radio.AfterTransmit = RadioEvent.TransmitTimedOut;
        Run(200);
        _link.Send(Frame(LiveByte, 19), 0, 19);
        Run(3);
        Assert.Equal((LinkState.Ready, 2, 2), (_link.State, _link.TransmitTimeouts, _link.LostInRadio));
    }

    [Fact]
    public void Poll_LookThatNeverEnds_IsEndedAndCounted()
    {
        _radio.AfterLook = RadioEvent.None;
        _link.Send(Frame(LiveByte, 19), 0, 19);
        Run(60);
        Assert.Equal((LinkState.Down, 1, 1), (_link.State, _link.LostInRadio, _link.Restarts));
    }

    [Theory]
    [InlineData(RadioResult.NotThere, 0)]
    [InlineData(RadioResult.NotStarted, 0)]
    [InlineData(RadioResult.Stuck, 185_344)]
    public void Send_RadioRefuses_AirTimeIsTakenBackWhereNothingWasSent(RadioResult answer, int usedUs)
    {
        _radio.TransmitAnswer = answer;
        _link.Send(Frame(LiveByte, 19), 0, 19);
        Run(3);
        Assert.Equal((usedUs, 1), (_budget.UsedUs(0, _nowMs), _link.RadioFailures(answer)));
        Assert.Equal(LinkState.Down, _link.State);
    }

    [Fact]
    public void Receive_Frames_ComeInOrderWithTheirLevelsAndTheFifthIsDropped()
    {
        for (byte i = 0; i < 5; i++)
        {
            (_radio.RssiDbm, _radio.SnrCdb) = (-90 - i, 100 * i);
            _radio.Arrive([i, 1, 2, 3]);
            Run(1);
        }

        _radio.Arrive(new byte[65]);
        _radio.Happen(RadioEvent.ReceivedBadCrc);
        Run(2);
        var buffer = new byte[64];
        for (byte i = 0; i < 4; i++)
        {
            Assert.Equal((4, i), (_link.Receive(buffer, 0), buffer[0]));
            Assert.Equal((-90 - i, 100 * i), (_link.RssiDbm, _link.SnrCdb));
        }

        Assert.Equal(0, _link.Receive(buffer, 0));
        Assert.Equal((4, 2, 1), (_link.Received, _link.ReceivedDropped, _link.ReceivedBadCrc));
    }

    [Fact]
    public void SpreadingFactor_AnswersWithMargin_StepsDownAndMissesStepUp()
    {
        for (var i = 0; i < 8; i++)
            Answer(1_000);
        Assert.Equal(7, _link.SpreadingFactor);
        _link.Unanswered();
        Assert.Equal(7, _link.SpreadingFactor);
        _link.Unanswered();
        Assert.Equal(8, _link.SpreadingFactor);
        for (var i = 0; i < 4; i++)
            Answer(1_000);
        Assert.Equal(8, _link.SpreadingFactor);
        for (var i = 0; i < 4; i++)
            Answer(1_000);
        Assert.Equal(7, _link.SpreadingFactor);
        for (var i = 0; i < 20; i++)
            _link.Unanswered();
        Assert.Equal((10, 24), (_link.SpreadingFactor, _link.FrameBytesMax));
        for (var i = 0; i < 100; i++)
            Answer(-1_000);
        Assert.Equal(10, _link.SpreadingFactor);
    }

    [Fact]
    public void PollAndSend_SteadyState_AllocateNothing()
    {
        var frame = Frame(LiveByte, 19);
        var radio = new SteadyRadio();
        var link = new LoRaLink(radio, _budget, new LoRaOptions(), 5);
        var least = long.MaxValue;
        for (var pass = 0; pass < 5; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 5_000; i++)
            {
                link.Poll(_nowMs += 2);
                link.Send(frame, 0, 19);
                link.Receive(frame, 0);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.True(radio.Sent > 100, $"{radio.Sent}");
    }

    private static long SentAfterBusyMs(uint seed)
    {
        var radio = new ScriptedRadio { BusyLooks = 3 };
        var link = new LoRaLink(radio, Budget("AS923-2"), new LoRaOptions(), seed);
        var nowMs = 10L;
        link.Poll(nowMs);
        link.Send(Frame(LiveByte, 19), 0, 19);
        for (; radio.Transmitted.Count == 0; nowMs += 2)
        {
            Assert.InRange(nowMs, 0, 60_000);
            link.Poll(nowMs);
        }

        return nowMs;
    }

    private static byte[] Frame(byte first, int length)
    {
        var frame = new byte[length];
        frame[0] = first;
        return frame;
    }

    private static AirtimeBudget Budget(string region)
    {
        var budget = new AirtimeBudget(Regions.Find(region), new SimulatedFlash(4, 4096, 4), 0, 4, new AirtimeOptions());
        budget.Start(0);
        return budget;
    }

    private void Answer(int snrCdb)
    {
        _radio.SnrCdb = snrCdb;
        _radio.Arrive([1, 2, 3, 4]);
        Run(1);
        _link.Receive(new byte[64], 0);
        _link.Answered();
    }

    private void Run(int polls)
    {
        for (var i = 0; i < polls; i++)
            _link.Poll(_nowMs += 10);
    }

    private sealed class SteadyRadio : IRadio
    {
        private RadioEvent _next;

        public int Sent { get; private set; }

        public int RssiDbm => -80;

        public int SnrCdb => 0;

        public RadioResult Start() => RadioResult.Done;

        public RadioResult Configure(RadioSettings settings) => RadioResult.Done;

        public RadioResult StartTransmit(byte[] frame, int offset, int length)
        {
            Sent++;
            _next = RadioEvent.Transmitted;
            return RadioResult.Done;
        }

        public RadioResult StartReceive()
        {
            _next = RadioEvent.Received;
            return RadioResult.Done;
        }

        public RadioResult StartChannelActivity(int busyAboveDbm)
        {
            _next = RadioEvent.ChannelFree;
            return RadioResult.Done;
        }

        public RadioEvent Poll()
        {
            var happened = _next;
            _next = RadioEvent.None;
            return happened;
        }

        public int TakeReceived(byte[] buffer, int offset) => 16;

        public RadioResult Sleep() => RadioResult.Done;
    }
}
