namespace BoatTelemetry.Core.Tracks;

/// <summary>Limits and layout of a sketch's payload.</summary>
/// <remarks>
/// Most significant bit first:
/// <code>
/// bits  field
///   32  start      UTC of the first vertex, seconds since 1970-01-01
///   25  latitude   of the first vertex, 1e-5 degree, + 9,000,000
///   26  longitude  of the first vertex, 1e-5 degree, + 18,000,000
///    6  vertices   after the first, 0 to 63
///    5  bound      metres, 1 to 31
///    2  east       an eastward step is a northward one times 2 to this
/// then the code of the other vertices, to the end of the payload
/// </code>
/// Between two vertices the boat moves evenly in latitude and longitude; every fix that went into the sketch lies within
/// the bound of where the boat is then drawn. The northward step is half the bound's number of 1e-5 degree, at least one.
/// </remarks>
public static class Sketch
{
    /// <summary>Bytes before the code.</summary>
    public const int HeaderBytes = 12;

    /// <summary>The longest payload: 66 B of frame, the most at SF9 under a dwell limit of 400 ms, less 15.</summary>
    public const int PayloadBytesMax = 51;

    /// <summary>Vertices after the first.</summary>
    public const int VerticesMax = 63;

    /// <summary>The widest bound, metres.</summary>
    public const int BoundMaxM = 31;

    /// <summary>A longer pause between fixes is not drawn across: a new sketch begins.</summary>
    public const int GapMaxS = 4095;

    /// <summary>The highest latitude of a sketch, 1e-5 degree: nearer the pole a vertex might round beyond it.</summary>
    public const int LatitudeMaxE5 = 8_990_000;

    internal const int SegmentBits = 14;
    internal const int SegmentMaxS = (1 << SegmentBits) - 1;
    internal const int TurnBits = 26;
    internal const int EastShiftMax = 3;

    // A prediction and the step that it missed stay within TurnBits.
    private const int AheadMax = 1 << 24;
    private const int SegmentBitsUsual = 8;
    private const int TurnBitsUsual = -3;

    internal static AdaptiveNumber NewSegmentNumber()
    {
        return new AdaptiveNumber(SegmentBits, SegmentBitsUsual, 0);
    }

    internal static AdaptiveNumber NewTurnNumber()
    {
        return new AdaptiveNumber(TurnBits, TurnBitsUsual, SegmentBits);
    }

    /// <summary>
    /// Questions that a turn's size skips after a segment: how far a boat strays from the last segment's line grows with
    /// time, so that a size is asked for relative to the count of bits of the segment's seconds.
    /// </summary>
    internal static int Easier(int segmentS)
    {
        int bits = 0;
        while (segmentS >> bits != 0)
        {
            bits++;
        }

        return SegmentBits - bits;
    }

    /// <summary>The northward step of a sketch's vertices, 1e-5 degree.</summary>
    internal static int StepE5(int boundM)
    {
        int step = boundM / 2;
        return step < 1 ? 1 : step;
    }

    /// <summary>How far the last segment's velocity leads in another time, in steps, within <see cref="AheadMax"/>.</summary>
    internal static int Ahead(int lastSteps, int lastS, int segmentS)
    {
        if (lastS == 0)
        {
            return 0;
        }

        long ahead = (long)lastSteps * segmentS / lastS;
        if (ahead > AheadMax)
        {
            return AheadMax;
        }

        return ahead < -AheadMax ? -AheadMax : (int)ahead;
    }

    /// <summary>
    /// Where a boat is drawn between two vertices, in 1e-7 degree: latitude or, as a difference that does not leave
    /// +-180 degrees, longitude.
    /// </summary>
    /// <param name="fromE5">At the earlier vertex.</param>
    /// <param name="differenceE5">To the later vertex.</param>
    /// <param name="elapsedS">Since the earlier vertex.</param>
    /// <param name="segmentS">From the earlier vertex to the later, not 0.</param>
    public static int BetweenE7(int fromE5, int differenceE5, int elapsedS, int segmentS)
    {
        long moved = (long)differenceE5 * 100 * elapsedS;
        long half = segmentS / 2;
        return (fromE5 * 100) + (int)((moved < 0 ? moved - half : moved + half) / segmentS);
    }
}

/// <summary>What became of a fix that was offered to a <see cref="SketchEncoder"/>.</summary>
public enum SketchAddResult
{
    /// <summary>It is in the sketch.</summary>
    Added = 0,

    /// <summary>The frame has no room for the next vertex: finish it and add the fix again.</summary>
    FrameFull,

    /// <summary>
    /// More than <see cref="Sketch.GapMaxS"/> or 1.2 degrees from the last vertex: finish the frame and add the fix again.
    /// </summary>
    Gap,

    /// <summary>Not after the last fix, or outside 1970 to 2106: the fix is refused.</summary>
    BadTime,

    /// <summary>A coordinate outside its range: the fix is refused.</summary>
    OutOfRange,
}

/// <summary>What a <see cref="SketchDecoder"/> found.</summary>
public enum SketchReadResult
{
    /// <summary>A vertex.</summary>
    Vertex = 0,

    /// <summary>All vertices of the frame have been read.</summary>
    End,

    /// <summary>Shorter than its header, or longer than a payload can be.</summary>
    BadLength,

    /// <summary>A bound of zero.</summary>
    BadBound,

    /// <summary>The code leads outside the ranges of time or position: no encoder wrote it.</summary>
    OutOfRange,
}
