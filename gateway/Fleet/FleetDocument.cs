using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>What stands in a fleet file, its keys with it: for reading and writing files, never for printing.</summary>
internal sealed record FleetDocument
{
    public OperatingArea Area { get; init; } = OperatingArea.Indonesia;

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, OperatingArea> Areas { get; init; } = new Dictionary<string, OperatingArea>(StringComparer.Ordinal);

    public IReadOnlyList<FleetAgency> Agencies { get; init; } = [];

    public IReadOnlyList<FleetConcentrator> Concentrators { get; init; } = [];

    public IReadOnlyList<FleetUnitEntry> Units { get; init; } = [];

    /// <summary>The fleet as the gateway uses it. Every unit has a key.</summary>
    public FleetRegistry ToRegistry() => new(
        Area,
        [.. Units.Select(unit => new FleetUnit(unit.Unit, unit.Agency, unit.Name, unit.Key!.ToCipher(), unit.KeyEpoch)
        {
            Next = unit.NextKey?.ToCipher(),
            NextKey = unit.NextKey,
            Previous = unit.PreviousKey?.ToCipher(),
            Area = unit.Area is null ? null : Areas[unit.Area],
        })],
        Concentrators,
        Agencies);
}

/// <summary>A unit of a fleet file.</summary>
internal sealed record FleetUnitEntry(int Unit, string Agency, string Name)
{
    /// <summary>The name of its area; null for the fleet's.</summary>
    public string? Area { get; init; }

    public int KeyEpoch { get; init; }

    /// <summary>Null only in what was exported without keys.</summary>
    public UnitKey? Key { get; init; }

    public UnitKey? NextKey { get; init; }

    public UnitKey? PreviousKey { get; init; }
}
