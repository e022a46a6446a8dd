using BoatTelemetry.Core.Links;
using Xunit;

namespace BoatTelemetry.Core.Tests.Links;

public sealed class RegionTests
{
    public static TheoryData<string> Names() => ["AS923-1", "AS923-2", "AS923-3", "AS923-4", "EU868", "US915"];

    /// <summary>125 kHz, 4/5, preamble 8, header, CRC: computed by hand from SX1276 datasheet 4.1.1.7, microseconds.</summary>
    [Theory]
    [InlineData(7, 19, 51_456)]
    [InlineData(7, 20, 56_576)]
    [InlineData(7, 222, 348_416)]
    [InlineData(8, 19, 102_912)]
    [InlineData(8, 24, 113_152)]
    [InlineData(9, 19, 185_344)]
    [InlineData(9, 24, 205_824)]
    [InlineData(10, 19, 329_728)]
    [InlineData(10, 24, 370_688)]
    [InlineData(10, 25, 411_648)]
    public void FrameUs_OurFrames_IsThePublishedTime(int spreadingFactor, int bytes, int expectedUs) =>
        Assert.Equal(expectedUs, TimeOnAir.FrameUs(spreadingFactor, 125_000, 5, 8, bytes));

    /// <summary>RP002's table of payloads under the dwell limit and the formula say the same, byte for byte.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void FrameBytesMax_UnderTheDwellLimit_IsTheLongestThatFits(int spreadingFactor)
    {
        var region = Regions.Find("AS923-2");
        var bytes = region.FrameBytesMax(spreadingFactor);
        Assert.InRange(TimeOnAir.FrameUs(spreadingFactor, 125_000, 5, 8, bytes), 1, region.DwellMaxUs);
        Assert.True(TimeOnAir.FrameUs(spreadingFactor, 125_000, 5, 8, bytes + 1) > region.DwellMaxUs);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Find_EachRegion_HasItsChannelsInsideItsSubBands(string name)
    {
        var region = Regions.Find(name);
        Assert.Equal(name, region.Name);
        Assert.False(region.ReceiveOnly);
        Assert.All(region.ChannelsHz, channel => Assert.True(region.SubBandOf(channel, 125_000) >= 0));
        Assert.InRange(region.SubBands.Length, 1, AirtimeBudget.SubBandsMax);
        Assert.True(region.DwellMaxUs == 0 || TimeOnAir.FrameUs(7, 125_000, 5, 8, region.FrameBytesMax(7)) <= region.DwellMaxUs);
    }

    [Fact]
    public void Find_Default_IsIndonesias()
    {
        var region = Regions.Find(Regions.Default);
        Assert.All(region.ChannelsHz, channel => Assert.InRange(channel, 920_062_500, 922_937_500));
        Assert.Equal(36_000_000, region.SubBands[0].HourLimitUs);
        Assert.Equal(400_000, region.DwellMaxUs);
        string[] names = ["AS923-1", "AS923-2", "AS923-3", "AS923-4", "EU868", "US915", Regions.ReceiveOnly];
        Assert.Equal(names.Length, names.Select(name => Regions.Find(name).Id).Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("AS923")]
    [InlineData("as923-2")]
    public void Find_UnknownName_ListensOnly(string? name) => Assert.True(Regions.Find(name).ReceiveOnly);
}
