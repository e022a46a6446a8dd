using BoatTelemetry.Gateway.Downlink;

namespace BoatTelemetry.Gateway.Ingest;

/// <summary>How one concentrator heard one frame. What it did not tell is <see cref="Unknown"/>, never zero.</summary>
public struct Reception
{
    /// <summary>The value of any integer here that the concentrator did not tell.</summary>
    public const int Unknown = int.MinValue;

    public Reception()
    {
    }

    /// <summary>What it came over.</summary>
    public UplinkLink Link { get; set; }

    /// <summary>Which ingest it came in by; null where nobody asks.</summary>
    public IngestSource? Source { get; set; }

    /// <summary>The way back to the unit, if there is one. Not to be used before the frame was found genuine.</summary>
    public IDownlinkPath? Path { get; set; }

    /// <summary>The concentrator's 64-bit identity (EUI); 0 for what no concentrator heard.</summary>
    public ulong Concentrator { get; set; }

    /// <summary>Strength of the channel, dBm.</summary>
    public int RssiDbm { get; set; } = Unknown;

    /// <summary>Signal to noise ratio, tenths of a dB.</summary>
    public int SnrDecibelE1 { get; set; } = Unknown;

    /// <summary>Centre frequency, Hz. A 2.4 GHz concentrator does not fit 31 bits.</summary>
    public long FrequencyHz { get; set; } = Unknown;

    /// <summary>LoRa spreading factor, 5 to 12; unknown for FSK.</summary>
    public int SpreadingFactor { get; set; } = Unknown;

    /// <summary>LoRa bandwidth, Hz; unknown for FSK.</summary>
    public int BandwidthHz { get; set; } = Unknown;

    /// <summary>The concentrator's 32-bit microsecond counter at the end of the frame: what a downlink is timed by.</summary>
    public long ConcentratorUs { get; set; } = Unknown;

    /// <summary>UTC at the gateway when the datagram came in, milliseconds since 1970-01-01.</summary>
    public long ReceivedUtcMs { get; set; }

    /// <summary>The gateway's monotonic clock at the same instant, milliseconds.</summary>
    public long ReceivedMonotonicMs { get; set; }
}
