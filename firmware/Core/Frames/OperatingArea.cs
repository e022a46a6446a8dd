using System;

namespace BoatTelemetry.Core.Frames;

/// <summary>
/// The part of the world in which a live position fits 11 bytes: 2^21 by 2^23 steps of 1e-5 degree north and east of
/// its origin, 20.97 by 83.88 degrees. Provisioned alike on the unit and at the gateway; its origin is authenticated
/// with each frame that uses it, so that two sides that differ reject each other's frames instead of moving boats.
/// </summary>
public sealed class OperatingArea
{
    /// <summary>Bits of the latitude's offset from the origin.</summary>
    public const int LatitudeBits = 21;

    /// <summary>Bits of the longitude's offset from the origin.</summary>
    public const int LongitudeBits = 23;

    /// <summary>Steps of 1e-5 degree around the world.</summary>
    public const int CircleE5 = 36_000_000;

    /// <summary>12 S 90 E: the Indonesian archipelago from Sumatra to Papua, up to 8.97 N.</summary>
    public static readonly OperatingArea Indonesia = new OperatingArea(-1_200_000, 9_000_000);

    /// <summary>An area from its south-west corner, degrees x 10^5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The corner is not on the globe.</exception>
    public OperatingArea(int originLatitudeE5, int originLongitudeE5)
    {
        if (originLatitudeE5 < -9_000_000 || originLatitudeE5 > 9_000_000)
        {
            throw new ArgumentOutOfRangeException(nameof(originLatitudeE5));
        }

        if (originLongitudeE5 < -18_000_000 || originLongitudeE5 > 18_000_000)
        {
            throw new ArgumentOutOfRangeException(nameof(originLongitudeE5));
        }

        OriginLatitudeE5 = originLatitudeE5;
        OriginLongitudeE5 = originLongitudeE5;
    }

    /// <summary>South edge, degrees x 10^5.</summary>
    public int OriginLatitudeE5 { get; }

    /// <summary>West edge, degrees x 10^5.</summary>
    public int OriginLongitudeE5 { get; }

    /// <summary>Whether a position can be told as an offset from the origin.</summary>
    public bool Contains(int latitudeE5, int longitudeE5)
    {
        int north = NorthE5(latitudeE5);
        return north >= 0 && north < 1 << LatitudeBits && EastE5(longitudeE5) < 1 << LongitudeBits;
    }

    /// <summary>Steps north of the origin; negative south of it.</summary>
    public int NorthE5(int latitudeE5)
    {
        return latitudeE5 - OriginLatitudeE5;
    }

    /// <summary>Steps east of the origin, 0 to 35,999,999, across the 180th meridian where need be.</summary>
    public int EastE5(int longitudeE5)
    {
        int east = (longitudeE5 - OriginLongitudeE5) % CircleE5;
        return east < 0 ? east + CircleE5 : east;
    }

    /// <summary>The latitude so many steps north of the origin.</summary>
    public int LatitudeE5(int northE5)
    {
        return OriginLatitudeE5 + northE5;
    }

    /// <summary>The longitude so many steps east of the origin, -18,000,000 to 17,999,999.</summary>
    public int LongitudeE5(int eastE5)
    {
        int longitude = OriginLongitudeE5 + eastE5;
        return longitude >= CircleE5 / 2 ? longitude - CircleE5 : longitude;
    }
}
