using BoatTelemetry.Core.Links;

namespace BoatTelemetry.Simulator.Air;

/// <summary>LoRa as the boat unit uses it: 125 kHz, code rate 4/5, preamble of 8, explicit header, CRC.</summary>
public sealed class LoRaModulation
{
    public const int BandwidthHz = 125_000;
    public const int SpreadingFactorMin = 7;
    public const int SpreadingFactorMax = 12;

    private const int PreambleSymbols = 8;
    private const int CodeRateDenominator = 5;

    /// <exception cref="ArgumentOutOfRangeException">Not a spreading factor from 7 to 12.</exception>
    public LoRaModulation(int spreadingFactor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(spreadingFactor, SpreadingFactorMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(spreadingFactor, SpreadingFactorMax);
        SpreadingFactor = spreadingFactor;
    }

    public int SpreadingFactor { get; }

    /// <summary>The forwarder's name of it, <c>datr</c>.</summary>
    public string DataRate => $"SF{SpreadingFactor}BW125";

    /// <summary>Below this ratio of signal to noise nothing is decoded, dB: -7.5 at SF7, 2.5 less each (SX1276 datasheet, table 13).</summary>
    public double SnrLimitDb => -7.5 - (2.5 * (SpreadingFactor - SpreadingFactorMin));

    /// <summary>Air time of so many bytes, microseconds.</summary>
    public int AirtimeUs(int bytes) =>
        TimeOnAir.FrameUs(SpreadingFactor, BandwidthHz, CodeRateDenominator, PreambleSymbols, bytes);
}
