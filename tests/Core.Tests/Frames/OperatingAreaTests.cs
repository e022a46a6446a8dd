using BoatTelemetry.Core.Frames;
using Xunit;

namespace BoatTelemetry.Core.Tests.Frames;

public sealed class OperatingAreaTests
{
    [Theory]
    [InlineData(-1_200_000, 9_000_000, true)]
    [InlineData(-1_200_001, 9_000_000, false)]
    [InlineData(-1_200_000, 8_999_999, false)]
    [InlineData(897_151, 17_388_607, true)]
    [InlineData(897_152, 17_388_607, false)]
    [InlineData(897_151, 17_388_608, false)]
    public void Contains_EdgesOfTheDefaultArea_AreExact(int latitudeE5, int longitudeE5, bool inside)
    {
        Assert.Equal(inside, OperatingArea.Indonesia.Contains(latitudeE5, longitudeE5));
    }

    [Fact]
    public void Offsets_AcrossThe180thMeridian_ComeBack()
    {
        var fiji = new OperatingArea(-2_200_000, 17_000_000);
        Assert.True(fiji.Contains(-1_800_000, -17_800_000));
        Assert.Equal(1_200_000, fiji.EastE5(-17_800_000));
        Assert.Equal(-17_800_000, fiji.LongitudeE5(1_200_000));
        Assert.Equal(-18_000_000, fiji.LongitudeE5(fiji.EastE5(18_000_000)));
    }

    [Theory]
    [InlineData(9_000_001, 0)]
    [InlineData(-9_000_001, 0)]
    [InlineData(0, 18_000_001)]
    [InlineData(0, -18_000_001)]
    public void Constructor_CornerOffTheGlobe_Throws(int latitudeE5, int longitudeE5)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new OperatingArea(latitudeE5, longitudeE5));
    }

    [Theory]
    [InlineData(LiveCounter.None, 0, 0)]
    [InlineData(LiveCounter.None, 4095, 4095)]
    [InlineData(0, 0, 4096)]
    [InlineData(0, 1, 1)]
    [InlineData(4095, 0, 4096)]
    [InlineData(4100, 3, 8195)]
    [InlineData(uint.MaxValue, 5, 4_294_967_301)]
    public void NextAfter_LowBits_GiveTheNextCounterThatHasThem(long last, int low, long expected)
    {
        Assert.Equal(expected, LiveCounter.NextAfter(last, low));
    }
}
