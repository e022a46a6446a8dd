namespace BoatTelemetry.Core.Links;

/// <summary>What a transmission is for: how much of the hour's air time it may touch.</summary>
public enum AirtimePurpose
{
    /// <summary>An emergency: all of it.</summary>
    Sos = 0,

    /// <summary>Live positions, events, what is new: all but the reserve for an SOS.</summary>
    Current,

    /// <summary>The record of the past: up to its own share.</summary>
    Backlog,
}

/// <summary>Why a transmission would not be legal, or is not allowed to touch what is left.</summary>
public enum AirtimeRefusal
{
    None = 0,

    /// <summary>The region is unknown: this unit only listens.</summary>
    ReceiveOnly,

    /// <summary>The channel lies in none of the region's sub-bands.</summary>
    OutsideBand,

    /// <summary>A spreading factor that the region does not have.</summary>
    SpreadingFactor,

    /// <summary>More radiated power than the sub-band allows.</summary>
    Power,

    /// <summary>The frame is longer than the region allows at its spreading factor.</summary>
    TooLong,

    /// <summary>The single transmission would take longer than the region allows.</summary>
    Dwell,

    /// <summary>The channel was used so recently that it must rest.</summary>
    ChannelRests,

    /// <summary>The hour's air time is used up.</summary>
    DutyCycle,

    /// <summary>What is left of the hour is kept for an SOS.</summary>
    SosReserve,

    /// <summary>The backlog's share of the hour is used up.</summary>
    BacklogShare,

    /// <summary>The ledger could not be made durable; a reboot would forget the transmission.</summary>
    NotDurable,
}
