using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Links;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Drivers;

/// <summary>What stands in the SX1276's registers, by the datasheet's own numbers.</summary>
public sealed class Sx127xTests
{
    // Frf of 915 MHz is given by the datasheet's reset example and its formula; 434 MHz is the reset value 0x6C8000.
    [Theory]
    [InlineData(915_000_000, 0xE4C000)]
    [InlineData(434_000_000, 0x6C8000)]
    [InlineData(868_000_000, 0xD90000)]
    [InlineData(923_200_000, 0xE6CCCD)]
    public void Frf_KnownCarriers_AreTheDatasheets(int hz, int expected) => Assert.Equal(expected, Sx127xModem.Frf(hz));

    [Theory]
    [InlineData(2, 0xF0, 0x84, 100)]
    [InlineData(14, 0xFC, 0x84, 100)]
    [InlineData(17, 0xFF, 0x84, 100)]
    [InlineData(18, 0xFD, 0x87, 140)]
    [InlineData(20, 0xFF, 0x87, 140)]
    public void Configure_Power_PaConfigDacAndOverCurrent(int powerDbm, int paConfig, int paDac, int ocpMilliamps)
    {
        var settings = RadioBench.Settings();
        settings.PowerDbm = powerDbm;
        var chip = RadioBench.Ready(RadioKind.Sx1276, settings).Sx1276;

        Assert.Equal(paConfig, chip.Register(0x09));
        Assert.Equal(paDac, chip.Register(0x4D));
        Assert.Equal(ocpMilliamps, chip.OcpMilliamps);
        Assert.Equal(powerDbm, chip.PowerDbm);
    }

    [Theory]
    [InlineData(125_000, 0x03, 0x52, 0x43, 0x40)]
    [InlineData(250_000, 0x03, 0x52, 0x43, 0x40)]
    [InlineData(500_000, 0x02, 0x64, 0xC3, 0x20)]
    public void Configure_Bandwidth_ErrataRegisters(int bandwidthHz, int high1, int high2, int detect, int ifFreq1)
    {
        var settings = RadioBench.Settings(7);
        settings.BandwidthHz = bandwidthHz;
        var chip = RadioBench.Ready(RadioKind.Sx1276, settings).Sx1276;

        Assert.Equal((high1, high2), (chip.Register(0x36), chip.Register(0x3A)));
        Assert.Equal((detect, ifFreq1, 0), (chip.Register(0x31), chip.Register(0x2F), chip.Register(0x30)));
    }

    [Fact]
    public void Configure_Image_IsCalibratedInItsBandOnce()
    {
        var settings = RadioBench.Settings();
        var bench = RadioBench.Ready(RadioKind.Sx1276, settings);
        Assert.InRange(bench.Sx1276.ImageCalibratedHz, settings.FrequencyHz - 31, settings.FrequencyHz + 31);
        var waitedUs = bench.Pause.WaitedUs;

        settings.FrequencyHz += 1_000_000;
        Assert.Equal(RadioResult.Done, bench.Driver.Configure(settings));

        Assert.InRange(bench.Pause.WaitedUs - waitedUs, 0, 1000);
        Assert.Empty(bench.Chip.Complaints);
    }

    [Theory]
    [InlineData(true, 0x19)]
    [InlineData(false, 0x09)]
    public void Start_Tcxo_IsSetWhereThereIsOne(bool hasTcxo, int expected)
    {
        var bench = new RadioBench(RadioKind.Sx1276, hasTcxo: hasTcxo);

        Assert.Equal(RadioResult.Done, bench.Driver.Start());
        Assert.Equal(expected, bench.Sx1276.Register(0x4B));
        Assert.Equal(0x23, bench.Sx1276.Register(0x0C));
    }

    [Theory]
    [InlineData(false, 0x27, 0x1D)]
    [InlineData(true, 0x67, 0x19)]
    public void StartReceive_Iq_BothRegisters(bool inverted, int first, int second)
    {
        var settings = RadioBench.Settings();
        settings.InvertIq = inverted;
        var bench = RadioBench.Ready(RadioKind.Sx1276, settings);
        bench.Driver.StartReceive();

        Assert.Equal((first, second), (bench.Sx1276.Register(0x33), bench.Sx1276.Register(0x3B)));
    }

    [Fact]
    public void Configure_LowBand_UsesItsPort()
    {
        var settings = RadioBench.Settings();
        settings.FrequencyHz = 433_175_000;
        var bench = RadioBench.Ready(RadioKind.Sx1276, settings);
        bench.Driver.StartReceive();
        bench.Time.AdvanceMs(5);

        Assert.Equal(0x8D, bench.Sx1276.Register(0x01));
    }

    // 5.5.5, by hand.
    [Theory]
    [InlineData(34, -50, false, -135)]
    [InlineData(34, 0, false, -121)]
    [InlineData(90, 38, false, -61)]
    [InlineData(40, -8, true, -126)]
    public void FrameDbm_SnrAndPort_AreCorrectedFor(int register, int snrQuarterDb, bool isLowPort, int expectedDbm) =>
        Assert.Equal(expectedDbm, Sx127xModem.FrameDbm(register, snrQuarterDb, isLowPort));
}
