using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Core.Tracks;

namespace BoatTelemetry.Core.Reports;

/// <summary>
/// Where the shore takes a boat to be: from the last live frame on, with the speed and course that it told. The rule is
/// the same on both sides; docs/reporting.md has it in words. Integers only, allocates nothing.
/// </summary>
public sealed class DeadReckoning
{
    /// <summary>After so long the shore goes no farther.</summary>
    public const int HorizonMs = 3_600_000;

    // 10^-7 degree of a great circle of EarthDistance's sphere is 1.111951 cm.
    private const long DegreesE7Of100000Cm = 89_932;

    private int _fromLatitudeE7;
    private int _fromLongitudeE7;
    private int _fromTimeOfDayMs;
    private int _sogDeciknots;
    private int _cogDeg;

    /// <summary>Whether there is a frame to go by.</summary>
    public bool HasBase { get; private set; }

    /// <summary>Where <see cref="Extrapolate"/> came to, degrees x 10^7.</summary>
    public int LatitudeE7 { get; private set; }

    /// <summary>Where <see cref="Extrapolate"/> came to, degrees x 10^7.</summary>
    public int LongitudeE7 { get; private set; }

    /// <summary>Goes on from this frame.</summary>
    public void Start(LivePosition told)
    {
        _fromLatitudeE7 = told.LatitudeE5 * 100;
        _fromLongitudeE7 = told.LongitudeE5 * 100;
        _fromTimeOfDayMs = told.SecondOfDay * 1000;

        // At rest speed is the receiver's noise and course is none at all.
        bool moves = told.Movement == Movement.UnderWay || told.Movement == Movement.Fast;
        bool known = told.SogDeciknots != Fix.Unknown && told.CogDeg != Fix.Unknown;
        _sogDeciknots = moves && known ? told.SogDeciknots : 0;
        _cogDeg = known ? told.CogDeg : 0;
        HasBase = true;
    }

    /// <summary>Goes to a time of day, which is not before the frame's and less than half a day after it.</summary>
    public void Extrapolate(int timeOfDayMs)
    {
        long elapsedMs = UtcTime.StepMs(_fromTimeOfDayMs, timeOfDayMs);
        if (elapsedMs < 0 || _sogDeciknots == 0)
        {
            elapsedMs = 0;
        }

        elapsedMs = elapsedMs > HorizonMs ? HorizonMs : elapsedMs;

        // 0.1 knot is 185.2 m / 3,600 s, or 463 cm / 90,000 ms.
        long wayCm = _sogDeciknots * elapsedMs * 463 / 90_000;
        long northCm = wayCm * CosineQ12(_cogDeg) / 4096;
        long eastCm = wayCm * CosineQ12(_cogDeg >= 90 ? _cogDeg - 90 : _cogDeg + 270) / 4096;
        long northE7 = northCm * DegreesE7Of100000Cm / 100_000;
        long middleE5 = (_fromLatitudeE7 + (northE7 / 2)) / 100;
        long eastE7 = eastCm * DegreesE7Of100000Cm / 100_000 * 4096 / Cosine.InterpolatedQ12((int)middleE5);
        LatitudeE7 = (int)Limited(_fromLatitudeE7 + northE7);
        LongitudeE7 = (int)Wrapped(_fromLongitudeE7 + eastE7);
    }

    /// <summary>Whether the shore takes the boat to be farther than a limit from where it is.</summary>
    public bool IsOff(Fix fix, long limitCm)
    {
        Extrapolate(fix.TimeOfDayMs);
        return EarthDistance.IsBeyond(LatitudeE7, LongitudeE7, fix.LatitudeE7, fix.LongitudeE7, limitCm);
    }

    private static long CosineQ12(int degrees)
    {
        int half = degrees > 180 ? 360 - degrees : degrees;
        return half <= 90 ? Cosine.OfLatitudeQ12(half * 100_000) : -Cosine.OfLatitudeQ12((180 - half) * 100_000);
    }

    private static long Limited(long latitudeE7)
    {
        if (latitudeE7 > 900_000_000)
        {
            return 900_000_000;
        }

        return latitudeE7 < -900_000_000 ? -900_000_000 : latitudeE7;
    }

    private static long Wrapped(long longitudeE7)
    {
        // Beside a pole the way east goes round more than once.
        long around = (longitudeE7 + 1_800_000_000) % 3_600_000_000L;
        return (around < 0 ? around + 3_600_000_000L : around) - 1_800_000_000;
    }
}
