namespace BoatTelemetry.Core.Frames;

/// <summary>Why bytes are not a frame that may be believed. Each reason has its own counter at the gateway.</summary>
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

    /// <summary>A kind that this version does not define.</summary>
    UnknownKind,

    /// <summary>No such unit is registered.</summary>
    UnknownUnit,

    /// <summary>The tag does not fit: forged, damaged, sealed under another key or for another operating area.</summary>
    TagMismatch,

    /// <summary>A counter that was admitted before.</summary>
    Replayed,

    /// <summary>A live frame older than the newest admitted one.</summary>
    Older,

    /// <summary>The tag fits and a field holds what its layout does not allow: a faulty encoder.</summary>
    FieldOutOfRange,
}
