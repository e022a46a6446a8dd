namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// The velocities that lead from a sketch's vertex past every fix since, each within the bound at its own instant. Each fix
/// leaves a disc of velocities; the intersection is held from inside by that of the discs' inscribed octagons, which is
/// four intervals: memory does not grow with the segment, and 8 % of the bound is the price
/// (cf. G. Trajcevski et al., "On-line data reduction and the quality of history in moving objects databases", 2006).
/// </summary>
internal sealed class SketchCone
{
    // 1e-5 degree is at most this long anywhere on WGS 84, as latitude, and as longitude times the cosine: its largest
    // radius of curvature, 6,399,594 m, makes it 1116.9 mm; the mean sphere 1112.0 mm.
    private const int MmPerStepMax = 1117;

    // Interpolated positions are rounded to 1e-7 degree: 8 mm. Integer division of bounds and lengths: less.
    private const int RoundingMm = 20;

    // Displacements within this (1.2 degrees either way) keep slope x time below 2^63, and eastward steps near the length they had.
    private const long DisplacementMaxMm = 1L << 27;

    private const int SlopeBits = 16;
    private const long SlopeMax = 1L << 48;

    private readonly long _axisMm;
    private readonly long _diagonalMm;
    private int _mmEast;
    private long _eastLow;
    private long _eastHigh;
    private long _northLow;
    private long _northHigh;
    private long _sumLow;
    private long _sumHigh;
    private long _differenceLow;
    private long _differenceHigh;

    internal SketchCone(int boundM)
    {
        // Inscribed in a circle of the bound: cos 22.5 degrees to the faces, times sqrt 2 for |x + y|.
        long boundMm = (boundM * 1000) - RoundingMm;
        _axisMm = boundMm * 9238 / 10_000;
        _diagonalMm = boundMm * 13_064 / 10_000;
    }

    /// <summary>Begins at a vertex with the first fix after it.</summary>
    internal void Start(int vertexLatitudeE5, int latitudeE5)
    {
        // The longer of the two lengths of a degree of longitude and 1/128 of reserve for the fixes to come.
        int mm = MmPerStepEast(vertexLatitudeE5);
        int mmAtFix = MmPerStepEast(latitudeE5);
        mm = mm > mmAtFix ? mm : mmAtFix;
        _mmEast = mm + (mm >> 7) + 1;
        _eastLow = -SlopeMax;
        _eastHigh = SlopeMax;
        _northLow = _eastLow;
        _northHigh = _eastHigh;
        _sumLow = _eastLow;
        _sumHigh = _eastHigh;
        _differenceLow = _eastLow;
        _differenceHigh = _eastHigh;
    }

    /// <summary>Whether lengths at a latitude are no longer than the cone reckons them.</summary>
    internal bool Covers(int latitudeE5)
    {
        return MmPerStepEast(latitudeE5) <= _mmEast;
    }

    /// <summary>Whether a displacement is within what the cone can compute with.</summary>
    internal static bool IsWithin(int northE5, int eastE5)
    {
        long north = (long)northE5 * MmPerStepMax;
        long east = (long)eastE5 * MmPerStepMax;
        return north <= DisplacementMaxMm && north >= -DisplacementMaxMm && east <= DisplacementMaxMm && east >= -DisplacementMaxMm;
    }

    /// <summary>Narrows the cone to the velocities that pass a fix within the bound.</summary>
    /// <param name="northE5">From the vertex to the fix.</param>
    /// <param name="eastE5">From the vertex to the fix.</param>
    /// <param name="elapsedS">From the vertex to the fix, 1 to <see cref="Sketch.SegmentMaxS"/>.</param>
    internal void Narrow(int northE5, int eastE5, int elapsedS)
    {
        long north = (long)northE5 * MmPerStepMax;
        long east = (long)eastE5 * _mmEast;
        _eastLow = Larger(_eastLow, SlopeUp(east - _axisMm, elapsedS));
        _eastHigh = Smaller(_eastHigh, SlopeDown(east + _axisMm, elapsedS));
        _northLow = Larger(_northLow, SlopeUp(north - _axisMm, elapsedS));
        _northHigh = Smaller(_northHigh, SlopeDown(north + _axisMm, elapsedS));
        _sumLow = Larger(_sumLow, SlopeUp(north + east - _diagonalMm, elapsedS));
        _sumHigh = Smaller(_sumHigh, SlopeDown(north + east + _diagonalMm, elapsedS));
        _differenceLow = Larger(_differenceLow, SlopeUp(north - east - _diagonalMm, elapsedS));
        _differenceHigh = Smaller(_differenceHigh, SlopeDown(north - east + _diagonalMm, elapsedS));
    }

    /// <summary>Whether the straight line from the vertex to a place passes every fix within the bound.</summary>
    internal bool Contains(int northE5, int eastE5, int elapsedS)
    {
        long north = ((long)northE5 * MmPerStepMax) << SlopeBits;
        long east = ((long)eastE5 * _mmEast) << SlopeBits;
        return east >= _eastLow * elapsedS && east <= _eastHigh * elapsedS
            && north >= _northLow * elapsedS && north <= _northHigh * elapsedS
            && north + east >= _sumLow * elapsedS && north + east <= _sumHigh * elapsedS
            && north - east >= _differenceLow * elapsedS && north - east <= _differenceHigh * elapsedS;
    }

    /// <summary>The northward displacement nearest to <paramref name="northE5"/> that the cone's axis allows.</summary>
    internal int NearestNorthE5(int northE5, int elapsedS)
    {
        return Nearest(northE5, MmPerStepMax, _northLow * elapsedS, _northHigh * elapsedS);
    }

    /// <summary>The eastward displacement nearest to <paramref name="eastE5"/> that the cone's axis allows.</summary>
    internal int NearestEastE5(int eastE5, int elapsedS)
    {
        return Nearest(eastE5, _mmEast, _eastLow * elapsedS, _eastHigh * elapsedS);
    }

    private static int Nearest(int valueE5, int mm, long low, long high)
    {
        long value = ((long)valueE5 * mm) << SlopeBits;
        if (value < low)
        {
            return (int)((low >> SlopeBits) / mm) + 1;
        }

        return value > high ? (int)((high >> SlopeBits) / mm) : valueE5;
    }

    // Towards the inside of the interval, so that the bound holds exactly.
    private static long SlopeUp(long mm, int seconds)
    {
        return -SlopeDown(-mm, seconds);
    }

    private static long SlopeDown(long mm, int seconds)
    {
        long scaled = mm << SlopeBits;
        long slope = scaled / seconds;
        return scaled < 0 && slope * seconds != scaled ? slope - 1 : slope;
    }

    private static long Larger(long a, long b)
    {
        return a > b ? a : b;
    }

    private static long Smaller(long a, long b)
    {
        return a < b ? a : b;
    }

    // Never less than the true length: the chord between two degrees lies below the cosine by less than 1/4096, and the
    // table is rounded by half of that.
    private static int MmPerStepEast(int latitudeE5)
    {
        return ((MmPerStepMax * Cosine.InterpolatedQ12(latitudeE5)) >> 12) + 1;
    }
}
