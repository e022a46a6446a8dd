namespace BoatTelemetry.Simulator.Air;

/// <summary>A frame on the air, as the sender's own registers made it.</summary>
/// <param name="Frame">The bytes.</param>
/// <param name="FrequencyHz">Of the carrier.</param>
/// <param name="BandwidthHz">Of the chirps.</param>
/// <param name="SpreadingFactor">7 to 12.</param>
/// <param name="CodingRateDenominator">5 to 8.</param>
/// <param name="PreambleSymbols">Without the 4.25 that the modem adds.</param>
/// <param name="SyncWord">As the SX127x has it.</param>
/// <param name="IqIsInverted">As downlinks are.</param>
/// <param name="HasCrc">A CRC follows the payload.</param>
/// <param name="LowDataRateOptimize">Both ends must agree on it.</param>
/// <param name="PowerDbm">At the antenna's connector.</param>
/// <param name="StartUs">When it began.</param>
/// <param name="EndUs">When it ended.</param>
public sealed record LoRaEmission(
    byte[] Frame,
    int FrequencyHz,
    int BandwidthHz,
    int SpreadingFactor,
    int CodingRateDenominator,
    int PreambleSymbols,
    int SyncWord,
    bool IqIsInverted,
    bool HasCrc,
    bool LowDataRateOptimize,
    int PowerDbm,
    long StartUs,
    long EndUs)
{
    /// <summary>
    /// How long a frame of these settings is on the air, microseconds: the published formula in floating point
    /// (SX1276 datasheet 4.1.1.7), with the bits that the chip has and not those that it should have.
    /// </summary>
    public static long DurationUs(
        int spreadingFactor, int bandwidthHz, int codingRateDenominator, int preambleSymbols, bool hasCrc, bool lowDataRate, int bytes)
    {
        var symbolUs = Math.Pow(2, spreadingFactor) * 1e6 / bandwidthHz;
        var bits = (8.0 * bytes) - (4 * spreadingFactor) + 28 + (hasCrc ? 16 : 0);
        var blocks = Math.Max(0, Math.Ceiling(bits / (4 * (spreadingFactor - (lowDataRate ? 2 : 0)))));
        return (long)Math.Round((preambleSymbols + 4.25 + 8 + (blocks * codingRateDenominator)) * symbolUs);
    }
}

/// <summary>What a transceiver's antenna leads to.</summary>
public interface IAirPort
{
    /// <summary>A frame is on the air, whole.</summary>
    void Transmitted(LoRaEmission emission);
}
