using System;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit;

/// <summary>
/// The chip's two clocks. The platform's wall clock starts anywhere after a power-on, so it counts only from the moment
/// somebody vouched for it: a receiver's fix, the real-time clock, the network.
/// </summary>
public sealed class DeviceClock : IUnitClock
{
    private bool _isSet;
    private long _utcOffsetMs;

    /// <inheritdoc/>
    public long MonotonicMs => Environment.TickCount64;

    /// <inheritdoc/>
    public long UtcMs => _isSet ? MonotonicMs + _utcOffsetMs : UtcTime.Unknown;

    /// <inheritdoc/>
    public void SetUtc(long utcMs)
    {
        _utcOffsetMs = utcMs - MonotonicMs;
        _isSet = true;
    }
}
