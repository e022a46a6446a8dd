namespace BoatTelemetry.Core.Gnss;

/// <summary>Distance over ground between two positions, in integers.</summary>
/// <remarks>
/// Haversine on a sphere of the mean radius 6,371,009 m (WGS 84 and IUGG mean R1), right at the poles and across the
/// 180th meridian. Sines come from a table of whole degrees and three terms of the series between them. Against the
/// same formula in double arithmetic: within 0.15 m + 2e-8 of the distance up to a quarter of the way round the
/// Earth, and within 1 km beyond, where near the antipode the formula itself loses half its digits
/// (EarthDistanceTests). Against the ellipsoid, any sphere is within 0.56 %.
/// </remarks>
public static class EarthDistance
{
    private const int DegreeE7 = 10_000_000;
    private const int One = 1_000_000_000;

    /// <summary>Radians x 10^11 in a degree; by it, 10^-7 degrees become radians x 10^9 with a division by 10^9.</summary>
    private const long RadianE11PerDegree = 1_745_329_252;

    /// <summary>Twice the Earth's mean radius, centimetres.</summary>
    private const long DiameterCm = 1_274_201_800;

    private static readonly int[] SineE9 = new int[]
    {
        0, 17_452_406, 34_899_497, 52_335_956, 69_756_474, 87_155_743, 104_528_463, 121_869_343,
        139_173_101, 156_434_465, 173_648_178, 190_808_995, 207_911_691, 224_951_054, 241_921_896, 258_819_045,
        275_637_356, 292_371_705, 309_016_994, 325_568_154, 342_020_143, 358_367_950, 374_606_593, 390_731_128,
        406_736_643, 422_618_262, 438_371_147, 453_990_500, 469_471_563, 484_809_620, 500_000_000, 515_038_075,
        529_919_264, 544_639_035, 559_192_903, 573_576_436, 587_785_252, 601_815_023, 615_661_475, 629_320_391,
        642_787_610, 656_059_029, 669_130_606, 681_998_360, 694_658_370, 707_106_781, 719_339_800, 731_353_702,
        743_144_825, 754_709_580, 766_044_443, 777_145_961, 788_010_754, 798_635_510, 809_016_994, 819_152_044,
        829_037_573, 838_670_568, 848_048_096, 857_167_301, 866_025_404, 874_619_707, 882_947_593, 891_006_524,
        898_794_046, 906_307_787, 913_545_458, 920_504_853, 927_183_855, 933_580_426, 939_692_621, 945_518_576,
        951_056_516, 956_304_756, 961_261_696, 965_925_826, 970_295_726, 974_370_065, 978_147_601, 981_627_183,
        984_807_753, 987_688_341, 990_268_069, 992_546_152, 994_521_895, 996_194_698, 997_564_050, 998_629_535,
        999_390_827, 999_847_695, 1_000_000_000,
    };

    /// <summary>
    /// Whether two positions are farther apart than a limit. For those that are not, which are nearly all that a unit
    /// asks about, it needs no trigonometry: the way north and then east is never shorter than the straight one, and
    /// 10^-7 degree of either is at most 1.112 cm.
    /// </summary>
    public static bool IsBeyond(
        int latitudeE7, int longitudeE7, int otherLatitudeE7, int otherLongitudeE7, long limitCm)
    {
        long north = Difference(latitudeE7, otherLatitudeE7);
        long east = DifferenceAround(longitudeE7, otherLongitudeE7);
        return (north + east) * 1112 / 1000 > limitCm
            && Centimetres(latitudeE7, longitudeE7, otherLatitudeE7, otherLongitudeE7) > limitCm;
    }

    /// <summary>Centimetres between two positions in degrees x 10^7.</summary>
    public static long Centimetres(int latitudeE7, int longitudeE7, int otherLatitudeE7, int otherLongitudeE7)
    {
        long north = Difference(latitudeE7, otherLatitudeE7);
        long east = DifferenceAround(longitudeE7, otherLongitudeE7);

        // hav = sin^2(dLat/2) + cos(lat) cos(lat') sin^2(dLon/2); the product of cosines is halved into its root, so
        // that a small difference is squared last and keeps its digits.
        long sineNorth = Sine(north / 2);
        long cosines = SquareRoot(Cosine(latitudeE7) * Cosine(otherLatitudeE7));
        long sineEast = ((cosines * Sine(east / 2)) + (One / 2)) / One;
        long haversine = (sineNorth * sineNorth) + (sineEast * sineEast);
        return DiameterCm * ArcE9(haversine) / One;
    }

    private static long Difference(int a, int b)
    {
        long difference = (long)a - b;
        return difference < 0 ? -difference : difference;
    }

    /// <summary>Of the two ways round, the shorter.</summary>
    private static long DifferenceAround(int longitudeE7, int otherLongitudeE7)
    {
        long difference = Difference(longitudeE7, otherLongitudeE7);
        return difference > 180L * DegreeE7 ? (360L * DegreeE7) - difference : difference;
    }

    /// <summary>Radians x 10^9 of the angle whose sine's square, x 10^18, is given: half the angle at the centre.</summary>
    private static long ArcE9(long squareE18)
    {
        const long UnitE18 = (long)One * One;
        const long QuarterTurnE9 = 1_570_796_327;
        if (squareE18 >= UnitE18)
        {
            return QuarterTurnE9;
        }

        // Near a quarter turn the sine hardly changes: measure the rest of the turn instead.
        return squareE18 <= UnitE18 / 2
            ? InverseSineE9(SquareRoot(squareE18))
            : QuarterTurnE9 - InverseSineE9(SquareRoot(UnitE18 - squareE18));
    }

    /// <summary>Radians x 10^9 of a sine up to that of 45 degrees: the nearest degree of the table and three terms.</summary>
    private static long InverseSineE9(long sineE9)
    {
        int nearest = 0;
        int above = 46;
        while (above - nearest > 1)
        {
            int middle = (nearest + above) / 2;
            if (SineE9[middle] <= sineE9)
            {
                nearest = middle;
            }
            else
            {
                above = middle;
            }
        }

        nearest = SineE9[above] - sineE9 < sineE9 - SineE9[nearest] ? above : nearest;

        // sin(a + d) = s: with e = (s - sin a) / cos a, d = e + e^2 tan(a) / 2 + e^3 (1 + 3 tan^2 a) / 6.
        long tangent = (long)SineE9[nearest] * One / SineE9[90 - nearest];
        long e = (sineE9 - SineE9[nearest]) * One / SineE9[90 - nearest];
        long square = e * e / One;
        long cube = square * e / One;
        long curvature = One + (3 * tangent * tangent / One);
        return (nearest * RadianE11PerDegree / 100) + e + (square * tangent / One / 2) + (cube * curvature / One / 6);
    }

    private static long Cosine(int latitudeE7)
    {
        int angleE7 = latitudeE7 < 0 ? -latitudeE7 : latitudeE7;
        return Sine((90L * DegreeE7) - angleE7);
    }

    /// <summary>Sine x 10^9 of 0 to 90 degrees, given x 10^7: sin(a + d) by the series of d, at most half a degree.</summary>
    private static long Sine(long angleE7)
    {
        int degree = (int)((angleE7 + (DegreeE7 / 2)) / DegreeE7);
        long d = (angleE7 - ((long)degree * DegreeE7)) * RadianE11PerDegree / One;
        long sine = SineE9[degree];
        long cosine = SineE9[90 - degree];
        long square = d * d / One;
        return sine + (((cosine * d) - (sine * square / 2) - (cosine * (square * d / One) / 6)) / One);
    }

    /// <summary>The root of a number below 2^62, rounded down, two bits of it at a time.</summary>
    private static long SquareRoot(long value)
    {
        long root = 0;
        long bit = 1L << 60;
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
}
