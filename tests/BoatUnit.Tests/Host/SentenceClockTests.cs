using System.Text;
using BoatTelemetry.Host.Runs;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Host;

public sealed class SentenceClockTests
{
    private readonly SentenceClock _clock = new();

    [Fact]
    public void AdvanceMs_EveryTimedType_IsTheStepBetweenThem()
    {
        Assert.Equal(0, Advance("GPRMC,235958.00,A,0100.0,N,10400.0,E,1,2,010127,,,A"));
        Assert.Equal(500, Advance("GNGGA,235958.50,0100.0,N,10400.0,E,1,9,1,3,M,8,M,,"));
        Assert.Equal(500, Advance("GPGLL,0100.0,N,10400.0,E,235959,A,A"));
        Assert.Equal(1250, Advance("GPZDA,000000.25,02,01,2027,00,00"));
        Assert.Equal(750, Advance("GNGNS,000001,0100.0,N,10400.0,E,A,9,1,3,8,,"));
    }

    [Fact]
    public void AdvanceMs_TimeBackwards_IsNoStepAndCountsOnFromThere()
    {
        Advance("GPZDA,100000,02,01,2027,00,00");

        Assert.Equal(0, Advance("GPZDA,095900,02,01,2027,00,00"));
        Assert.Equal(1000, Advance("GPZDA,095901,02,01,2027,00,00"));
    }

    [Theory]
    [InlineData("GPZDA,,02,01,2027,00,00")]
    [InlineData("GPZDA,1,02,01,2027,00,00")]
    [InlineData("GPZDA,996100,02,01,2027,00,00")]
    [InlineData("GPZDA")]
    [InlineData("GP")]
    [InlineData("IIVTG,224.44,T,224.44,M,5.81,N,,,D")]
    public void AdvanceMs_NoTime_IsNoStep(string content)
    {
        Advance("GPZDA,100000,02,01,2027,00,00");

        Assert.Equal(0, Advance(content));
        Assert.Equal(3000, Advance("GPZDA,100003,02,01,2027,00,00"));
    }

    [Fact]
    public void AdvanceMs_WrongChecksum_IsNoStep()
    {
        Advance("GPZDA,100000,02,01,2027,00,00");
        var damaged = NmeaText.Sentence("GPZDA,110000,02,01,2027,00,00").Replace("11", "12", StringComparison.Ordinal);

        Assert.Equal(0, _clock.AdvanceMs(Encoding.ASCII.GetBytes(damaged)));
        Assert.Equal(0, _clock.AdvanceMs("$GPZDA,110000,02,01,2027,00,00*"u8));
        Assert.Equal(1000, Advance("GPZDA,100001,02,01,2027,00,00"));
    }

    [Fact]
    public void AdvanceMs_BinaryBeforeTheSentence_IsPassedOver()
    {
        Advance("GPZDA,100000,02,01,2027,00,00");
        byte[] line = [0xB5, 0x62, (byte)'$', 0, 0xFF, .. Encoding.ASCII.GetBytes(NmeaText.Sentence("GPZDA,100002,02,01,2027,00,00"))];

        Assert.Equal(2000, _clock.AdvanceMs(line));
    }

    private int Advance(string content) => _clock.AdvanceMs(Encoding.ASCII.GetBytes(NmeaText.Sentence(content)));
}
