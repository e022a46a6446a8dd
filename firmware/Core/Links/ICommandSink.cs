using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Links;

/// <summary>The unit, as far as orders from shore concern it.</summary>
public interface ICommandSink
{
    /// <summary>
    /// Carries out a change of report interval, or shows that an SOS was seen ashore; each command comes at most once in
    /// the unit's life. The object is used again after the call.
    /// </summary>
    CommandResult CarryOut(Command command);

    /// <summary>
    /// <see cref="Security.UnitKeys"/> holds another key, or one less: ciphers are to be made anew and given to
    /// <see cref="DownlinkReceiver.UseKeys"/> and to whatever seals.
    /// </summary>
    void KeysChanged();
}

/// <summary>What became of a frame from shore.</summary>
public enum DownlinkOutcome
{
    /// <summary>An acknowledgement, taken over.</summary>
    Acknowledged = 0,

    /// <summary>A command, handed on; the status tells its result.</summary>
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

    /// <summary>The tag fits and a field holds what its layout does not allow.</summary>
    BadField,

    /// <summary>An acknowledgement of counters that this unit has not used: not taken over, and a status is asked for.</summary>
    BeyondOurs,

    /// <summary>A command whose time has passed.</summary>
    Expired,

    /// <summary>A command that could not be remembered, and so was not carried out; it may come again.</summary>
    NotRemembered,
}
