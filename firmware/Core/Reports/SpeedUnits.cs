namespace BoatTelemetry.BoatUnit.Config;

/// <summary>Speeds of the configuration (cm/s) and of the reports (0.001 kn). 1 kn is 1,852 m an hour.</summary>
internal static class SpeedUnits
{
    private const long CmPerNauticalMile = 185_200;
    private const long MilliknotSecondsPerHour = 3_600_000;

    /// <summary>To the nearest.</summary>
    public static int CmpsOf(int milliknots)
    {
        return (int)(((milliknots * CmPerNauticalMile) + (MilliknotSecondsPerHour / 2)) / MilliknotSecondsPerHour);
    }

    /// <inheritdoc cref="CmpsOf"/>
    public static int MilliknotsOf(int cmps)
    {
        return (int)(((cmps * MilliknotSecondsPerHour) + (CmPerNauticalMile / 2)) / CmPerNauticalMile);
    }
}
