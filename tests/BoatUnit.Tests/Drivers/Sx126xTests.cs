using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Links;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Drivers;

/// <summary>What the SX1262 was told, by the datasheet's own numbers.</summary>
public sealed class Sx126xTests
{
    [Theory]
    [InlineData(915_000_000, 0x39300000)]
    [InlineData(434_000_000, 0x1B200000)]
    [InlineData(923_200_000, 0x39B33333)]
    public void RfFrequency_KnownCarriers_AreTheDatasheets(int hz, int expected) =>
        Assert.Equal(expected, Sx126xModem.RfFrequency(hz));

    [Theory]
    [InlineData(0x34, 0x3444)]
    [InlineData(0x12, 0x1424)]
    public void SyncWord_PublicAndPrivate_AreTheDatasheets(int sx127x, int expected)
    {
        var settings = RadioBench.Settings();
        settings.SyncWord = sx127x;
        var chip = RadioBench.Ready(RadioKind.Sx1262, settings).Sx1262;

        Assert.Equal(expected, (chip.Register(0x740) << 8) | chip.Register(0x741));
    }

    [Theory]
    [InlineData(921_400_000, 0xE1E9)]
    [InlineData(868_100_000, 0xD7DB)]
    [InlineData(433_175_000, 0x6B6F)]
    [InlineData(490_000_000, 0x7581)]
    [InlineData(780_000_000, 0xC1C5)]
    public void Configure_Image_IsCalibratedForTheBandOnce(int hz, int expected)
    {
        var settings = RadioBench.Settings();
        settings.FrequencyHz = hz;
        var bench = RadioBench.Ready(RadioKind.Sx1262, settings);
        Assert.Equal(expected, bench.Sx1262.ImageBand);
        var transactions = bench.Chip.Transactions;
        bench.Driver.Configure(settings);
        var again = bench.Chip.Transactions - transactions;

        Assert.InRange(again, 1, 20);
        Assert.Equal(expected, bench.Sx1262.ImageBand);
    }

    [Theory]
    [InlineData(-9)]
    [InlineData(22)]
    public void Configure_Power_WithThePaOfTheSx1262(int powerDbm)
    {
        var settings = RadioBench.Settings();
        settings.PowerDbm = powerDbm;
        var chip = RadioBench.Ready(RadioKind.Sx1262, settings).Sx1262;

        Assert.Equal(powerDbm, chip.PowerDbm);
        Assert.Equal(new byte[] { 4, 7, 0, 1 }, chip.PaConfig.ToArray());
        Assert.Equal(0x38, chip.Register(0x8E7));
    }

    [Theory]
    [InlineData(125_000, 4)]
    [InlineData(500_000, 0)]
    public void Configure_Bandwidth_ModulationQuality(int bandwidthHz, int expected)
    {
        var settings = RadioBench.Settings();
        settings.BandwidthHz = bandwidthHz;

        Assert.Equal(expected, RadioBench.Ready(RadioKind.Sx1262, settings).Sx1262.Register(0x889) & 4);
    }

    [Fact]
    public void Start_Errata_ClampAndGain() =>
        Assert.Equal(
            (0xDE, 0x96),
            (RadioBench.Ready(RadioKind.Sx1262).Sx1262.Register(0x8D8), RadioBench.Ready(RadioKind.Sx1262).Sx1262.Register(0x8AC)));

    [Fact]
    public void StartReceive_Inverted_PolarityRegisterGoesWithIt()
    {
        var settings = RadioBench.Settings();
        settings.InvertIq = true;
        var bench = RadioBench.Ready(RadioKind.Sx1262, settings);
        bench.Driver.StartReceive();
        Assert.Equal(0, bench.Sx1262.Register(0x736) & 4);

        bench.Driver.StartTransmit(RadioBench.Frame(5), 0, 5);
        Assert.Equal(4, bench.Sx1262.Register(0x736) & 4);
    }

    [Theory]
    [InlineData(1600, 0)]
    [InlineData(1800, 2)]
    [InlineData(3300, 7)]
    public void Start_TcxoVoltage_IsTold(int millivolts, int code)
    {
        var bench = new RadioBench(RadioKind.Sx1262, new Sx126xOptions { TcxoMillivolts = millivolts });

        Assert.Equal(RadioResult.Done, bench.Driver.Start());
        Assert.Equal(code, bench.Sx1262.TcxoVoltage);
        Assert.True(bench.Sx1262.Dio2IsRfSwitch);
        Assert.True(bench.Sx1262.HasDcDc);
    }

    [Fact]
    public void Start_CrystalAndNoSwitch_AreLeftAlone()
    {
        var bench = new RadioBench(
            RadioKind.Sx1262, new Sx126xOptions { TcxoMillivolts = 0, Dio2IsRfSwitch = false, HasDcDc = false });
        bench.Sx1262.NeedsTcxo = false;

        Assert.Equal(RadioResult.Done, bench.Driver.Start());
        Assert.Equal(-1, bench.Sx1262.TcxoVoltage);
        Assert.False(bench.Sx1262.Dio2IsRfSwitch);
        Assert.False(bench.Sx1262.HasDcDc);
    }

    [Fact]
    public void Constructor_VoltageThatDio3HasNot_Throws() =>
        Assert.Throws<ArgumentException>(() => new RadioBench(RadioKind.Sx1262, new Sx126xOptions { TcxoMillivolts = 2500 }));

    // AN1200.48's table for 125 kHz.
    [Theory]
    [InlineData(7, 1, 22)]
    [InlineData(9, 2, 23)]
    [InlineData(12, 2, 28)]
    public void StartChannelActivity_Factor_DetectionOfTheApplicationNote(int spreadingFactor, int symbolsLog2, int peak)
    {
        var bench = RadioBench.Ready(RadioKind.Sx1262, RadioBench.Settings(spreadingFactor));
        bench.Driver.StartChannelActivity(RadioLevel.Unknown);

        Assert.Equal((symbolsLog2, peak, 10), bench.Sx1262.Cad);
    }
}
