using System.Diagnostics;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Host.Runs;

/// <summary>
/// The unit's clocks in a run that may be faster than the world: it stands until it is advanced, and advancing takes as
/// long as the speed says.
/// </summary>
public sealed class PacedClock : IClock
{
    private readonly double _speed;
    private readonly long _startUtcMs;
    private readonly Stopwatch _wall = Stopwatch.StartNew();

    /// <param name="speed">Seconds of the run in one of the world; positive infinity never waits.</param>
    /// <param name="startUtcMs">UTC at the start, or <see cref="UtcTime.Unknown"/>.</param>
    public PacedClock(double speed, long startUtcMs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(speed);
        _speed = speed;
        _startUtcMs = startUtcMs;
    }

    /// <inheritdoc/>
    public long MonotonicMs { get; private set; }

    /// <inheritdoc/>
    public long UtcMs => _startUtcMs == UtcTime.Unknown ? UtcTime.Unknown : _startUtcMs + MonotonicMs;

    /// <summary>Waits until it is so late in the run. False if the run was called off meanwhile.</summary>
    public bool AdvanceTo(long monotonicMs, CancellationToken cancellation)
    {
        var leftMs = (monotonicMs / _speed) - _wall.Elapsed.TotalMilliseconds;
        if (leftMs > 0)
            cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(leftMs));

        MonotonicMs = Math.Max(MonotonicMs, monotonicMs);
        return !cancellation.IsCancellationRequested;
    }
}
