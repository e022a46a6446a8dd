namespace BoatTelemetry.Simulator.Sea;

/// <summary>The waypoints of a patrol, sailed round and round.</summary>
public sealed class PatrolRoute
{
    /// <summary>
    /// Riau Islands: from off Nongsa (Batam) along the south side of the Singapore Strait, through Selat Riau to off
    /// Penyengat (Bintan) and back. About 40 nautical miles of open water.
    /// </summary>
    public static readonly PatrolRoute RiauIslands = new(
        new GeoPoint(1.2250, 104.1150),
        new GeoPoint(1.2450, 104.2300),
        new GeoPoint(1.1300, 104.2200),
        new GeoPoint(0.9900, 104.2700),
        new GeoPoint(0.9050, 104.3600),
        new GeoPoint(1.0300, 104.2500),
        new GeoPoint(1.1700, 104.1900));

    private readonly GeoPoint[] _waypoints;

    /// <exception cref="ArgumentException">A round has at least two waypoints.</exception>
    public PatrolRoute(params GeoPoint[] waypoints)
    {
        ArgumentNullException.ThrowIfNull(waypoints);
        if (waypoints.Length < 2)
            throw new ArgumentException("A round has at least two waypoints.", nameof(waypoints));

        _waypoints = [.. waypoints];
    }

    /// <summary>Waypoints in a round.</summary>
    public int Count => _waypoints.Length;

    /// <summary>The waypoint with this number, counted on through the rounds.</summary>
    public GeoPoint this[int leg] => _waypoints[leg % _waypoints.Length];
}
