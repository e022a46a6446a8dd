namespace BoatTelemetry.BoatCtl.Radio;

/// <summary>How far above the least signal a reception was.</summary>
internal static class LinkMargin
{
    // SX1276 datasheet table 13 and SX1302 datasheet 3.4: demodulator SNR, 2.5 dB a spreading factor from -7.5 dB at SF7 on.
    private const double FloorAtSf7Db = -7.5;
    private const double FloorStepDb = -2.5;

    /// <summary>The SNR less the least one at the spreading factor, dB; null if either is not known.</summary>
    public static double? Of(RadioReception reception)
    {
        ArgumentNullException.ThrowIfNull(reception);
        return reception is { SnrDb: { } snr, SpreadingFactor: { } factor } ? snr - (FloorAtSf7Db + (FloorStepDb * (factor - 7))) : null;
    }
}
