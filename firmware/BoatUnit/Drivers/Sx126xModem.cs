using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>What settings are in the SX126x's command parameters; integers throughout.</summary>
public static class Sx126xModem
{
    // SX1262, high power PA: -9 to +22 dBm (13.4.4).
    public const int PowerDbmMin = -9;
    public const int PowerDbmMax = 22;

    private static readonly int[] _tcxoMillivolts = { 1600, 1700, 1800, 2200, 2400, 2700, 3000, 3300 };

    // AN1200.48 rev. 2.1, the table for 125 kHz, SF7 to SF12: symbols as log2, and the peak's threshold.
    private static readonly byte[] _cadSymbolsLog2 = { 1, 1, 2, 2, 2, 2 };
    private static readonly byte[] _cadPeak = { 22, 22, 23, 24, 25, 28 };

    public static bool HasFrequency(int hz)
    {
        return hz >= 150_000_000 && hz <= 960_000_000;
    }

    /// <summary>SetRfFrequency: steps of 32 MHz / 2^25, to the nearest (13.4.1).</summary>
    public static int RfFrequency(int hz)
    {
        // 2^25 / 32,000,000 = 16,384 / 15,625.
        return (int)((((long)hz << 14) + (15_625 / 2)) / 15_625);
    }

    /// <summary>LoRaBW (table 13-48).</summary>
    public static byte Bandwidth(int hz)
    {
        return hz == 125_000 ? (byte)0x04 : hz == 250_000 ? (byte)0x05 : (byte)0x06;
    }

    /// <summary>
    /// The SX127x's one byte spread over two, each nibble followed by a 4: 0x34 is 0x3444, 0x12 is 0x1424 (table 12-1).
    /// </summary>
    public static int SyncWord(int sx127x)
    {
        return ((sx127x & 0xF0) << 8) | 0x0400 | ((sx127x & 0x0F) << 4) | 0x0004;
    }

    /// <summary>The parameter of SetDio3AsTcxoCtrl (table 13-35); -1 if the chip does not make this voltage.</summary>
    public static int TcxoVoltage(int millivolts)
    {
        for (int i = 0; i < _tcxoMillivolts.Length; i++)
        {
            if (_tcxoMillivolts[i] == millivolts)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>First and last of CalibrateImage for the band, in one number (table 9-2); in steps of 4 MHz (13.1.12).</summary>
    public static int ImageBand(int hz)
    {
        int mhz = hz / 1_000_000;
        if (mhz >= 902 && mhz <= 928)
        {
            return 0xE1E9;
        }

        if (mhz >= 863 && mhz <= 870)
        {
            return 0xD7DB;
        }

        if (mhz >= 779 && mhz <= 787)
        {
            return 0xC1C5;
        }

        if (mhz >= 470 && mhz <= 510)
        {
            return 0x7581;
        }

        if (mhz >= 430 && mhz <= 440)
        {
            return 0x6B6F;
        }

        return ((mhz / 4) << 8) | ((mhz / 4) + 1);
    }

    public static byte CadSymbolsLog2(int spreadingFactor)
    {
        return _cadSymbolsLog2[spreadingFactor - TimeOnAir.SpreadingFactorMin];
    }

    public static byte CadPeak(int spreadingFactor)
    {
        return _cadPeak[spreadingFactor - TimeOnAir.SpreadingFactorMin];
    }
}
