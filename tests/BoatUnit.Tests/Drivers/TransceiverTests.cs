using BoatTelemetry.Core.Links;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Drivers;

/// <summary>What both drivers do alike, each over its simulated chip: what counts is what is on the air.</summary>
public sealed class TransceiverTests(ITestOutputHelper output)
{
    public static TheoryData<RadioKind, int> EachAtEachFactor()
    {
        var data = new TheoryData<RadioKind, int>();
        foreach (var kind in Enum.GetValues<RadioKind>())
            for (var sf = 7; sf <= 12; sf++)
                data.Add(kind, sf);

        return data;
    }

    [Theory]
    [MemberData(nameof(EachAtEachFactor))]
    public void Transmit_EachFactor_IsOnAirWholeForItsExactTime(RadioKind kind, int spreadingFactor)
    {
        var settings = RadioBench.Settings(spreadingFactor);
        var bench = RadioBench.Ready(kind, settings);
        var frame = RadioBench.Frame(19);

        Assert.Equal(RadioResult.Done, bench.Driver.StartTransmit([0xEE, .. frame, 0xEE], 1, frame.Length));
        var toldMs = bench.Time.MonotonicMs;
        Assert.Equal(RadioEvent.Transmitted, bench.Until(5000));

        var sent = Assert.Single(bench.Sent);
        var airUs = TimeOnAir.FrameUs(spreadingFactor, 125_000, 5, 8, frame.Length);
        Assert.Equal(frame, sent.Frame);
        Assert.Equal(airUs, sent.EndUs - sent.StartUs);
        Assert.InRange(bench.Time.MonotonicMs - toldMs, airUs / 1000, (airUs / 1000) + 3);
        Assert.Empty(bench.Chip.Complaints);
        Assert.Equal(RadioEvent.None, bench.Driver.Poll());
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Transmit_EverySetting_IsOnTheAir(RadioKind kind)
    {
        var random = Seed.New(output);
        int[] bandwidths = [125_000, 250_000, 500_000];
        for (var trial = 0; trial < 60; trial++)
        {
            var s = new RadioSettings
            {
                FrequencyHz = random.Next(902_000, 928_000) * 1000,
                BandwidthHz = bandwidths[random.Next(3)],
                SpreadingFactor = random.Next(7, 13),
                CodingRateDenominator = random.Next(5, 9),
                PreambleSymbols = random.Next(6, 300),
                PowerDbm = random.Next(2, 21),
                SyncWord = random.Next(256),
                InvertIq = random.Next(2) == 0,
            };
            var bench = RadioBench.Ready(kind, s);
            var frame = RadioBench.Frame(random.Next(1, 256));

            Assert.Equal(RadioResult.Done, bench.Driver.StartTransmit(frame, 0, frame.Length));
            Assert.Equal(RadioEvent.Transmitted, bench.Until(30_000, 10_000));

            var sent = Assert.Single(bench.Sent);
            Assert.Equal(frame, sent.Frame);
            Assert.InRange(sent.FrequencyHz, s.FrequencyHz - 31, s.FrequencyHz + 31);
            Assert.Equal(s.BandwidthHz, sent.BandwidthHz);
            Assert.Equal(s.SpreadingFactor, sent.SpreadingFactor);
            Assert.Equal(s.CodingRateDenominator, sent.CodingRateDenominator);
            Assert.Equal(s.PreambleSymbols, sent.PreambleSymbols);
            Assert.Equal(s.SyncWord, sent.SyncWord);
            Assert.Equal(s.PowerDbm, sent.PowerDbm);
            Assert.Equal((1 << s.SpreadingFactor) * 1000L > 16L * s.BandwidthHz, sent.LowDataRateOptimize);
            Assert.True(sent.HasCrc);
            Assert.False(sent.IqIsInverted, "a boat's own frames are never inverted");
            Assert.Empty(bench.Chip.Complaints);
        }
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Transmit_LongestFrame_IsWhole(RadioKind kind)
    {
        var bench = RadioBench.Ready(kind, RadioBench.Settings(7));
        var frame = RadioBench.Frame(255);

        Assert.Equal(RadioResult.Done, bench.Driver.StartTransmit(frame, 0, 255));
        Assert.Equal(RadioEvent.Transmitted, bench.Until(1000));
        Assert.Equal(frame, Assert.Single(bench.Sent).Frame);
    }

    [Theory]
    [InlineData(RadioKind.Sx1276, 0)]
    [InlineData(RadioKind.Sx1276, -1)]
    [InlineData(RadioKind.Sx1276, 256)]
    [InlineData(RadioKind.Sx1262, 0)]
    [InlineData(RadioKind.Sx1262, -1)]
    [InlineData(RadioKind.Sx1262, 256)]
    public void StartTransmit_NoSuchLength_IsRefusedAndNothingIsSent(RadioKind kind, int length)
    {
        var bench = RadioBench.Ready(kind);

        Assert.Equal(RadioResult.BadLength, bench.Driver.StartTransmit(new byte[300], 0, length));
        Assert.Equal(RadioEvent.None, bench.Until(1000));
        Assert.Empty(bench.Sent);
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Orders_WhileItSends_AreRefusedAndTheFrameGoesOut(RadioKind kind)
    {
        var bench = RadioBench.Ready(kind);
        var frame = RadioBench.Frame(19);
        bench.Driver.StartTransmit(frame, 0, 19);
        bench.Time.AdvanceMs(100);

        Assert.Equal(RadioResult.Transmitting, bench.Driver.StartTransmit(new byte[5], 0, 5));
        Assert.Equal(RadioResult.Transmitting, bench.Driver.StartReceive());
        Assert.Equal(RadioResult.Transmitting, bench.Driver.StartChannelActivity(-80));
        Assert.Equal(RadioResult.Transmitting, bench.Driver.Configure(RadioBench.Settings(7)));
        Assert.Equal(RadioEvent.Transmitted, bench.Until(1000));
        Assert.Equal(frame, Assert.Single(bench.Sent).Frame);
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Orders_BeforeStart_AreRefused(RadioKind kind)
    {
        var bench = new RadioBench(kind);

        Assert.Equal(RadioResult.NotStarted, bench.Driver.Configure(RadioBench.Settings()));
        Assert.Equal(RadioResult.NotStarted, bench.Driver.StartReceive());
        Assert.Equal(RadioResult.NotStarted, bench.Driver.Sleep());
        Assert.Equal(RadioResult.Done, bench.Driver.Start());
        Assert.Equal(RadioResult.BadSettings, bench.Driver.StartReceive());
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Configure_WhatTheChipHasNot_IsRefused(RadioKind kind)
    {
        var bench = new RadioBench(kind);
        bench.Driver.Start();
        Action<RadioSettings>[] wrongs =
        [
            s => s.SpreadingFactor = 6, s => s.SpreadingFactor = 13, s => s.BandwidthHz = 203_000, s => s.CodingRateDenominator = 4,
            s => s.CodingRateDenominator = 9, s => s.PreambleSymbols = 5, s => s.PreambleSymbols = 65_536, s => s.SyncWord = 256,
            s => s.FrequencyHz = 0, s => s.FrequencyHz = 2_000_000_000, s => s.PowerDbm = 23, s => s.PowerDbm = -10,
        ];
        foreach (var wrong in wrongs)
        {
            var settings = RadioBench.Settings();
            wrong(settings);
            Assert.Equal(RadioResult.BadSettings, bench.Driver.Configure(settings));
        }

        Assert.Equal(RadioResult.Done, bench.Driver.Configure(RadioBench.Settings()));
    }

    [Theory]
    [InlineData(RadioKind.Sx1276, -123, -12.25)]
    [InlineData(RadioKind.Sx1262, -123, -12.25)]
    [InlineData(RadioKind.Sx1276, -131, -14.75)]
    [InlineData(RadioKind.Sx1262, -127, -14.75)]
    [InlineData(RadioKind.Sx1276, -60, 9.5)]
    [InlineData(RadioKind.Sx1262, -60, 9.5)]
    public void Receive_FromShore_BytesAndSignedLevels(RadioKind kind, int signalDbm, double snrDb)
    {
        var settings = RadioBench.Settings();
        settings.InvertIq = true;
        var bench = RadioBench.Ready(kind, settings);
        var frame = RadioBench.Frame(16);
        Assert.Equal(RadioLevel.Unknown, bench.Driver.SnrCdb);
        Assert.Equal(RadioResult.Done, bench.Driver.StartReceive());
        bench.Time.AdvanceMs(50);

        Assert.True(bench.FromShore(frame, settings, signalDbm, snrDb));
        Assert.Equal(RadioEvent.Received, bench.Until(20));

        var buffer = new byte[40];
        Assert.Equal(16, bench.Driver.TakeReceived(buffer, 3));
        Assert.Equal(frame, buffer[3..19]);
        Assert.Equal((int)(snrDb * 100), bench.Driver.SnrCdb);
        Assert.InRange(bench.Driver.RssiDbm, signalDbm - 1, signalDbm + 1);
        Assert.Equal(0, bench.Driver.TakeReceived(buffer, 0));
        Assert.Equal(RadioEvent.None, bench.Driver.Poll());
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Receive_ManyFrames_EachIsTakenAndItGoesOnListening(RadioKind kind)
    {
        var settings = RadioBench.Settings(7);
        settings.InvertIq = true;
        var bench = RadioBench.Ready(kind, settings);
        bench.Driver.StartReceive();
        bench.Time.AdvanceMs(5);
        var buffer = new byte[255];
        for (var length = 1; length <= 255; length += 23)
        {
            var frame = RadioBench.Frame(length);
            Assert.True(bench.FromShore(frame, settings, -90, 8));
            Assert.Equal(RadioEvent.Received, bench.Until(20));
            Assert.Equal(length, bench.Driver.TakeReceived(buffer, 0));
            Assert.Equal(frame, buffer[..length]);
        }

        Assert.Equal(RadioEvent.None, bench.Until(5000));
        Assert.NotNull(bench.Chip.ReceivingSinceUs);
        Assert.Empty(bench.Chip.Complaints);
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Receive_BadCrcOrNone_IsDroppedAndTold(RadioKind kind)
    {
        var settings = RadioBench.Settings(7);
        var bench = RadioBench.Ready(kind, settings);
        bench.Driver.StartReceive();
        bench.Time.AdvanceMs(5);
        var buffer = new byte[255];

        Assert.True(bench.FromShore(RadioBench.Frame(20), settings, -90, 8, isWhole: false));
        Assert.Equal(RadioEvent.ReceivedBadCrc, bench.Until(20));
        Assert.Equal(0, bench.Driver.TakeReceived(buffer, 0));

        Assert.True(bench.FromShore(RadioBench.Frame(20), settings, -90, 8, hasCrc: false));
        Assert.Equal(RadioEvent.ReceivedBadCrc, bench.Until(20));
        Assert.Equal(0, bench.Driver.TakeReceived(buffer, 0));

        Assert.True(bench.FromShore(RadioBench.Frame(20), settings, -90, 8));
        Assert.Equal(RadioEvent.Received, bench.Until(20));
        Assert.Equal((1, 1, 1), (bench.Driver.Tally.ReceivedBadCrc, bench.Driver.Tally.ReceivedWithoutCrc, bench.Driver.Tally.Received));
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Receive_OtherSettings_HearsNothing(RadioKind kind)
    {
        var mine = RadioBench.Settings(8);
        mine.InvertIq = true;
        var bench = RadioBench.Ready(kind, mine);
        bench.Driver.StartReceive();
        bench.Time.AdvanceMs(5);
        Action<RadioSettings>[] others =
        [
            s => s.SpreadingFactor = 9, s => s.BandwidthHz = 250_000, s => s.FrequencyHz += 200_000, s => s.SyncWord = 0x12,
            s => s.InvertIq = false,
        ];
        foreach (var other in others)
        {
            var theirs = RadioBench.Settings(8);
            theirs.InvertIq = true;
            other(theirs);
            Assert.False(bench.FromShore(RadioBench.Frame(20), theirs, -90, 8));
        }

        Assert.False(bench.FromShore(RadioBench.Frame(20), mine, -130, -13), "below what SF8 needs");
        Assert.True(bench.FromShore(RadioBench.Frame(20), mine, -125, -9));
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void TakeReceived_BufferTooShort_KeepsTheFrame(RadioKind kind)
    {
        var settings = RadioBench.Settings(7);
        var bench = RadioBench.Ready(kind, settings);
        bench.Driver.StartReceive();
        bench.Time.AdvanceMs(5);
        bench.FromShore(RadioBench.Frame(20), settings, -90, 8);
        bench.Until(20);

        Assert.Equal(0, bench.Driver.TakeReceived(new byte[19], 0));
        Assert.Equal(20, bench.Driver.TakeReceived(new byte[20], 0));
    }

    [Theory]
    [InlineData(RadioKind.Sx1276, false, RadioLevel.Unknown, -117, RadioEvent.ChannelFree)]
    [InlineData(RadioKind.Sx1276, true, RadioLevel.Unknown, -117, RadioEvent.ChannelBusy)]
    [InlineData(RadioKind.Sx1276, false, -80, -75, RadioEvent.ChannelBusy)]
    [InlineData(RadioKind.Sx1276, false, -80, -85, RadioEvent.ChannelFree)]
    [InlineData(RadioKind.Sx1276, true, -80, -85, RadioEvent.ChannelBusy)]
    [InlineData(RadioKind.Sx1276, false, RadioLevel.Unknown, -40, RadioEvent.ChannelFree)]
    [InlineData(RadioKind.Sx1262, false, RadioLevel.Unknown, -117, RadioEvent.ChannelFree)]
    [InlineData(RadioKind.Sx1262, true, RadioLevel.Unknown, -117, RadioEvent.ChannelBusy)]
    [InlineData(RadioKind.Sx1262, false, -80, -75, RadioEvent.ChannelBusy)]
    [InlineData(RadioKind.Sx1262, false, -80, -85, RadioEvent.ChannelFree)]
    [InlineData(RadioKind.Sx1262, true, -80, -85, RadioEvent.ChannelBusy)]
    [InlineData(RadioKind.Sx1262, false, RadioLevel.Unknown, -40, RadioEvent.ChannelFree)]
    public void ChannelActivity_PreambleOrCarrier_IsBusy(
        RadioKind kind, bool preamble, int busyAboveDbm, int channelDbm, RadioEvent expected)
    {
        var bench = RadioBench.Ready(kind);
        bench.Chip.PreambleIsOnAir = preamble;
        bench.Chip.ChannelDbm = channelDbm;

        Assert.Equal(RadioResult.Done, bench.Driver.StartChannelActivity(busyAboveDbm));
        Assert.Equal(expected, bench.Until(200));

        Assert.Empty(bench.Chip.Complaints);
        Assert.Equal(RadioResult.Done, bench.Driver.StartTransmit(RadioBench.Frame(19), 0, 19));
        Assert.Equal(RadioEvent.Transmitted, bench.Until(1000));
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void ChannelActivity_CarrierThatComesLate_IsNoticed(RadioKind kind)
    {
        var bench = RadioBench.Ready(kind);
        bench.Driver.StartChannelActivity(-80);
        bench.Time.In(4000, () => bench.Chip.ChannelDbm = -60);

        Assert.Equal(RadioEvent.ChannelBusy, bench.Until(200));
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Sleep_ThenTransmit_EverySettingIsStillThere(RadioKind kind)
    {
        var settings = RadioBench.Settings(9);
        settings.PowerDbm = 17;
        settings.SyncWord = 0x12;
        var bench = RadioBench.Ready(kind, settings);
        Assert.Equal(RadioResult.Done, bench.Driver.Sleep());
        Assert.Equal(RadioResult.Done, bench.Driver.Sleep());
        bench.Time.AdvanceMs(60_000);

        Assert.Equal(RadioResult.Done, bench.Driver.StartTransmit(RadioBench.Frame(19), 0, 19));
        Assert.Equal(RadioEvent.Transmitted, bench.Until(1000));

        var sent = Assert.Single(bench.Sent);
        Assert.Equal((9, 17, 0x12), (sent.SpreadingFactor, sent.PowerDbm, sent.SyncWord));
        Assert.Empty(bench.Chip.Complaints);
        if (kind == RadioKind.Sx1262)
            Assert.Equal((0x04, 0xDE, 0x96), (bench.Sx1262.Register(0x889) & 4, bench.Sx1262.Register(0x8D8), bench.Sx1262.Register(0x8AC)));
    }

    public static TheoryData<RadioKind> EachKind() => new(Enum.GetValues<RadioKind>());
}
