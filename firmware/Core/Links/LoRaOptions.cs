namespace BoatTelemetry.Core.Links;

/// <summary>How a unit uses its LoRa transceiver, within what the region allows.</summary>
public sealed class LoRaOptions
{
    /// <summary>The default of <see cref="AnswerWindowMs"/>; the gateway answers within it.</summary>
    public const int AnswerWindowMsDefault = 2_500;

    public int BandwidthHz = RadioSettings.BandwidthHzDefault;
    public int CodingRateDenominator = RadioSettings.CodingRateDenominatorDefault;
    public int PreambleSymbols = RadioSettings.PreambleSymbolsDefault;
    public int SyncWord = RadioSettings.SyncWordDefault;

    /// <summary>Wanted power at the chip's pin, dBm; what the region and the antenna allow may be less.</summary>
    public int PowerDbm = RadioSettings.PowerDbmDefault;

    public int SpreadingFactorMin = 7;

    /// <summary>What it begins with, before it knows the shore.</summary>
    public int SpreadingFactorStart = 9;

    /// <summary>The highest one; the region's may be lower.</summary>
    public int SpreadingFactorMax = 12;

    /// <summary>Looks at the channel for one frame before it is given up.</summary>
    public int ChannelTriesMax = 6;

    /// <summary>The first back-off of a busy channel is up to this, ms; each further one up to twice as long.</summary>
    public int ChannelBackOffMs = 100;

    public int ChannelBackOffMaxMs = 2_000;

    /// <summary>A look at the channel that takes longer is a fault, ms.</summary>
    public int ChannelLookMaxMs = 500;

    /// <summary>Beyond its air time a transmission that takes this longer is a fault, ms.</summary>
    public int TransmitMarginMs = 1_000;

    /// <summary>
    /// After a durable frame only an SOS is sent for so long, ms: the answer comes on the same channel in about a second
    /// (a packet forwarder's class A timing) or two, and a transceiver that sends is deaf.
    /// </summary>
    public int AnswerWindowMs = AnswerWindowMsDefault;

    /// <summary>The first wait before a failed transceiver is started again, ms; each further one twice as long.</summary>
    public int RestartDelayMs = 1_000;

    public int RestartDelayMaxMs = 60_000;
}
