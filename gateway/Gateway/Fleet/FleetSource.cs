namespace BoatTelemetry.Gateway.Fleet;

/// <summary>The fleet as it is now. Whoever needs it asks anew each time: it is replaced as a whole.</summary>
public sealed class FleetSource(FleetRegistry fleet)
{
    private FleetRegistry _current = fleet;

    /// <summary>The fleet of now; it never changes.</summary>
    public FleetRegistry Current => Volatile.Read(ref _current);

    /// <summary>Puts another in its place.</summary>
    public void Replace(FleetRegistry fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        Volatile.Write(ref _current, fleet);
    }
}
