using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Simulator.Air;

/// <summary>
/// Time that the test moves. What is due on the way happens in its order and at its instant. One thread.
/// </summary>
public sealed class SimulatedTime : IClock
{
    private const int UsPerMs = 1000;

    private readonly PriorityQueue<Action, (long AtUs, long Order)> _due = new();
    private long _order;

    /// <summary>Microseconds since start.</summary>
    public long NowUs { get; private set; }

    /// <inheritdoc/>
    public long MonotonicMs => NowUs / UsPerMs;

    /// <summary>What the wall clock is ahead of the monotonic one; <see cref="UtcTime.Unknown"/> while nobody has set it.</summary>
    public long UtcOffsetMs { get; set; } = UtcTime.Unknown;

    /// <inheritdoc/>
    public long UtcMs => UtcOffsetMs == UtcTime.Unknown ? UtcTime.Unknown : MonotonicMs + UtcOffsetMs;

    /// <summary>Has something happen at an instant; at once if that has passed.</summary>
    public void At(long us, Action happening)
    {
        ArgumentNullException.ThrowIfNull(happening);
        if (us <= NowUs)
            happening();
        else
            _due.Enqueue(happening, (us, _order++));
    }

    /// <summary>Has something happen so much later.</summary>
    public void In(long us, Action happening) => At(NowUs + us, happening);

    /// <summary>Lets time go by.</summary>
    public void AdvanceUs(long us)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(us);
        var untilUs = NowUs + us;
        while (_due.TryPeek(out _, out var next) && next.AtUs <= untilUs)
        {
            NowUs = Math.Max(NowUs, next.AtUs);
            _due.Dequeue()();
        }

        NowUs = Math.Max(NowUs, untilUs);
    }

    /// <summary>Lets time go by, ms.</summary>
    public void AdvanceMs(long ms) => AdvanceUs(ms * UsPerMs);
}
