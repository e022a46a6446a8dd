using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Supervision;

/// <summary>
/// Serves the external watchdog while the unit is being made: the start of a long journal takes longer than the watchdog
/// waits. No loop is watched yet, so nothing else can stall.
/// </summary>
public sealed class StartBeat : IBeat
{
    private readonly Supervisor _supervisor;
    private readonly IClock _clock;

    public StartBeat(Supervisor supervisor, IClock clock)
    {
        _supervisor = supervisor;
        _clock = clock;
    }

    /// <inheritdoc/>
    public void Beat()
    {
        _supervisor.Poll(_clock.MonotonicMs);
    }
}
