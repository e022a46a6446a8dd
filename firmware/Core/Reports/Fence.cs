using System;

namespace BoatTelemetry.Core.Reports;

/// <summary>A boundary: a circle, or a polygon whose sides are straight on a map of equal degrees. Made at start.</summary>
public sealed class Fence
{
    /// <summary>The most corners of a polygon.</summary>
    public const int CornersMax = 32;

    /// <summary>The largest radius of a circle: beyond it use a polygon.</summary>
    public const int RadiusMaxM = 500_000;

    /// <summary>The widest and highest a polygon may be: wider ones would not fit the arithmetic, nor a map.</summary>
    public const int SpanMaxE7 = 450_000_000;

    internal readonly int[] LatitudesE7;
    internal readonly int[] LongitudesE7;
    internal readonly long RadiusCm;

    // Of each corner from the first one, the shorter way round.
    internal readonly int[] EastE7;

    private Fence(int[] latitudesE7, int[] longitudesE7, long radiusCm)
    {
        LatitudesE7 = latitudesE7;
        LongitudesE7 = longitudesE7;
        RadiusCm = radiusCm;
        EastE7 = new int[longitudesE7.Length];
        for (int i = 0; i < latitudesE7.Length; i++)
        {
            long east = Wrapped((long)longitudesE7[i] - longitudesE7[0]);
            long north = (long)latitudesE7[i] - latitudesE7[0];
            if (east > SpanMaxE7 || east < -SpanMaxE7 || north > SpanMaxE7 || north < -SpanMaxE7)
            {
                throw new ArgumentOutOfRangeException(nameof(longitudesE7));
            }

            EastE7[i] = (int)east;
            if (latitudesE7[i] < -900_000_000 || latitudesE7[i] > 900_000_000
                || longitudesE7[i] < -1_800_000_000 || longitudesE7[i] > 1_800_000_000)
            {
                throw new ArgumentOutOfRangeException(nameof(latitudesE7));
            }
        }
    }

    /// <summary>A circle around a place, degrees x 10^7.</summary>
    public static Fence Circle(int latitudeE7, int longitudeE7, int radiusM)
    {
        if (radiusM < 1 || radiusM > RadiusMaxM)
        {
            throw new ArgumentOutOfRangeException(nameof(radiusM));
        }

        return new Fence(new int[] { latitudeE7 }, new int[] { longitudeE7 }, radiusM * 100L);
    }

    /// <summary>A polygon of 3 to <see cref="CornersMax"/> corners, degrees x 10^7; it closes itself.</summary>
    public static Fence Polygon(int[] latitudesE7, int[] longitudesE7)
    {
        if (latitudesE7.Length != longitudesE7.Length || latitudesE7.Length < 3 || latitudesE7.Length > CornersMax)
        {
            throw new ArgumentOutOfRangeException(nameof(latitudesE7));
        }

        return new Fence(latitudesE7, longitudesE7, 0);
    }

    internal static long Wrapped(long longitudeE7)
    {
        if (longitudeE7 > 1_800_000_000)
        {
            return longitudeE7 - 3_600_000_000L;
        }

        return longitudeE7 < -1_800_000_000 ? longitudeE7 + 3_600_000_000L : longitudeE7;
    }
}
