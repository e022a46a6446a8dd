using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Simulation;

/// <summary>True time, and what the unit of the present life takes for it.</summary>
public sealed class VoyageClock : IClock, IOutsideUnit
{
    /// <summary>2027-03-04T05:06:07Z.</summary>
    public const long StartUtcMs = 1_804_136_767_000;

    private long _bornMs;
    private long _utcOffsetMs;
    private bool _knowsUtc;

    /// <summary>Since the voyage began.</summary>
    public long TrueMs { get; set; }

    public long TrueUtcMs => StartUtcMs + TrueMs;

    /// <inheritdoc/>
    public long MonotonicMs => TrueMs - _bornMs;

    /// <inheritdoc/>
    public long UtcMs => _knowsUtc ? TrueUtcMs + _utcOffsetMs : UtcTime.Unknown;

    /// <summary>A life begins: the monotonic clock anywhere, and the time unknown.</summary>
    public void Begin(long monotonicMs)
    {
        _bornMs = TrueMs - monotonicMs;
        _knowsUtc = false;
    }

    /// <summary>A receiver, a network or a chip tells the time; right if the offset is zero.</summary>
    public void Tell(long offsetMs)
    {
        _knowsUtc = true;
        _utcOffsetMs = offsetMs;
    }
}
