namespace BoatTelemetry.Core.Frames;

/// <summary>
/// Why bytes are not a frame that may be believed, in the order in which it is looked for (docs/FRAME-SPEC.md). Each
/// reason has its own counter at the gateway.
/// </summary>
public enum FrameRejection
{
    /// <summary>Not rejected.</summary>
    None = 0,

    /// <summary>Shorter than the header, or than its kind's shortest form.</summary>
    TooShort,

    /// <summary>Longer than its kind's longest form.</summary>
    TooLong,

    /// <summary>Another version than this code speaks.</summary>
    WrongVersion,

    /// <summary>A kind that this version does not define, or one that does not go in this direction.</summary>
    UnknownKind,

    /// <summary>A flag is set that the kind does not define.</summary>
    ReservedBits,

    /// <summary>No such unit is registered.</summary>
    UnknownUnit,

    /// <summary>The tag does not fit: forged, damaged, sealed under another key or for another operating area.</summary>
    TagMismatch,

    /// <summary>A live or downlink counter that was admitted before.</summary>
    Replayed,

    /// <summary>A live frame older than the newest admitted one.</summary>
    Older,

    /// <summary>A durable frame that is in the journal already.</summary>
    Duplicate,

    /// <summary>The tag fits and a field holds what its layout does not allow: a faulty encoder.</summary>
    FieldOutOfRange,
}
