using BoatTelemetry.BoatUnit;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Simulator.Air;

namespace BoatTelemetry.Host.Board;

/// <summary>The unit's clocks on a simulated board: the board's time, and a wall clock that a reset forgets.</summary>
public sealed class BoardClock(SimulatedTime time) : IUnitClock, IChipPause
{
    private readonly long _powerOnMs = time.MonotonicMs;
    private long _offsetMs = UtcTime.Unknown;

    /// <inheritdoc/>
    public long MonotonicMs => time.MonotonicMs - _powerOnMs;

    /// <inheritdoc/>
    public long UtcMs => _offsetMs == UtcTime.Unknown ? UtcTime.Unknown : MonotonicMs + _offsetMs;

    /// <inheritdoc/>
    public void SetUtc(long utcMs) => _offsetMs = utcMs - MonotonicMs;

    /// <inheritdoc/>
    public void WaitUs(int us) => time.AdvanceUs(us);
}
