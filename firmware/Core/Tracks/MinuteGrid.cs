namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// The grid of receivers and chart plotters that write three decimals of a minute (ddmm.mmm): 0.001' is 5/3 of the
/// track's step of 1e-5 degree, so three of five steps are the only ones that occur. Counting in thousandths of a minute
/// takes log2(5/3) = 0.74 bit off each coordinate, and nothing is lost: both roundings are the nearest, without ties.
/// </summary>
internal static class MinuteGrid
{
    /// <summary>Thousandths of a minute in 180 degrees.</summary>
    internal const int HalfTurn = 10_800_000;

    /// <summary>The thousandth of a minute nearest to a coordinate in 1e-5 degree.</summary>
    internal static int FromE5(int coordinateE5)
    {
        return FloorDivide((3 * coordinateE5) + 2, 5);
    }

    /// <summary>The 1e-5 degree nearest to a coordinate in thousandths of a minute.</summary>
    internal static int ToE5(int thousandths)
    {
        return FloorDivide((5 * thousandths) + 1, 3);
    }

    /// <summary>Whether a coordinate in 1e-5 degree is the rounding of a thousandth of a minute: 0, 5/3 or 10/3 of 5.</summary>
    internal static bool Contains(int coordinateE5)
    {
        int fifth = (coordinateE5 < 0 ? -coordinateE5 : coordinateE5) % 5;
        return fifth != 1 && fifth != 4;
    }

    private static int FloorDivide(int dividend, int divisor)
    {
        int quotient = dividend / divisor;
        return dividend < 0 && quotient * divisor != dividend ? quotient - 1 : quotient;
    }
}
