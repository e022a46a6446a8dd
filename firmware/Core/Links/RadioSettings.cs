namespace BoatTelemetry.Core.Links;

/// <summary>What a transceiver is set to. One object is kept and changed; the driver reads it in Configure.</summary>
public sealed class RadioSettings
{
    public const int BandwidthHzDefault = 125_000;
    public const int CodingRateDenominatorDefault = 5;
    public const int PreambleSymbolsDefault = 8;
    public const int PowerDbmDefault = 14;

    /// <summary>LoRaWAN's public one: concentrators listen for it.</summary>
    public const int SyncWordDefault = 0x34;

    public int FrequencyHz;

    /// <summary>125,000, 250,000 or 500,000.</summary>
    public int BandwidthHz = BandwidthHzDefault;

    /// <summary>7 to 12.</summary>
    public int SpreadingFactor = 10;

    /// <summary>The coding rate's denominator: 5 to 8 for 4/5 to 4/8.</summary>
    public int CodingRateDenominator = CodingRateDenominatorDefault;

    public int PreambleSymbols = PreambleSymbolsDefault;

    /// <summary>Conducted power at the chip's pin, dBm.</summary>
    public int PowerDbm = PowerDbmDefault;

    /// <summary>0x34 public (LoRaWAN), 0x12 private, as the SX127x has it; the SX126x driver writes its own two bytes for it.</summary>
    public int SyncWord = SyncWordDefault;

    /// <summary>Downlinks come inverted in I and Q, so that boats do not hear each other (LoRaWAN's convention).</summary>
    public bool InvertIq;
}

/// <summary>Marks a level that nobody has measured.</summary>
public static class RadioLevel
{
    public const int Unknown = int.MinValue;
}

/// <summary>Whether the transceiver took an order.</summary>
public enum RadioResult
{
    Done = 0,

    /// <summary>SPI answers nothing that the chip could have said (all ones, all zeros, a wrong version).</summary>
    NotThere,

    /// <summary>A frame of no byte or of more than 255.</summary>
    BadLength,

    /// <summary>A setting that the chip does not have.</summary>
    BadSettings,

    /// <summary>It is sending; the order was not carried out.</summary>
    Transmitting,

    /// <summary>BUSY stayed high, or a mode was not reached in its time.</summary>
    Stuck,

    /// <summary>The driver has not been started, or was given up after a failure: start it again.</summary>
    NotStarted,
}

/// <summary>What a transceiver has to tell.</summary>
public enum RadioEvent
{
    None = 0,

    /// <summary>The frame is on the air, whole.</summary>
    Transmitted,

    /// <summary>TxDone did not come in the frame's time on air and a margin; the chip was reset and is in standby.</summary>
    TransmitTimedOut,

    Received,

    /// <summary>A frame came whose CRC is wrong, or with none; it was dropped.</summary>
    ReceivedBadCrc,

    ChannelFree,

    ChannelBusy,

    /// <summary>The chip does not answer as itself any more; start it again.</summary>
    Lost,
}
