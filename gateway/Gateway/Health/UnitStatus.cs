using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Health;

/// <summary>When and how a unit of the fleet was heard last.</summary>
/// <param name="Unit">Its number.</param>
/// <param name="Agency">Whose it is.</param>
/// <param name="Name">The boat's name.</param>
/// <param name="LastHeardUtcMs">UTC at the gateway, milliseconds since 1970-01-01; null if never.</param>
/// <param name="Reception">How; null if not since the gateway's start.</param>
public sealed record UnitStatus(int Unit, string Agency, string Name, long? LastHeardUtcMs, Reception? Reception);

/// <summary>Knows when each unit of the fleet was heard last.</summary>
public interface IUnitStatusSource
{
    /// <summary>Every unit of the fleet, by number. May be called from any thread.</summary>
    IReadOnlyList<UnitStatus> Units();
}
