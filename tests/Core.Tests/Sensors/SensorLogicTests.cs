using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Sensors;
using Xunit;

namespace BoatTelemetry.Core.Tests.Sensors;

/// <summary>Scaling, revolutions, bilge, supply and lamps, without hardware.</summary>
public sealed class SensorLogicTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(4_095, 51_700)]
    [InlineData(1_000, 12_625)]
    public void ToMv_BehindADivider_IsTheLine(int count, int expectedMv)
    {
        var scale = new AnalogScale { FullScaleMv = 3_300, FullScaleCount = 4_095, UpperOhm = 220_000, LowerOhm = 15_000 };

        Assert.Equal(expectedMv, scale.ToMv(count));
    }

    [Theory]
    [InlineData(8_000, 20_000, 400)]
    [InlineData(-8_000, 20_000, -400)]
    [InlineData(10, 100_000, 0)]
    [InlineData(-320_000, 20_000, -16_000)]
    public void ShuntMa_OfAVoltage_IsTheCurrent(int shuntUv, int shuntMicroOhm, int expectedMa) =>
        Assert.Equal(expectedMa, AnalogScale.ShuntMa(shuntUv, shuntMicroOhm));

    [Theory]
    [InlineData(600, 0)]
    [InlineData(3_000, 100)]
    [InlineData(1_800, 50)]
    [InlineData(500, 0)]
    [InlineData(3_100, 100)]
    [InlineData(449, Fix.Unknown)]
    [InlineData(3_151, Fix.Unknown)]
    public void ToCm_OfASender_IsTheLevelOrUnknown(int mv, int expectedCm)
    {
        Assert.Equal(expectedCm, new LevelScale().ToCm(mv));

        var reversed = new LevelScale { EmptyMv = 3_000, FullMv = 600 };
        Assert.Equal(expectedCm == Fix.Unknown ? Fix.Unknown : 100 - expectedCm, reversed.ToCm(mv));
    }

    [Theory]
    [InlineData(100, 60, 1_800)]
    [InlineData(1_250, 750, 1_800)]
    [InlineData(100, 0, 0)]
    public void Offer_PulsesOfAWindow_AreRevolutions(int pulsesPerHundred, int pulses, int rpm)
    {
        var counter = new RevolutionCounter(new RevolutionOptions { PulsesPerHundredRevolutions = pulsesPerHundred });

        counter.Offer(5, 0);
        Assert.Equal(Fix.Unknown, counter.Rpm);
        counter.Offer(5 + pulses, 2_000);

        Assert.Equal(rpm, counter.Rpm);
        Assert.False(counter.IsFaulty);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1_000_000_001)]
    [InlineData(1_000_000)]
    public void Offer_MoreThanAnyEngine_IsUnknownAndFaulty(long pulses)
    {
        var counter = new RevolutionCounter(new RevolutionOptions());

        counter.Offer(0, 0);
        counter.Offer(pulses, 2_000);

        Assert.Equal(Fix.Unknown, counter.Rpm);
        Assert.True(counter.IsFaulty);
    }

    [Fact]
    public void Offer_ACountThatWentBack_BeginsAnew()
    {
        var counter = new RevolutionCounter(new RevolutionOptions());
        counter.Offer(1_000, 0);
        counter.Offer(1_060, 2_000);

        counter.Offer(10, 4_000);
        var after = counter.Rpm;
        counter.Offer(70, 6_000);

        Assert.Equal(Fix.Unknown, after);
        Assert.Equal(1_800, counter.Rpm);
        Assert.Equal(1, counter.WentBackCount);
    }

    [Fact]
    public void Decihours_AnHourOfRunning_AreTenOnTopOfThoseKept()
    {
        var counter = new RevolutionCounter(new RevolutionOptions());
        counter.StartAt(123);
        for (var atS = 0; atS <= 7_200; atS += 2)
            counter.Offer(atS <= 3_600 ? atS * 30L : 108_000, atS * 1_000L);

        Assert.Equal(133, counter.Decihours);
    }

    [Fact]
    public void State_ASwingingLevel_ChangesOnlyPastItsHysteresis()
    {
        var bilge = new BilgeMonitor(new BilgeOptions());
        var states = new List<BilgeState>();
        foreach (var levelCm in new[] { 0, 4, 5, 4, 3, 2, 25, 21, 20, 19, 2, Fix.Unknown })
        {
            bilge.Poll(levelCm, 0);
            states.Add(bilge.State);
        }

        Assert.Equal(
            [
                BilgeState.Dry, BilgeState.Dry, BilgeState.Water, BilgeState.Water, BilgeState.Water, BilgeState.Dry,
                BilgeState.HighWater, BilgeState.HighWater, BilgeState.HighWater, BilgeState.Water, BilgeState.Dry, BilgeState.Unknown,
            ],
            states);
    }

    [Fact]
    public void State_AFloatThatSlops_StaysDryAndOneThatStaysUpGrowsToHighWater()
    {
        var bilge = new BilgeMonitor(new BilgeOptions());
        var worse = 0;
        for (var atMs = 0; atMs < 60_000; atMs += 100)
        {
            bilge.Float(atMs % 4_000 < 1_500, atMs);
            Assert.False(bilge.Poll(Fix.Unknown, atMs));
        }

        Assert.Equal(BilgeState.Dry, bilge.State);
        for (var atMs = 60_000; atMs < 300_000; atMs += 100)
        {
            bilge.Float(true, atMs);
            worse += bilge.Poll(Fix.Unknown, atMs) ? 1 : 0;
        }

        Assert.Equal(BilgeState.HighWater, bilge.State);
        Assert.Equal(2, worse);
    }

    [Fact]
    public void OnBattery_ASupplyThatDipsGoesAndComesBack_FollowsWhatLasts()
    {
        var monitor = new SupplyMonitor(new SupplyOptions());
        Assert.False(Run(monitor, 12_600, Fix.Unknown, 0, 5_000));
        Assert.False(Run(monitor, 7_000, Fix.Unknown, 5_000, 7_000));
        Assert.False(Run(monitor, 12_600, Fix.Unknown, 7_000, 12_000));
        Assert.True(Run(monitor, 0, Fix.Unknown, 12_000, 17_000));
        Assert.True(Run(monitor, 8_000, Fix.Unknown, 17_000, 27_000));
        Assert.True(Run(monitor, Fix.Unknown, Fix.Unknown, 27_000, 37_000));
        Assert.False(Run(monitor, Fix.Unknown, 100, 37_000, 47_000));
        Assert.True(Run(monitor, Fix.Unknown, -120, 47_000, 57_000));
        Assert.False(Run(monitor, 9_000, -120, 57_000, 67_000));
    }

    [Fact]
    public void IsBatteryLow_OnBattery_HasItsHysteresis()
    {
        var monitor = new SupplyMonitor(new SupplyOptions());
        monitor.Poll(0, 4_000, Fix.Unknown, 0);
        monitor.Poll(0, 4_000, Fix.Unknown, 5_000);
        Assert.True(monitor.OnBattery);
        monitor.Poll(0, 3_490, Fix.Unknown, 6_000);
        Assert.True(monitor.IsBatteryLow);
        monitor.Poll(0, 3_600, Fix.Unknown, 7_000);
        Assert.True(monitor.IsBatteryLow);
        monitor.Poll(0, 3_700, Fix.Unknown, 8_000);
        Assert.False(monitor.IsBatteryLow);
    }

    [Fact]
    public void Entry_LeftAlone_IsGivenUp()
    {
        var entry = new ContactEntry();
        entry.Turn(1, 0);
        entry.Poll(29_999);
        Assert.Equal(ContactField.Code, entry.Field);
        entry.Poll(30_000);

        Assert.Equal(ContactField.None, entry.Field);
        entry.Confirm(31_000);
        Assert.False(entry.TryTake(new EventReport()));
        Assert.Equal(1, entry.AbandonedCount);
    }

    [Theory]
    [InlineData(-1, 63)]
    [InlineData(62, 63)]
    [InlineData(63, 1)]
    [InlineData(126, 1)]
    public void Entry_TurnedPastItsEnds_WrapsWithinTheCodes(int detents, int expectedCode)
    {
        var entry = new ContactEntry();
        entry.Turn(1, 0);
        entry.Turn(detents, 0);

        Assert.Equal(expectedCode, entry.Shown);
    }

    [Fact]
    public void Rotary_BounceAndLostEdges_CountOnlyWholeDetents()
    {
        var rotary = new RotaryDecoder();
        rotary.Update(true, true);
        rotary.TakeDetents();
        foreach (var (a, b) in new[] { (true, false), (true, true), (true, false), (false, false), (false, true), (true, true) })
            rotary.Update(a, b);
        Assert.Equal(1, Math.Abs(rotary.TakeDetents()));

        rotary.Update(false, false);
        rotary.Update(true, true);
        Assert.Equal(0, rotary.TakeDetents());
    }

    [Fact]
    public void Player_ANumber_BlinksLongTensAndShortUnits()
    {
        var pattern = IndicatorPattern.ForNumbers();
        pattern.SetNumber(23);
        var player = new IndicatorPlayer();
        player.Begin(pattern, 0);
        var blinks = new List<int>();
        var wasOn = false;
        for (var atMs = 0; atMs < 3_550; atMs += 10)
        {
            var isOn = player.Poll(atMs);
            if (isOn && !wasOn)
                blinks.Add(0);
            if (isOn)
                blinks[^1] += 10;
            wasOn = isOn;
        }

        Assert.Equal([700, 700, 180, 180, 180], blinks);
    }

    [Fact]
    public void Player_CalledLate_GoesOnFromNow()
    {
        var player = new IndicatorPlayer();
        player.Show(IndicatorPattern.On, 0);
        Assert.True(player.Poll(0));
        Assert.True(player.Poll(3_600_000));
        player.Begin(IndicatorPattern.Click, 3_600_000);
        Assert.True(player.Poll(3_600_010));
        Assert.False(player.Poll(3_700_000));
        Assert.Same(IndicatorPattern.Off, player.Pattern);
    }

    [Fact]
    public void ToUnitFaults_OfEverySensor_IsOneOfTwoBits()
    {
        foreach (var fault in Enum.GetValues<SensorFaults>())
        {
            var told = SensorFaultBits.ToUnitFaults(fault);
            Assert.Equal(fault == SensorFaults.None ? 0 : 1, System.Numerics.BitOperations.PopCount((uint)told));
        }
    }

    private static bool Run(SupplyMonitor monitor, int supplyMv, int batteryCurrentMa, int fromMs, int untilMs)
    {
        for (var atMs = fromMs; atMs < untilMs; atMs += 500)
            monitor.Poll(supplyMv, 4_000, batteryCurrentMa, atMs);

        return monitor.OnBattery;
    }
}
