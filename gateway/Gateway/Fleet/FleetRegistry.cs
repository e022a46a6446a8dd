using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>The units whose frames are believed, and the operating area they are provisioned with.</summary>
public sealed class FleetRegistry
{
    private readonly FleetUnit?[] _units = new FleetUnit?[FrameHeader.UnitMax + 1];

    /// <exception cref="ArgumentException">A number occurs twice.</exception>
    public FleetRegistry(OperatingArea area, IReadOnlyCollection<FleetUnit> units)
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
    }

    /// <summary>The operating area of all units.</summary>
    public OperatingArea Area { get; }

    /// <summary>All units.</summary>
    public IReadOnlyCollection<FleetUnit> Units { get; }

    /// <summary>The unit of a number (0 to <see cref="FrameHeader.UnitMax"/>), or null.</summary>
    public FleetUnit? Find(int unit) => _units[unit];
}
