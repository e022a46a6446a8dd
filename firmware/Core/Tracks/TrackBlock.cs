namespace BoatTelemetry.Core.Tracks;

/// <summary>Limits and layout of a track block's payload. The header and tag around it: docs/FRAME-SPEC.md.</summary>
/// <remarks>
/// Most significant bit first:
/// <code>
/// bits  field
///   32  start      UTC of the first fix, seconds since 1970-01-01
///   25  latitude   of the first fix, 1e-5 degree, + 9,000,000
///   26  longitude  of the first fix, 1e-5 degree, + 18,000,000
///   12  count      fixes in the block, 1 to 4095
///    7  interval   nominal: 0 to 63 is 1 to 64 s, 64 to 127 is 2 to 65 min
///    1  speed      every fix carries speed and course
///    1  minutes    positions begin in steps of 0.001', else of 1e-5 degree
/// then the code of the other fixes (speed and course of the first one too), to the end of the payload
/// </code>
/// </remarks>
public static class TrackBlock
{
    /// <summary>Bytes before the code.</summary>
    public const int HeaderBytes = 13;

    /// <summary>The longest payload: 222 B of frame less 7 of frame header and 8 of tag.</summary>
    public const int PayloadBytesMax = 207;

    /// <summary>The most fixes in a block.</summary>
    public const int FixesMax = 4095;

    /// <summary>The longest interval between two fixes of a block, seconds.</summary>
    public const int GapMaxS = IntervalModel.IntervalMaxS;

    /// <summary>The highest speed, 0.1 knot.</summary>
    public const int SogMaxDeciknots = 4095;

    internal const int LatitudeMaxE5 = 9_000_000;
    internal const int HalfTurnE5 = 18_000_000;

    private const int SecondCodes = 64;

    /// <summary>Whether a time fits the header's 32 bits. No constant of 2^32 - 1: C# makes it of a sign and a widening.</summary>
    internal static bool IsTime(long utcS)
    {
        return (utcS >> 32) == 0;
    }

    /// <summary>The header's code of a nominal interval, or of the longest one below it.</summary>
    internal static int IntervalCode(int intervalS)
    {
        if (intervalS <= SecondCodes)
        {
            return intervalS - 1;
        }

        int minutes = intervalS / 60;
        if (minutes < 2)
        {
            return SecondCodes - 1;
        }

        return SecondCodes + (minutes > 65 ? 65 : minutes) - 2;
    }

    /// <summary>Seconds of a nominal interval's code.</summary>
    internal static int IntervalS(int code)
    {
        return code < SecondCodes ? code + 1 : (code - SecondCodes + 2) * 60;
    }

    /// <summary>A longitude, or a difference of two, as -18,000,000 to 17,999,999.</summary>
    internal static int Wrapped(int longitude, int halfTurn)
    {
        if (longitude >= halfTurn)
        {
            return longitude - (2 * halfTurn);
        }

        return longitude < -halfTurn ? longitude + (2 * halfTurn) : longitude;
    }
}

/// <summary>What became of a fix that was offered to a <see cref="TrackEncoder"/>.</summary>
public enum TrackAddResult
{
    /// <summary>It is in the block.</summary>
    Added = 0,

    /// <summary>It does not fit: finish this block and add the fix to the next.</summary>
    BlockFull,

    /// <summary>More than <see cref="TrackBlock.GapMaxS"/> after the last fix: finish this block, add it to the next.</summary>
    Gap,

    /// <summary>The source has settled on another interval: finish this block, add the fix to the next.</summary>
    RateChanged,

    /// <summary>Not after the last fix, or outside 1970 to 2106: the fix is refused.</summary>
    BadTime,

    /// <summary>A coordinate, speed or course outside its range: the fix is refused.</summary>
    OutOfRange,
}

/// <summary>What a <see cref="TrackDecoder"/> found.</summary>
public enum TrackReadResult
{
    /// <summary>A fix.</summary>
    Fix = 0,

    /// <summary>All fixes of the block have been read.</summary>
    End,

    /// <summary>Shorter than its header, or longer than a payload can be.</summary>
    BadLength,

    /// <summary>A count of zero.</summary>
    NoFixes,

    /// <summary>The code leads outside the ranges of time, position, speed or course: no encoder wrote it.</summary>
    OutOfRange,

    /// <summary>The step of the positions changes more often than an encoder changes it.</summary>
    BadStepSwitch,
}
