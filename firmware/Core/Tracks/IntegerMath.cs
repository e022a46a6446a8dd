namespace BoatTelemetry.Core.Tracks;

/// <summary>The few functions of geometry that tracks need, in integers so that every compiler agrees on each bit.</summary>
internal static class IntegerMath
{
    /// <summary>The largest integer whose square is at most <paramref name="value"/> (not negative).</summary>
    internal static int SquareRoot(int value)
    {
        int root = 0;
        int bit = 1 << 30;
        while (bit > value)
        {
            bit >>= 2;
        }

        while (bit != 0)
        {
            if (value >= root + bit)
            {
                value -= root + bit;
                root = (root >> 1) + bit;
            }
            else
            {
                root >>= 1;
            }

            bit >>= 2;
        }

        return root;
    }

    /// <summary>
    /// The bearing of a vector, 1/256 degree from north, clockwise, 0 to 92,160, within 0.3 degree: atan t is
    /// 45 t + 15.64 t (1 - t) degrees in an octant (S. Rajan et al., "Efficient approximations for the arctangent
    /// function", IEEE Signal Processing Magazine, 2006).
    /// </summary>
    /// <param name="north">Within 2^20, not zero together with <paramref name="east"/>.</param>
    /// <param name="east">Within 2^20.</param>
    internal static int Bearing256(int north, int east)
    {
        int up = north < 0 ? -north : north;
        int right = east < 0 ? -east : east;
        int angle;
        if (right <= up)
        {
            angle = Octant256((right << 10) / up);
        }
        else
        {
            angle = (90 << 8) - Octant256((up << 10) / right);
        }

        if (north < 0)
        {
            angle = (180 << 8) - angle;
        }

        return east < 0 && angle != 0 ? (360 << 8) - angle : angle;
    }

    // 1/256 degree for a tangent of 0 to 1024.
    private static int Octant256(int tangent1024)
    {
        return ((tangent1024 * (45 << 8)) + (((tangent1024 * (1024 - tangent1024)) >> 10) * 4004)) >> 10;
    }
}

/// <summary>Cosines of latitudes, for lengths of degrees of longitude.</summary>
internal static class Cosine
{
    // 4096 cos, degree by degree, 0 to 90.
    private static readonly short[] Q12 =
    [
        4096, 4095, 4094, 4090, 4086, 4080, 4074, 4065, 4056, 4046, 4034, 4021, 4006, 3991, 3974, 3956, 3937, 3917, 3896,
        3873, 3849, 3824, 3798, 3770, 3742, 3712, 3681, 3650, 3617, 3582, 3547, 3511, 3474, 3435, 3396, 3355, 3314, 3271,
        3228, 3183, 3138, 3091, 3044, 2996, 2946, 2896, 2845, 2793, 2741, 2687, 2633, 2578, 2522, 2465, 2408, 2349, 2290,
        2231, 2171, 2110, 2048, 1986, 1923, 1860, 1796, 1731, 1666, 1600, 1534, 1468, 1401, 1334, 1266, 1198, 1129, 1060,
        991, 921, 852, 782, 711, 641, 570, 499, 428, 357, 286, 214, 143, 71, 0,
    ];

    /// <summary>4096 times the cosine of the whole degree at or below |latitude|, so at or above the true value.</summary>
    internal static int OfLatitudeQ12(int latitudeE5)
    {
        int degrees = (latitudeE5 < 0 ? -latitudeE5 : latitudeE5) / 100_000;
        return Q12[degrees > 90 ? 90 : degrees];
    }

    /// <summary>4096 times the cosine of a latitude or up to 3 more, never less.</summary>
    internal static int InterpolatedQ12(int latitudeE5)
    {
        int magnitude = latitudeE5 < 0 ? -latitudeE5 : latitudeE5;
        int degrees = magnitude / 100_000;
        if (degrees >= 90)
        {
            return 2;
        }

        int here = Q12[degrees];
        int part = (magnitude - (degrees * 100_000)) / 10;
        return here - ((here - Q12[degrees + 1]) * part / 10_000) + 1;
    }
}
