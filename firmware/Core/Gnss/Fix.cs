namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// What one epoch of the receiver said, merged from its sentences. An object is made once and filled again for each
/// epoch; who keeps a fix beyond the call that hands it over takes a copy with <see cref="CopyFrom"/>.
/// </summary>
/// <remarks>
/// Every integer is <see cref="Unknown"/> until a sentence of the epoch said otherwise; zero always means zero.
/// A class and not a struct: nanoFramework allocates a local struct of several fields (docs/decisions).
/// </remarks>
public sealed class Fix
{
    /// <summary>The value of any integer of a fix that no sentence has told.</summary>
    public const int Unknown = int.MinValue;

    /// <summary>Degrees x 10^7, north positive, -900,000,000 to 900,000,000.</summary>
    public int LatitudeE7;

    /// <summary>Degrees x 10^7, east positive, -1,800,000,000 to 1,800,000,000.</summary>
    public int LongitudeE7;

    /// <summary>UTC of the epoch, milliseconds since midnight, 0 to 86,399,999.</summary>
    public int TimeOfDayMs;

    /// <summary>UTC day of the epoch, days since 1970-01-01. Receivers without RMC or ZDA never tell it.</summary>
    public int DayNumber;

    /// <summary>Speed over ground, thousandths of a knot.</summary>
    public int SogMilliknots;

    /// <summary>Course over ground, hundredths of a degree from true north, 0 to 35,999.</summary>
    public int CogCdeg;

    /// <summary>Heading of the bow, hundredths of a degree from true north, 0 to 35,999 (HDT, THS).</summary>
    public int HeadingCdeg;

    /// <summary>Altitude of the antenna above mean sea level, centimetres (GGA, GNS).</summary>
    public int AltitudeCm;

    /// <summary>Horizontal dilution of precision x 100.</summary>
    public int HdopE2;

    /// <summary>Satellites used in the solution.</summary>
    public int Satellites;

    /// <summary>How the position was found.</summary>
    public FixQuality Quality;

    /// <summary>Two or three dimensions, from GSA.</summary>
    public FixDimension Dimension;

    /// <summary>The unit's monotonic clock when the epoch's first sentence came in, milliseconds.</summary>
    public long ReceivedMonotonicMs;

    public Fix()
    {
        Clear();
    }

    /// <summary>Whether the epoch's date is known.</summary>
    public bool HasDate
    {
        get { return DayNumber != Unknown; }
    }

    /// <summary>UTC in milliseconds since 1970-01-01, or <see cref="Time.UtcTime.Unknown"/> without date or time.</summary>
    public long UtcMs
    {
        get
        {
            if (DayNumber == Unknown || TimeOfDayMs == Unknown)
            {
                return Time.UtcTime.Unknown;
            }

            return ((long)DayNumber * Time.UtcTime.DayMs) + TimeOfDayMs;
        }
    }

    /// <summary>Makes everything unknown.</summary>
    public void Clear()
    {
        LatitudeE7 = Unknown;
        LongitudeE7 = Unknown;
        TimeOfDayMs = Unknown;
        DayNumber = Unknown;
        SogMilliknots = Unknown;
        CogCdeg = Unknown;
        HeadingCdeg = Unknown;
        AltitudeCm = Unknown;
        HdopE2 = Unknown;
        Satellites = Unknown;
        Quality = FixQuality.Unknown;
        Dimension = FixDimension.Unknown;
        ReceivedMonotonicMs = 0;
    }

    /// <summary>Takes every value of <paramref name="other"/>.</summary>
    public void CopyFrom(Fix other)
    {
        LatitudeE7 = other.LatitudeE7;
        LongitudeE7 = other.LongitudeE7;
        TimeOfDayMs = other.TimeOfDayMs;
        DayNumber = other.DayNumber;
        SogMilliknots = other.SogMilliknots;
        CogCdeg = other.CogCdeg;
        HeadingCdeg = other.HeadingCdeg;
        AltitudeCm = other.AltitudeCm;
        HdopE2 = other.HdopE2;
        Satellites = other.Satellites;
        Quality = other.Quality;
        Dimension = other.Dimension;
        ReceivedMonotonicMs = other.ReceivedMonotonicMs;
    }
}
