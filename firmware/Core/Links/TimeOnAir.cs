using System;

namespace BoatTelemetry.Core.Links;

/// <summary>How long LoRa occupies the air: the formula that radios, air time ledger and simulator share.</summary>
public static class TimeOnAir
{
    public const int SpreadingFactorMin = 7;
    public const int SpreadingFactorMax = 12;

    /// <summary>The denominators of code rates 4/5 to 4/8.</summary>
    public const int CodingRateDenominatorMin = 5;
    public const int CodingRateDenominatorMax = 8;

    /// <summary>The length field of the explicit header is one byte.</summary>
    public const int FrameBytesMax = 255;

    // The modem adds 4.25 symbols to the preamble programmed; the 8 are the header's block, which is always sent.
    private const int SyncQuarterSymbols = 17;
    private const int HeaderBlockSymbols = 8;
    private const int HeaderBits = 20;
    private const int CrcBits = 16;
    private const int HeaderBlockBits = 8;

    // SX1276 datasheet 4.1.1.6, SX1262 datasheet 6.1.1.4: mandated for symbols longer than this.
    private const int LowDataRateAboveMs = 16;

    /// <summary>
    /// Time on air of a frame with explicit header and CRC, microseconds, a fraction rounded up (SX1276 datasheet
    /// 4.1.1.7; SX1262 datasheet 6.1.4; Semtech AN1200.13). Exact at 125, 250 and 500 kHz.
    /// </summary>
    /// <param name="spreadingFactor">7 to 12.</param>
    /// <param name="bandwidthHz">Of the channel.</param>
    /// <param name="codingRateDenominator">5 to 8 for 4/5 to 4/8.</param>
    /// <param name="preambleSymbols">As programmed, without the 4.25 that the modem adds.</param>
    /// <param name="lengthBytes">PHY payload, 0 to 255.</param>
    /// <exception cref="ArgumentException">One is out of its range.</exception>
    public static int FrameUs(
        int spreadingFactor, int bandwidthHz, int codingRateDenominator, int preambleSymbols, int lengthBytes)
    {
        if (spreadingFactor < SpreadingFactorMin || spreadingFactor > SpreadingFactorMax)
            throw new ArgumentException("A spreading factor is 7 to 12.");
        if (codingRateDenominator < CodingRateDenominatorMin || codingRateDenominator > CodingRateDenominatorMax)
            throw new ArgumentException("A coding rate's denominator is 5 to 8.");
        if (bandwidthHz <= 0 || preambleSymbols < 0 || lengthBytes < 0 || lengthBytes > FrameBytesMax)
            throw new ArgumentException("No such bandwidth, preamble or length.");

        int bits = (8 * lengthBytes) + HeaderBlockBits + HeaderBits + CrcBits - (4 * spreadingFactor);
        int bitsPerBlock = 4 * (LowDataRateOptimize(spreadingFactor, bandwidthHz) ? spreadingFactor - 2 : spreadingFactor);
        int blocks = bits <= 0 ? 0 : (bits + bitsPerBlock - 1) / bitsPerBlock;
        int symbols = preambleSymbols + HeaderBlockSymbols + (blocks * codingRateDenominator);
        long quarterSymbols = (4L * symbols) + SyncQuarterSymbols;
        long chips4 = quarterSymbols << spreadingFactor;
        return (int)(((chips4 * 1_000_000) + (4L * bandwidthHz) - 1) / (4L * bandwidthHz));
    }

    /// <summary>One symbol, microseconds, a fraction rounded up.</summary>
    public static int SymbolUs(int spreadingFactor, int bandwidthHz)
    {
        return (int)(((1_000_000L << spreadingFactor) + bandwidthHz - 1) / bandwidthHz);
    }

    /// <summary>Whether both ends must use the low data rate optimisation: a symbol longer than 16 ms.</summary>
    public static bool LowDataRateOptimize(int spreadingFactor, int bandwidthHz)
    {
        return (1000L << spreadingFactor) > (long)LowDataRateAboveMs * bandwidthHz;
    }
}
