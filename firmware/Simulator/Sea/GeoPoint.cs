namespace BoatTelemetry.Simulator.Sea;

/// <summary>A point on the world, degrees; the world is computed in floating point, only the unit is not.</summary>
public readonly record struct GeoPoint(double LatitudeDeg, double LongitudeDeg)
{
    /// <summary>Metres to a minute of latitude, by definition of the nautical mile.</summary>
    public const double MetresPerNauticalMile = 1852;

    private const double EarthRadiusM = 6_371_000;

    /// <summary>Great-circle distance (haversine), metres.</summary>
    public double DistanceToM(GeoPoint other)
    {
        var fromLatitude = double.DegreesToRadians(LatitudeDeg);
        var toLatitude = double.DegreesToRadians(other.LatitudeDeg);
        var halfNorth = Math.Sin((toLatitude - fromLatitude) / 2);
        var halfEast = Math.Sin(double.DegreesToRadians(other.LongitudeDeg - LongitudeDeg) / 2);
        var h = (halfNorth * halfNorth) + (Math.Cos(fromLatitude) * Math.Cos(toLatitude) * halfEast * halfEast);
        return 2 * EarthRadiusM * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }

    /// <summary>Bearing to another point nearby, degrees from true north, 0 to 360.</summary>
    public double BearingToDeg(GeoPoint other)
    {
        var north = other.LatitudeDeg - LatitudeDeg;
        var east = Math.IEEERemainder(other.LongitudeDeg - LongitudeDeg, 360) * Math.Cos(double.DegreesToRadians(LatitudeDeg));
        return Wrapped(double.RadiansToDegrees(Math.Atan2(east, north)));
    }

    /// <summary>
    /// The point so many metres north and east. The earth is flat within one second of a boat's way: the error is below
    /// a millimetre.
    /// </summary>
    public GeoPoint Moved(double northM, double eastM)
    {
        const double metresPerDegree = 60 * MetresPerNauticalMile;
        var latitude = LatitudeDeg + (northM / metresPerDegree);
        var longitude = LongitudeDeg + (eastM / (metresPerDegree * Math.Cos(double.DegreesToRadians(LatitudeDeg))));
        return new GeoPoint(latitude, Math.IEEERemainder(longitude, 360));
    }

    /// <summary>An angle in the range 0 to 360 degrees.</summary>
    public static double Wrapped(double angleDeg) => angleDeg - (360 * Math.Floor(angleDeg / 360));
}
