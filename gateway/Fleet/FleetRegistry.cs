using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>The units whose frames are believed, and whom and what they are heard by. Never changes.</summary>
public sealed class FleetRegistry
{
    private readonly FleetUnit?[] _units = new FleetUnit?[FrameHeader.UnitMax + 1];
    private readonly Dictionary<ulong, FleetConcentrator> _concentrators = [];
    private readonly Dictionary<string, FleetAgency> _agencies = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A number, an identity or an agency occurs twice.</exception>
    public FleetRegistry(
        OperatingArea area,
        IReadOnlyCollection<FleetUnit> units,
        IReadOnlyCollection<FleetConcentrator>? concentrators = null,
        IReadOnlyCollection<FleetAgency>? agencies = null)
    {
        ArgumentNullException.ThrowIfNull(units);
        Area = area;
        Units = units;
        foreach (var unit in units)
        {
            if (_units[unit.Unit] is not null)
                throw new ArgumentException($"Unit {unit.Unit} occurs twice.", nameof(units));
            _units[unit.Unit] = unit;
        }

        foreach (var concentrator in concentrators ?? [])
            _concentrators.Add(concentrator.Eui, concentrator);
        foreach (var agency in agencies ?? [])
            _agencies.Add(agency.Name, agency);
    }

    /// <summary>The operating area of all units that have none of their own.</summary>
    public OperatingArea Area { get; }

    /// <summary>All units.</summary>
    public IReadOnlyCollection<FleetUnit> Units { get; }

    /// <summary>All registered concentrators; none: any one is taken.</summary>
    public IReadOnlyCollection<FleetConcentrator> Concentrators => _concentrators.Values;

    /// <summary>All agencies that have a label.</summary>
    public IReadOnlyCollection<FleetAgency> Agencies => _agencies.Values;

    /// <summary>The unit of a number (0 to <see cref="FrameHeader.UnitMax"/>), or null.</summary>
    public FleetUnit? Find(int unit) => _units[unit];

    /// <summary>The registered concentrator of an identity, or null.</summary>
    public FleetConcentrator? FindConcentrator(ulong eui) => _concentrators.GetValueOrDefault(eui);

    /// <summary>The agency of a name, or null if it has no label.</summary>
    public FleetAgency? FindAgency(string name) => _agencies.GetValueOrDefault(name);

    /// <summary>The operating area that positions of a unit count from.</summary>
    public OperatingArea AreaOf(FleetUnit unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return unit.Area ?? Area;
    }
}
