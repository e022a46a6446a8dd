namespace BoatTelemetry.Core.Links;

/// <summary>A range of frequencies that has one limit of use.</summary>
public sealed class SubBand
{
    public SubBand(int lowHz, int highHz, int dutyPermille, int eirpMaxCdbm)
    {
        LowHz = lowHz;
        HighHz = highHz;
        DutyPermille = dutyPermille;
        EirpMaxCdbm = eirpMaxCdbm;
    }

    public int LowHz { get; }

    public int HighHz { get; }

    /// <summary>Share of any hour that may be used; 0: no such limit.</summary>
    public int DutyPermille { get; }

    /// <summary>Radiated power over an isotropic antenna, 0.01 dBm.</summary>
    public int EirpMaxCdbm { get; }

    /// <summary>Microseconds of any hour that may be used; 0: no such limit.</summary>
    public long HourLimitUs
    {
        get { return DutyPermille * 3_600_000L; }
    }

    /// <summary>Whether a channel lies wholly inside.</summary>
    public bool Contains(int frequencyHz, int bandwidthHz)
    {
        return frequencyHz - (bandwidthHz / 2) >= LowHz && frequencyHz + (bandwidthHz / 2) <= HighHz;
    }
}

/// <summary>What the law of a place allows a LoRa transmitter: made by <see cref="Regions"/> only, never changed.</summary>
public sealed class Region
{
    internal Region(int id, string name, SubBand[] subBands, int[] channelsHz)
    {
        Id = id;
        Name = name;
        SubBands = subBands;
        ChannelsHz = channelsHz;
    }

    /// <summary>Marks the ledger in flash; never given to another region.</summary>
    public int Id { get; }

    public string Name { get; }

    public SubBand[] SubBands { get; }

    public int[] ChannelsHz { get; }

    /// <summary>Nothing may be sent, since nobody knows what would be legal.</summary>
    public bool ReceiveOnly { get; internal set; }

    /// <summary>The longest single transmission, microseconds; 0: no such limit.</summary>
    public int DwellMaxUs { get; internal set; }

    /// <summary>A channel that was used rests so long before it is used again; 0: no such rule.</summary>
    public int ChannelRestMs { get; internal set; }

    public int SpreadingFactorMax { get; internal set; } = TimeOnAir.SpreadingFactorMax;

    /// <summary>Above this carrier level a channel counts as in use, dBm.</summary>
    public int CarrierBusyAboveDbm { get; internal set; } = -80;

    /// <summary>Whether law asks for listening first; then not even an SOS goes out over a busy channel.</summary>
    public bool ListenBeforeTalk { get; internal set; }

    /// <summary>PHY payload, bytes, from SF7 on.</summary>
    internal int[] FrameBytesMaxFromSf7 { get; set; }

    /// <summary>The longest PHY payload at a spreading factor, bytes; 0 where it may not be used.</summary>
    public int FrameBytesMax(int spreadingFactor)
    {
        if (spreadingFactor < TimeOnAir.SpreadingFactorMin || spreadingFactor > SpreadingFactorMax)
        {
            return 0;
        }

        return FrameBytesMaxFromSf7[spreadingFactor - TimeOnAir.SpreadingFactorMin];
    }

    /// <summary>Which of the sub-bands a channel lies in, or -1.</summary>
    public int SubBandOf(int frequencyHz, int bandwidthHz)
    {
        for (int i = 0; i < SubBands.Length; i++)
        {
            if (SubBands[i].Contains(frequencyHz, bandwidthHz))
            {
                return i;
            }
        }

        return -1;
    }
}
