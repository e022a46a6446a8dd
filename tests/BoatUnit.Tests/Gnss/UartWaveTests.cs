using System.Text;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Gnss;

public sealed class UartWaveTests
{
    [Theory]
    [InlineData(9_600, 9_600)]
    [InlineData(9_600, 9_700)]
    [InlineData(9_600, 9_400)]
    public void Resample_RatesWithinTwoPercent_BytesComeWhole(int sentBps, int heardBps)
    {
        var sent = Encoding.ASCII.GetBytes("$GPGLL,4916.45,N,12311.12,W,225444,A*31\r\n");

        Assert.Equal(sent, UartWave.Resample(sent, sentBps, heardBps));
    }

    [Theory]
    [InlineData(9_600, 38_400)]
    [InlineData(38_400, 9_600)]
    [InlineData(4_800, 9_600)]
    public void Resample_AnotherRate_GivesGarbage(int sentBps, int heardBps)
    {
        var sent = Encoding.ASCII.GetBytes("$GPGLL,4916.45,N,12311.12,W,225444,A*31\r\n");
        var heard = UartWave.Resample(sent, sentBps, heardBps);

        Assert.NotEmpty(heard);
        Assert.NotEqual(sent, heard);
        Assert.DoesNotContain("GPGLL", Encoding.Latin1.GetString(heard), StringComparison.Ordinal);
    }

    // Heard at 8/9 of the rate, the last bit is sampled 8.5 x 9/8 = 9.56 bits after the edge: in the stop bit.
    [Fact]
    public void Resample_ListenerALittleTooSlow_TakesTheStopBitForTheLastBit() =>
        Assert.Equal([0x80], UartWave.Resample([0x00], 9_600, 9_600 * 8 / 9));
}
