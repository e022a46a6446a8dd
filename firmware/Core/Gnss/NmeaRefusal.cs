namespace BoatTelemetry.Core.Gnss;

/// <summary>Why a sentence of a needed type was dropped whole. Each has its counter in <see cref="GnssCounters"/>.</summary>
public enum NmeaRefusal
{
    /// <summary>Not refused.</summary>
    None = 0,

    /// <summary>Broken off by a new start or by a byte that no sentence has: lost bytes, or binary in between.</summary>
    BrokenOff,

    /// <summary>Longer than <see cref="NmeaLine.LengthMax"/>.</summary>
    TooLong,

    /// <summary>More fields than <see cref="NmeaLine.FieldsMax"/>.</summary>
    TooManyFields,

    /// <summary>Ended without a checksum of two digits.</summary>
    ChecksumMissing,

    /// <summary>The checksum is not hexadecimal, or something other than a line's end follows it.</summary>
    ChecksumMalformed,

    /// <summary>The checksum is that of other bytes.</summary>
    ChecksumMismatch,

    /// <summary>Fewer fields than the oldest version of the type has.</summary>
    TooFewFields,

    /// <summary>A number with other characters in it, or beyond 32 bits.</summary>
    Number,

    /// <summary>A time of day that is not hhmmss with or without a fraction, or that no day has.</summary>
    Time,

    /// <summary>A date that no calendar has.</summary>
    Date,

    /// <summary>A coordinate not of the form ddmm.mm or dddmm.mm, or without its hemisphere.</summary>
    Coordinate,

    /// <summary>A coordinate beyond 90 or 180 degrees, or minutes of 60 or more.</summary>
    CoordinateRange,

    /// <summary>A status, mode or quality that the standard does not have.</summary>
    Letter,
}
