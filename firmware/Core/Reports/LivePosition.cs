using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.Reports;

/// <summary>Where a boat is now, on the grid of a live frame. Made once and filled again for each report.</summary>
public sealed class LivePosition
{
    /// <summary>
    /// A receiver at rest reports up to about 0.5 kn of speed (signalk-gps.log: 0.58 kn in harbour at HDOP 2.95).
    /// </summary>
    public const int UnderWayFromMilliknots = 700;

    /// <summary>Above the cruising speed of the patrol boats this is built for (about 15 to 20 kn).</summary>
    public const int FastFromMilliknots = 22_000;

    /// <summary>The largest speed that a live frame tells; faster is told as this.</summary>
    public const int SogDeciknotsMax = 1022;

    /// <summary>Degrees x 10^5, north positive.</summary>
    public int LatitudeE5;

    /// <summary>Degrees x 10^5, east positive.</summary>
    public int LongitudeE5;

    /// <summary>UTC second of the day, 0 to 86,399. The day is the receiver's to know: the one nearest to its clock.</summary>
    public int SecondOfDay;

    /// <summary>Speed over ground, tenths of a knot, 0 to <see cref="SogDeciknotsMax"/>, or <see cref="Fix.Unknown"/>.</summary>
    public int SogDeciknots;

    /// <summary>Course over ground, degrees from true north, 0 to 359, or <see cref="Fix.Unknown"/>.</summary>
    public int CogDeg;

    /// <summary>How the position was found.</summary>
    public FixQuality Quality;

    /// <summary>How the boat moves.</summary>
    public Movement Movement;

    /// <inheritdoc cref="UnitCondition.OnBattery"/>
    public bool OnBattery;

    /// <inheritdoc cref="UnitCondition.Alarm"/>
    public bool Alarm;

    /// <inheritdoc cref="UnitCondition.BacklogPending"/>
    public bool BacklogPending;

    /// <summary>Takes an accepted fix, each value to the nearest step of the frame's grid; the second is cut, not rounded.</summary>
    public void Set(Fix fix, UnitCondition condition)
    {
        LatitudeE5 = NearestHundredth(fix.LatitudeE7);
        LongitudeE5 = NearestHundredth(fix.LongitudeE7);
        SecondOfDay = fix.TimeOfDayMs / 1000;
        SogDeciknots = DeciknotsOf(fix.SogMilliknots);
        CogDeg = fix.CogCdeg == Fix.Unknown ? Fix.Unknown : NearestHundredth(fix.CogCdeg) % 360;
        Quality = fix.Quality;
        Movement = MovementOf(fix.SogMilliknots);
        OnBattery = condition.OnBattery;
        Alarm = condition.Alarm;
        BacklogPending = condition.BacklogPending;
    }

    private static int DeciknotsOf(int milliknots)
    {
        if (milliknots == Fix.Unknown)
        {
            return Fix.Unknown;
        }

        int deciknots = NearestHundredth(milliknots);
        return deciknots > SogDeciknotsMax ? SogDeciknotsMax : deciknots;
    }

    private static Movement MovementOf(int milliknots)
    {
        if (milliknots == Fix.Unknown)
        {
            return Movement.Unknown;
        }

        if (milliknots < UnderWayFromMilliknots)
        {
            return Movement.Stationary;
        }

        return milliknots < FastFromMilliknots ? Movement.UnderWay : Movement.Fast;
    }

    internal static int NearestHundredth(int value)
    {
        return (value >= 0 ? value + 50 : value - 50) / 100;
    }
}
