using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>The fleet as it is now. Whoever needs it asks anew each time: it is replaced as a whole.</summary>
public sealed class FleetSource(FleetRegistry fleet)
{
    private FleetRegistry _current = fleet;
    private FleetStatus _status = FleetStatus.AtStart;

    /// <summary>The fleet of now; it never changes.</summary>
    public FleetRegistry Current => Volatile.Read(ref _current);

    /// <summary>What became of the last look at the fleet file.</summary>
    public FleetStatus Status => Volatile.Read(ref _status);

    /// <summary>Puts another in its place.</summary>
    public void Replace(FleetRegistry fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        Volatile.Write(ref _current, fleet);
    }

    /// <summary>Tells what became of a look at the fleet file.</summary>
    internal void Report(FleetStatus status) => Volatile.Write(ref _status, status);
}

/// <summary>Whether the fleet in use is the one in the file.</summary>
/// <param name="Reloads">How often the fleet was replaced since the start.</param>
/// <param name="Errors">What is wrong with the file now, keys never shown; none if the fleet in use is the file's.</param>
public sealed record FleetStatus(long Reloads, IReadOnlyList<ConfigurationError> Errors)
{
    /// <summary>Read at the start, and good: otherwise the gateway had not started.</summary>
    public static FleetStatus AtStart { get; } = new(0, []);

    /// <summary>The file is wrong, and an older fleet in use.</summary>
    public bool IsStale => Errors.Count > 0;
}
