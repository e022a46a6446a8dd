using BoatTelemetry.Core.Reports;
using Xunit;

namespace BoatTelemetry.Core.Tests.Reports;

public sealed class AcknowledgementTests
{
    [Theory]
    [InlineData(100u, 0u, 99u, true)]
    [InlineData(100u, 0u, 0u, true)]
    [InlineData(100u, uint.MaxValue, 100u, false)]
    [InlineData(100u, 0x8000_0000u, 101u, true)]
    [InlineData(100u, 0x8000_0000u, 102u, false)]
    [InlineData(100u, 1u, 132u, true)]
    [InlineData(100u, uint.MaxValue, 133u, false)]
    [InlineData(100u, uint.MaxValue, uint.MaxValue, false)]
    public void Covers_BaseAndBitmap_SayItOfEachCounter(uint first, uint bitmap, uint counter, bool covered)
    {
        Assert.Equal(covered, new Acknowledgement { BaseCounter = first, Bitmap = bitmap }.Covers(counter));
    }

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    [InlineData(131, true)]
    [InlineData(132, false)]
    [InlineData(7, false)]
    public void Covers_SelectiveBitmap_SaysItOfItsThirtyTwo(uint counter, bool covered)
    {
        var said = new Acknowledgement { BaseCounter = 5, SelectiveFirst = 100, SelectiveBitmap = 0x80000001 };
        Assert.Equal(covered, said.Covers(counter));
        said.Clear();
        Assert.False(said.Covers(counter));
    }

    [Fact]
    public void Covers_NearTheLastCounter_DoesNotWrapRound()
    {
        var acknowledgement = new Acknowledgement { BaseCounter = uint.MaxValue - 2, Bitmap = uint.MaxValue };
        Assert.True(acknowledgement.Covers(uint.MaxValue));
        Assert.False(acknowledgement.Covers(uint.MaxValue - 2));
        Assert.True(acknowledgement.Covers(0));
        Assert.True(acknowledgement.Covers(5));
    }

    [Theory]
    [InlineData(12, 5_000u, true, 4_988u)]
    [InlineData(0, 0u, true, 0u)]
    [InlineData(65_533, 70_000u, true, 4_467u)]
    [InlineData(65_534, 70_000u, false, 0u)]
    [InlineData(int.MinValue, 70_000u, false, 0u)]
    [InlineData(13, 12u, false, 0u)]
    public void TryOldestHeld_OnlyWhereItIsExact_TellsACounter(int back, uint counter, bool known, uint expected)
    {
        var status = new StatusReport { OldestHeldBack = back };
        Assert.Equal(known, status.TryOldestHeld(counter, out var oldest));
        Assert.Equal(expected, oldest);
    }
}
