namespace BoatTelemetry.Core.Links;

/// <summary>What became of a frame from shore.</summary>
public enum DownlinkOutcome
{
    /// <summary>An acknowledgement, taken over.</summary>
    Acknowledged = 0,

    /// <summary>A command, handed on; <see cref="Reports.CommandExecutor"/> counts what became of it, the status tells it.</summary>
    Commanded,

    /// <summary>No downlink of this version, or of an impossible length.</summary>
    NotAFrame,

    /// <summary>Another unit's.</summary>
    NotOurs,

    /// <summary>Forged, damaged, or under another key.</summary>
    TagMismatch,

    /// <summary>Accepted before.</summary>
    Replayed,

    /// <summary>Older than one that was accepted.</summary>
    Older,

    /// <summary>An acknowledgement whose counter cannot be found yet: neither the time nor an earlier one is known.</summary>
    TimeUnknown,

    /// <summary>The tag fits and a field holds what its layout does not allow; of a command, the status tells it.</summary>
    BadField,

    /// <summary>An acknowledgement of counters that this unit has not used: not taken over, and a status is asked for.</summary>
    BeyondOurs,
}
