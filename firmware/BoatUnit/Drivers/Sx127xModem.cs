using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>What settings are in the SX127x's registers, and what its levels are in dBm; integers throughout.</summary>
public static class Sx127xModem
{
    public const int PowerDbmMin = 2;
    public const int PowerDbmMax = 20;

    // PA_BOOST reaches 17 dBm; above, the +20 dBm option adds 3 (datasheet 5.4.2, 5.4.3).
    private const int PowerDbmPlain = 17;

    // Datasheet table 3: the bands 137-175, 410-525 and 862-1020 MHz. Below 525 the low-frequency port.
    private const int LowPortHzMax = 525_000_000;

    /// <summary>Whether the frequency is on one of the SX1276's bands.</summary>
    public static bool HasFrequency(int hz)
    {
        return (hz >= 137_000_000 && hz <= 175_000_000)
            || (hz >= 410_000_000 && hz <= LowPortHzMax)
            || (hz >= 862_000_000 && hz <= 1_020_000_000);
    }

    public static bool IsLowPort(int hz)
    {
        return hz <= LowPortHzMax;
    }

    /// <summary>RegFrf: steps of 32 MHz / 2^19, to the nearest (datasheet 4.1.4).</summary>
    public static int Frf(int hz)
    {
        // 2^19 / 32,000,000 = 256 / 15,625.
        return (int)((((long)hz << 8) + (15_625 / 2)) / 15_625);
    }

    /// <summary>RegModemConfig1: Bw 7-4, CodingRate 3-1, explicit header 0.</summary>
    public static byte Config1(RadioSettings settings)
    {
        int bandwidth = settings.BandwidthHz == 125_000 ? 7 : settings.BandwidthHz == 250_000 ? 8 : 9;
        return (byte)((bandwidth << 4) | ((settings.CodingRateDenominator - 4) << 1));
    }

    /// <summary>RegModemConfig2: SpreadingFactor 7-4, RxPayloadCrcOn 2 (which also makes the CRC on sending).</summary>
    public static byte Config2(RadioSettings settings)
    {
        return (byte)((settings.SpreadingFactor << 4) | 0x04);
    }

    /// <summary>RegModemConfig3: LowDataRateOptimize 3, AgcAutoOn 2.</summary>
    public static byte Config3(RadioSettings settings)
    {
        return (byte)(TimeOnAir.LowDataRateOptimize(settings.SpreadingFactor, settings.BandwidthHz) ? 0x0C : 0x04);
    }

    /// <summary>RegPaConfig on PA_BOOST: Pout = 17 - (15 - OutputPower), 3 dB more with the +20 dBm option (5.4.2, 5.4.3).</summary>
    public static byte PaConfig(int powerDbm)
    {
        int outputPower = powerDbm > PowerDbmPlain ? powerDbm - 5 : powerDbm - 2;
        return (byte)(0x80 | 0x70 | outputPower);
    }

    /// <summary>RegPaDac: 0x87 is the +20 dBm option, 0x84 the reset value.</summary>
    public static byte PaDac(int powerDbm)
    {
        return powerDbm > PowerDbmPlain ? (byte)0x87 : (byte)0x84;
    }

    /// <summary>
    /// RegOcp: on, and 140 mA with the +20 dBm option, which draws 120 (table 10), or 100 mA without, which draws 87.
    /// </summary>
    /// <remarks>Imax is 45 + 5 x trim mA up to 120, then -30 + 10 x trim (5.4.4).</remarks>
    public static byte Ocp(int powerDbm)
    {
        return powerDbm > PowerDbmPlain ? (byte)(0x20 | 17) : (byte)(0x20 | 11);
    }

    /// <summary>RegInvertIQ: RX 6 is on when inverted, TX 0 when not (datasheet 6.4 and the reset value 0x27).</summary>
    public static byte InvertIq(bool receiveInverted)
    {
        return receiveInverted ? (byte)0x67 : (byte)0x27;
    }

    /// <summary>RegInvertIQ2, to go with the other one.</summary>
    public static byte InvertIq2(bool inverted)
    {
        return inverted ? (byte)0x19 : (byte)0x1D;
    }

    /// <summary>
    /// Level of a frame (5.5.5): an offset of -157 dBm on the high port and -164 on the low one; below 0 dB the
    /// signal is weaker than the channel by its SNR, above it the register's slope is 16/15.
    /// </summary>
    /// <param name="register">RegPktRssiValue.</param>
    /// <param name="snrQuarterDb">RegPktSnrValue, signed.</param>
    /// <param name="isLowPort">The port.</param>
    public static int FrameDbm(int register, int snrQuarterDb, bool isLowPort)
    {
        int offset = isLowPort ? -164 : -157;
        return snrQuarterDb < 0 ? offset + register + (snrQuarterDb / 4) : offset + (register * 16 / 15);
    }

    /// <summary>Level of the channel now (5.5.5), from RegRssiValue.</summary>
    public static int ChannelDbm(int register, bool isLowPort)
    {
        return (isLowPort ? -164 : -157) + register;
    }
}
