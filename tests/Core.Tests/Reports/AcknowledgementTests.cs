using BoatTelemetry.Core.Reports;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Reports;

public sealed class AcknowledgementTests(ITestOutputHelper output)
{
    [Fact]
    public void Set_AnyArrivals_CoversExactlyThem()
    {
        var random = Seed.New(output);
        for (var round = 0; round < 2_000; round++)
        {
            var first = (uint)random.NextInt64(uint.MaxValue - 200L);
            var acknowledgement = new Acknowledgement();
            acknowledgement.Reset(first);
            var arrived = new HashSet<uint>();
            for (var i = 0; i < 60; i++)
            {
                var counter = first + (uint)random.Next(0, 90);
                if (acknowledgement.Set(counter))
                {
                    arrived.Add(counter);
                }
            }

            for (var counter = first; counter < first + 130; counter++)
            {
                Assert.Equal(arrived.Contains(counter), acknowledgement.Covers(counter));
            }

            Assert.DoesNotContain(acknowledgement.BaseCounter, arrived);
            Assert.True(first == 0 || acknowledgement.Covers(first - 1));
        }
    }

    [Fact]
    public void Set_TheBase_MovesItToTheNextThatHasNotCome()
    {
        var acknowledgement = new Acknowledgement();
        acknowledgement.Reset(100);
        Assert.True(acknowledgement.Set(101));
        Assert.True(acknowledgement.Set(102));
        Assert.True(acknowledgement.Set(104));
        Assert.True(acknowledgement.Set(132));
        Assert.Equal((100u, 0b1101_0000_0000_0000_0000_0000_0000_0001u), (acknowledgement.BaseCounter, acknowledgement.Bitmap));
        Assert.True(acknowledgement.Set(100));
        Assert.Equal((103u, 0b1000_0000_0000_0000_0000_0000_0000_1000u), (acknowledgement.BaseCounter, acknowledgement.Bitmap));
        Assert.True(acknowledgement.Covers(132));
    }

    [Theory]
    [InlineData(100u, 133u, false)]
    [InlineData(100u, 132u, true)]
    [InlineData(100u, 0u, true)]
    [InlineData(100u, uint.MaxValue, false)]
    [InlineData(uint.MaxValue - 3, uint.MaxValue - 1, true)]
    [InlineData(uint.MaxValue - 1, uint.MaxValue, false)]
    [InlineData(uint.MaxValue, uint.MaxValue, false)]
    public void Set_FarFromTheBase_SaysWhetherItCanBeTold(uint first, uint counter, bool told)
    {
        var acknowledgement = new Acknowledgement();
        acknowledgement.Reset(first);
        Assert.Equal(told, acknowledgement.Set(counter));
        Assert.Equal(told, acknowledgement.Covers(counter));
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
