using BoatTelemetry.Core.Links;
using Xunit;

namespace BoatTelemetry.Core.Tests.Links;

public sealed class TimeOnAirTests
{
    // The table that the frame sizes were chosen by, ms to one decimal: 125 kHz, 4/5, preamble 8.
    // Its range for 16 to 18 bytes at SF8 ends at 102.9, which by the formula begins at 19.
    [Theory]
    [InlineData(16, 51.5, 92.7, 164.9, 329.7)]
    [InlineData(18, 51.5, 92.7, 185.3, 329.7)]
    [InlineData(19, 51.5, 102.9, 185.3, 329.7)]
    [InlineData(20, 56.6, 102.9, 185.3, 370.7)]
    [InlineData(24, 61.7, 113.2, 205.8, 370.7)]
    [InlineData(25, 61.7, 113.2, 205.8, 411.6)]
    public void FrameUs_SizesOfTheTable_Agree(int bytes, double sf7Ms, double sf8Ms, double sf9Ms, double sf10Ms)
    {
        double[] expectedMs = [sf7Ms, sf8Ms, sf9Ms, sf10Ms];
        for (var i = 0; i < expectedMs.Length; i++)
            Assert.Equal(expectedMs[i], TimeOnAir.FrameUs(7 + i, 125_000, 5, 8, bytes) / 1000.0, 0.051);
    }

    // The same table's largest payloads under a dwell limit of 400 ms: one byte more is over it.
    [Theory]
    [InlineData(8, 138)]
    [InlineData(9, 66)]
    [InlineData(10, 24)]
    public void FrameUs_LargestUnderTheDwellLimit_OneByteMoreIsOver(int spreadingFactor, int bytes)
    {
        Assert.InRange(TimeOnAir.FrameUs(spreadingFactor, 125_000, 5, 8, bytes), 1, 400_000);
        Assert.True(TimeOnAir.FrameUs(spreadingFactor, 125_000, 5, 8, bytes + 1) > 400_000);
    }

    [Fact]
    public void FrameUs_EverySettingAndLength_IsThePublishedFormula()
    {
        foreach (var bandwidthHz in new[] { 62_500, 125_000, 250_000, 500_000 })
            for (var sf = 7; sf <= 12; sf++)
                for (var denominator = 5; denominator <= 8; denominator++)
                    foreach (var preamble in new[] { 6, 8, 12 })
                        for (var bytes = 0; bytes <= 255; bytes++)
                            Assert.Equal(
                                PublishedUs(sf, bandwidthHz, denominator - 4, preamble, bytes),
                                TimeOnAir.FrameUs(sf, bandwidthHz, denominator, preamble, bytes),
                                0.001);
    }

    [Theory]
    [InlineData(10, 125_000, false)]
    [InlineData(11, 125_000, true)]
    [InlineData(11, 250_000, false)]
    [InlineData(12, 250_000, true)]
    [InlineData(12, 500_000, false)]
    public void LowDataRateOptimize_SymbolOver16Ms_IsOn(int spreadingFactor, int bandwidthHz, bool expected) =>
        Assert.Equal(expected, TimeOnAir.LowDataRateOptimize(spreadingFactor, bandwidthHz));

    [Fact]
    public void SymbolUs_Sf10At125Khz_Is8192() => Assert.Equal(8192, TimeOnAir.SymbolUs(10, 125_000));

    [Theory]
    [InlineData(6, 125_000, 5, 8, 19)]
    [InlineData(13, 125_000, 5, 8, 19)]
    [InlineData(7, 0, 5, 8, 19)]
    [InlineData(7, 125_000, 4, 8, 19)]
    [InlineData(7, 125_000, 9, 8, 19)]
    [InlineData(7, 125_000, 5, -1, 19)]
    [InlineData(7, 125_000, 5, 8, -1)]
    [InlineData(7, 125_000, 5, 8, 256)]
    public void FrameUs_OutOfRange_Throws(int sf, int bandwidthHz, int denominator, int preamble, int bytes) =>
        Assert.Throws<ArgumentException>(() => TimeOnAir.FrameUs(sf, bandwidthHz, denominator, preamble, bytes));

    // SX1276 datasheet 4.1.1.7, letter by letter, in floating point: Ts, n_preamble, payloadSymbNb.
    private static double PublishedUs(int sf, int bandwidthHz, int codingRate, int preamble, int bytes)
    {
        var symbolUs = Math.Pow(2, sf) / bandwidthHz * 1e6;
        var de = symbolUs > 16_000 ? 1 : 0;
        var payloadSymbols = 8 + Math.Max(
            Math.Ceiling(((8.0 * bytes) - (4 * sf) + 28 + 16) / (4 * (sf - (2 * de)))) * (codingRate + 4), 0);
        return ((preamble + 4.25) * symbolUs) + (payloadSymbols * symbolUs);
    }
}
