using BoatTelemetry.Core.Time;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Admission;

public sealed class UnitClocksTests(ITestOutputHelper output)
{
    private const long NowUtcMs = AdmissionBench.NowUtcMs;

    [Theory]
    [InlineData(0)]
    [InlineData(90_000)]
    [InlineData(-90_000)]
    public void Skew_UnderRandomDelays_IsThatOfTheQuickestFrame(int trueSkewMs)
    {
        var random = Seed.New(output);
        var clocks = new UnitClocks(30);
        for (var i = 0; i < 60; i++)
        {
            // A second at the least, and now and then most of a minute: air time that was waited for.
            var sentMs = NowUtcMs + (i * 10_000L);
            var delayMs = 1_000 + random.Next(2_000) + (i % 3 == 0 ? random.Next(50_000) : 0);
            clocks.Measure(17, (sentMs + trueSkewMs) / 1000 * 1000, sentMs + delayMs);
        }

        Assert.True(clocks.TryGet(17, out var skew));
        Assert.InRange(skew.SkewMs, trueSkewMs - 3_000, trueSkewMs - 1_000);
        Assert.Equal(trueSkewMs != 0, skew.IsBeyondLimit);
        Assert.Equal(trueSkewMs != 0 ? 1 : 0, clocks.BeyondLimit);
    }

    [Fact]
    public void Behind_WithFewSamples_IsNotFlaggedAndAheadIs()
    {
        var clocks = new UnitClocks(30);
        for (var i = 1; i <= UnitClocks.SamplesToTrustBehind; i++)
        {
            clocks.Measure(1, NowUtcMs - 45_000, NowUtcMs);
            Assert.True(clocks.TryGet(1, out var behind));
            Assert.Equal(i == UnitClocks.SamplesToTrustBehind, behind.IsBeyondLimit);
        }

        clocks.Measure(2, NowUtcMs + 45_000, NowUtcMs);
        Assert.True(clocks.TryGet(2, out var ahead));
        Assert.True(ahead.IsBeyondLimit);
        Assert.Equal((45_000, NowUtcMs), (ahead.SkewMs, ahead.MeasuredUtcMs));
        Assert.Equal(2, clocks.BeyondLimit);
        Assert.False(clocks.TryGet(3, out _));
        Assert.False(clocks.TryGet(16_383, out _));
    }

    [Fact]
    public void Clock_ThatWasSetRight_IsSeenRightAfterTwoPeriods()
    {
        var clocks = new UnitClocks(30);
        for (long ms = 0; ms < UnitClocks.PeriodMs; ms += 10_000)
            clocks.Measure(1, NowUtcMs + ms + 60_000, NowUtcMs + ms);
        for (long ms = UnitClocks.PeriodMs; ms <= 3 * UnitClocks.PeriodMs; ms += 10_000)
            clocks.Measure(1, NowUtcMs + ms, NowUtcMs + ms);

        Assert.True(clocks.TryGet(1, out var skew));
        Assert.Equal((0, false), (skew.SkewMs, skew.IsBeyondLimit));
        Assert.Equal(0, clocks.BeyondLimit);
    }

    [Fact]
    public void Status_ThatWaited_SaysNothingOfTheClock()
    {
        var clocks = new UnitClocks(30);
        clocks.MeasureStatus(1, NowUtcMs - UtcTime.DayMs, NowUtcMs);
        clocks.MeasureStatus(1, UtcTime.Unknown, NowUtcMs);
        Assert.False(clocks.TryGet(1, out _));

        clocks.MeasureStatus(1, NowUtcMs - 5_000, NowUtcMs);
        Assert.True(clocks.TryGet(1, out var skew));
        Assert.Equal(-5_000, skew.SkewMs);
        clocks.MeasureStatus(1, NowUtcMs + (400L * UtcTime.DayMs), NowUtcMs);
        Assert.True(clocks.TryGet(1, out skew));
        Assert.Equal((int.MaxValue, true), (skew.SkewMs, skew.IsBeyondLimit));
    }

    [Fact]
    public async Task Admission_OfLiveFramesAndFreshStatuses_MeasuresTheirClocks()
    {
        using var boat = new TestBoat(17);
        using var other = new TestBoat(300);
        await using var bench = new AdmissionBench(TestBoat.Fleet(boat, other));
        await bench.StartAsync();
        boat.Position.SecondOfDay = (int)(NowUtcMs % UtcTime.DayMs / 1000) + 100;
        bench.Admit(boat.Frame(1));
        other.Condition.UtcMs = NowUtcMs - 7_000;
        bench.Admit(other.Status(1));

        Assert.True(bench.Clocks.TryGet(17, out var skew));
        Assert.Equal((100_000, true), (skew.SkewMs, skew.IsBeyondLimit));
        Assert.True(bench.Clocks.TryGet(300, out skew));
        Assert.Equal((-7_000, false), (skew.SkewMs, skew.IsBeyondLimit));
    }
}
