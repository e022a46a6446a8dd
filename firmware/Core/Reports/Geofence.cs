using System;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Tracks;

namespace BoatTelemetry.Core.Reports;

/// <summary>Takes the crossings of boundaries. Called from within <see cref="Geofence.Update"/>.</summary>
public interface IGeofenceSink
{
    /// <summary>The boat is now on the other side of a boundary.</summary>
    /// <param name="fence">Its place in the list, from 0.</param>
    /// <param name="inside">Whether the boat came in.</param>
    void OnCrossed(int fence, bool inside);
}

/// <summary>
/// Watches a small list of boundaries. A side is left only when the boat is farther than the hysteresis beyond the line,
/// so a boat that lies on one does not cross it again and again. Integers only, allocates nothing after construction.
/// </summary>
/// <remarks>The first fix since start takes its side in silence: what was crossed while the unit was off is not known.</remarks>
public sealed class Geofence
{
    /// <summary>The most boundaries.</summary>
    public const int FencesMax = 8;

    /// <summary>Beyond the line by this, in metres, is across it.</summary>
    public const int HysteresisMDefault = 50;

    /// <summary>The largest hysteresis.</summary>
    public const int HysteresisMMax = 1_000;

    private const int Outside = 1;
    private const int Inside = 2;

    private readonly Fence[] _fences;
    private readonly int[] _sides;
    private readonly long _hysteresisCm;
    private readonly IGeofenceSink _sink;

    /// <param name="fences">By their numbers; null where there is none under a number.</param>
    /// <param name="hysteresisM">Beyond the line by this is across it, 0 to <see cref="HysteresisMMax"/> m.</param>
    /// <param name="sink">Is told of each crossing.</param>
    public Geofence(Fence[] fences, int hysteresisM, IGeofenceSink sink)
    {
        if (fences.Length > FencesMax)
        {
            throw new ArgumentOutOfRangeException(nameof(fences));
        }

        if (hysteresisM < 0 || hysteresisM > HysteresisMMax)
        {
            throw new ArgumentOutOfRangeException(nameof(hysteresisM));
        }

        _fences = fences;
        _sides = new int[fences.Length];
        _hysteresisCm = hysteresisM * 100L;
        _sink = sink;
    }

    /// <summary>Crossings since start.</summary>
    public int Crossings { get; private set; }

    /// <summary>The code that an event tells of a crossing: the boundary's number from 1, and 32 more where it was left.</summary>
    public static int EventCode(int fence, bool inside)
    {
        return inside ? fence + 1 : fence + 33;
    }

    /// <summary>Takes an accepted fix.</summary>
    public void Update(Fix fix)
    {
        for (int i = 0; i < _fences.Length; i++)
        {
            if (_fences[i] == null)
            {
                continue;
            }

            int side = SideOf(_fences[i], _sides[i], fix);
            bool crossed = _sides[i] != 0 && side != _sides[i];
            _sides[i] = side;
            if (crossed)
            {
                Crossings++;
                _sink.OnCrossed(i, side == Inside);
            }
        }
    }

    private int SideOf(Fence fence, int held, Fix fix)
    {
        if (fence.RadiusCm > 0)
        {
            // Where the boat was inside it has to come farther out, and the other way round.
            // In a circle hardly wider than that, half of its radius is near enough to be inside.
            long inwardsCm = _hysteresisCm < fence.RadiusCm / 2 ? _hysteresisCm : fence.RadiusCm / 2;
            long marginCm = held == 0 ? 0 : held == Inside ? _hysteresisCm : -inwardsCm;
            long limitCm = fence.RadiusCm + marginCm;
            bool isOut = EarthDistance.IsBeyond(
                fence.LatitudesE7[0], fence.LongitudesE7[0], fix.LatitudeE7, fix.LongitudeE7, limitCm);
            return isOut ? Outside : Inside;
        }

        int side = IsInside(fence, fix) ? Inside : Outside;
        return held == 0 || side == held || IsBeyondEdges(fence, fix) ? side : held;
    }

    // How often a ray to the east meets a side (W. R. Franklin, PNPOLY). All numbers relative to the boat, so that the
    // 180th meridian is none; a fence's span keeps the products below 2^63.
    private static bool IsInside(Fence fence, Fix fix)
    {
        bool inside = false;
        int count = fence.LatitudesE7.Length;
        long lastNorth = North(fence, count - 1, fix);
        long lastEast = East(fence, count - 1, fix);
        for (int i = 0; i < count; i++)
        {
            long north = North(fence, i, fix);
            long east = East(fence, i, fix);
            if (north > 0 != lastNorth > 0)
            {
                // East of the boat where the side meets its latitude: east + (0 - north) (lastEast - east) / (lastNorth - north) > 0.
                long meets = (lastEast * north) - (east * lastNorth);
                if (north > lastNorth ? meets > 0 : meets < 0)
                {
                    inside = !inside;
                }
            }

            lastNorth = north;
            lastEast = east;
        }

        return inside;
    }

    private bool IsBeyondEdges(Fence fence, Fix fix)
    {
        int count = fence.LatitudesE7.Length;
        long cosineQ12 = Cosine.InterpolatedQ12(fix.LatitudeE7 / 100);
        long lastNorthCm = Centimetres(North(fence, count - 1, fix));
        long lastEastCm = Centimetres(East(fence, count - 1, fix)) * cosineQ12 / 4096;
        for (int i = 0; i < count; i++)
        {
            long northCm = Centimetres(North(fence, i, fix));
            long eastCm = Centimetres(East(fence, i, fix)) * cosineQ12 / 4096;
            if (IsNear(lastNorthCm, lastEastCm, northCm, eastCm))
            {
                return false;
            }

            lastNorthCm = northCm;
            lastEastCm = eastCm;
        }

        return true;
    }

    /// <summary>Whether the boat, at 0, 0, is within the hysteresis of the line between two points.</summary>
    private bool IsNear(long northCm, long eastCm, long toNorthCm, long toEastCm)
    {
        long alongNorthCm = toNorthCm - northCm;
        long alongEastCm = toEastCm - eastCm;
        long along = -((northCm * alongNorthCm) + (eastCm * alongEastCm));
        if (along <= 0)
        {
            return Length(northCm, eastCm) <= _hysteresisCm;
        }

        if (along >= (alongNorthCm * alongNorthCm) + (alongEastCm * alongEastCm))
        {
            return Length(toNorthCm, toEastCm) <= _hysteresisCm;
        }

        long cross = (northCm * alongEastCm) - (eastCm * alongNorthCm);
        return (cross < 0 ? -cross : cross) / Length(alongNorthCm, alongEastCm) <= _hysteresisCm;
    }

    // Within 4 %, without a root: 0.96 of the longer side and 0.398 of the shorter. A hysteresis needs no more.
    private static long Length(long aCm, long bCm)
    {
        long a = aCm < 0 ? -aCm : aCm;
        long b = bCm < 0 ? -bCm : bCm;
        return a > b ? ((a * 960) + (b * 398)) / 1000 : ((b * 960) + (a * 398)) / 1000;
    }

    private static long North(Fence fence, int corner, Fix fix)
    {
        return (long)fence.LatitudesE7[corner] - fix.LatitudeE7;
    }

    private static long East(Fence fence, int corner, Fix fix)
    {
        return Fence.Wrapped((long)fence.LongitudesE7[0] - fix.LongitudeE7) + fence.EastE7[corner];
    }

    private static long Centimetres(long degreesE7)
    {
        return degreesE7 * 1_112 / 1_000;
    }
}
