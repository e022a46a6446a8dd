using System;
using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.Frames;

// In steps of 1e-5 degree:
//
//               area (44 bits)         world (51 bits)
//   latitude    21  north of origin    25  north of 90 S
//   longitude   23  east of origin     26  east of 180 W
//                                      both all ones: unknown

/// <summary>A position as the fields of a body.</summary>
internal static class PositionField
{
    public const int WorldLatitudeBits = 25;
    public const int WorldLongitudeBits = 26;

    public const int LatitudeMaxE5 = 9_000_000;
    public const int LongitudeMaxE5 = OperatingArea.CircleE5 / 2;

    private const uint LatitudeUnknown = (1u << WorldLatitudeBits) - 1;
    private const uint LongitudeUnknown = (1u << WorldLongitudeBits) - 1;

    /// <summary>The world as an area: its south-west corner is where both fields are zero.</summary>
    public static readonly OperatingArea World = new OperatingArea(-LatitudeMaxE5, -LongitudeMaxE5);

    /// <summary>Writes a position inside <paramref name="area"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not inside the area.</exception>
    public static void WriteInArea(FieldWriter fields, OperatingArea area, int latitudeE5, int longitudeE5)
    {
        if (!area.Contains(latitudeE5, longitudeE5) || !IsOnGlobe(latitudeE5, longitudeE5))
        {
            throw new ArgumentOutOfRangeException(nameof(latitudeE5));
        }

        fields.Raw((uint)area.NorthE5(latitudeE5), OperatingArea.LatitudeBits);
        fields.Raw((uint)area.EastE5(longitudeE5), OperatingArea.LongitudeBits);
    }

    /// <summary>Writes a position anywhere; if a coordinate is <see cref="Fix.Unknown"/>, none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not on the globe.</exception>
    public static void WriteInWorld(FieldWriter fields, int latitudeE5, int longitudeE5)
    {
        if (latitudeE5 == Fix.Unknown || longitudeE5 == Fix.Unknown)
        {
            fields.Raw(LatitudeUnknown, WorldLatitudeBits);
            fields.Raw(LongitudeUnknown, WorldLongitudeBits);
            return;
        }

        if (!IsOnGlobe(latitudeE5, longitudeE5))
        {
            throw new ArgumentOutOfRangeException(nameof(latitudeE5));
        }

        fields.Raw((uint)World.NorthE5(latitudeE5), WorldLatitudeBits);
        fields.Raw((uint)World.EastE5(longitudeE5), WorldLongitudeBits);
    }

    /// <summary>Reads what <see cref="WriteInArea"/> wrote.</summary>
    public static void ReadInArea(FieldReader fields, OperatingArea area, out int latitudeE5, out int longitudeE5)
    {
        latitudeE5 = area.LatitudeE5((int)fields.Raw(OperatingArea.LatitudeBits));
        longitudeE5 = area.LongitudeE5((int)fields.Raw(OperatingArea.LongitudeBits));
        fields.Require(latitudeE5 <= LatitudeMaxE5);
    }

    /// <summary>Reads what <see cref="WriteInWorld"/> wrote.</summary>
    public static void ReadInWorld(FieldReader fields, out int latitudeE5, out int longitudeE5)
    {
        uint north = fields.Raw(WorldLatitudeBits);
        uint east = fields.Raw(WorldLongitudeBits);
        if (north == LatitudeUnknown && east == LongitudeUnknown)
        {
            latitudeE5 = Fix.Unknown;
            longitudeE5 = Fix.Unknown;
            return;
        }

        fields.Require(north <= 2 * LatitudeMaxE5 && east < OperatingArea.CircleE5);
        latitudeE5 = World.LatitudeE5((int)north);
        longitudeE5 = World.LongitudeE5((int)east);
    }

    /// <summary>Whether there can be such a position. 180 E and 180 W are one meridian.</summary>
    public static bool IsOnGlobe(int latitudeE5, int longitudeE5)
    {
        return latitudeE5 >= -LatitudeMaxE5 && latitudeE5 <= LatitudeMaxE5
            && longitudeE5 >= -LongitudeMaxE5 && longitudeE5 <= LongitudeMaxE5;
    }
}
