namespace BoatTelemetry.Core.Reports;

/// <summary>Speeds of configurations (cm/s), a unit's and a gateway's of its units, and of the reports (0.001 kn). 1 kn is 1,852 m an hour.</summary>
public static class SpeedUnits
{
    private const long CmPerNauticalMile = 185_200;
    private const long MilliknotSecondsPerHour = 3_600_000;

    /// <summary>0.001 kn as cm/s, to the nearest.</summary>
    public static int CmpsOf(int milliknots)
    {
        return (int)(((milliknots * CmPerNauticalMile) + (MilliknotSecondsPerHour / 2)) / MilliknotSecondsPerHour);
    }

    /// <summary>cm/s as 0.001 kn, to the nearest.</summary>
    public static int MilliknotsOf(int cmps)
    {
        return (int)(((cmps * MilliknotSecondsPerHour) + (CmPerNauticalMile / 2)) / CmPerNauticalMile);
    }
}
