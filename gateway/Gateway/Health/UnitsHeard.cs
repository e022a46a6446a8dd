using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using Microsoft.Extensions.Hosting;

namespace BoatTelemetry.Gateway.Health;

/// <summary>
/// Remembers each unit's last reception. What was before the start it has from the journal, which keeps the time of live frames only.
/// </summary>
public sealed class UnitsHeard(IJournal journal, FleetSource fleet) : IUplinkListener, IUnitStatusSource, IHostedService
{
    private const long Never = long.MinValue;

    private readonly Lock _lock = new();
    private readonly long[] _heardUtcMs = [.. Enumerable.Repeat(Never, FrameHeader.UnitMax + 1)];
    private readonly Reception?[] _receptions = new Reception?[FrameHeader.UnitMax + 1];

    /// <inheritdoc/>
    /// <remarks>The journal has started before, the admission starts later.</remarks>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (unit, state) in journal.LoadUnits())
        {
            if (state.Live.Newest >= 0)
                _heardUtcMs[unit] = state.Live.AsOfUtcMs;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Heard(int unit, FrameClass frameClass, uint counter, in Reception reception)
    {
        lock (_lock)
        {
            _heardUtcMs[unit] = reception.ReceivedUtcMs;
            _receptions[unit] = reception;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<UnitStatus> Units()
    {
        var units = fleet.Current.Units;
        List<UnitStatus> all = new(units.Count);
        lock (_lock)
        {
            foreach (var unit in units)
            {
                var heard = _heardUtcMs[unit.Unit];
                all.Add(new UnitStatus(unit.Unit, unit.Agency, unit.Name, heard == Never ? null : heard, _receptions[unit.Unit]));
            }
        }

        all.Sort(static (one, other) => one.Unit.CompareTo(other.Unit));
        return all;
    }
}
