using System;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Time;
using nanoFramework.Runtime.Native;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>
/// Sets the unit's clock from the best source there is: an accepted fix, which passes on to the reports; the network,
/// while no fix has told; the clock with its own cell, at start. The cell's clock is set from fixes, and the platform's with the
/// unit's.
/// </summary>
public sealed class TimeKeeper : IFixSink, INetworkTime
{
    // Below this the clock is left alone: a fix arrives some hundred milliseconds after its second, by serial port.
    private const long ToleranceMs = 1_000;

    private readonly IUnitClock _clock;
    private readonly WallClock _wallClock;
    private IFixSink _reports;
    private bool _isSetByFix;

    /// <param name="clock">The clock.</param>
    /// <param name="wallClock">The clock with its own cell, or null.</param>
    public TimeKeeper(IUnitClock clock, WallClock wallClock)
    {
        _clock = clock;
        _wallClock = wallClock;
    }

    /// <summary>Times that a source moved the clock by more than a second after it was first set.</summary>
    public int Steps { get; private set; }

    /// <summary>The monotonic time of the last accepted fix, or <see cref="UtcTime.Unknown"/>.</summary>
    public long LastFixMs { get; private set; } = UtcTime.Unknown;

    /// <summary>Where fixes go on from here; a unit without a key has nowhere.</summary>
    public void Pass(IFixSink reports)
    {
        _reports = reports;
    }

    /// <summary>Takes the time of the clock with its own cell, if no better one is known.</summary>
    public void Poll(long nowMs)
    {
        if (_clock.UtcMs == UtcTime.Unknown && _wallClock != null && _wallClock.TryUtc(nowMs, out long utcMs))
        {
            Adopt(utcMs);
        }
    }

    /// <inheritdoc/>
    public void OnFix(Fix fix)
    {
        long nowMs = _clock.MonotonicMs;
        LastFixMs = nowMs;
        if (fix.HasDate)
        {
            Set(fix.UtcMs + (nowMs - fix.ReceivedMonotonicMs));
            _isSetByFix = true;
            if (_wallClock != null)
            {
                _wallClock.NoteGoodUtc(_clock.UtcMs, nowMs);
            }
        }

        if (_reports != null)
        {
            _reports.OnFix(fix);
        }
    }

    /// <inheritdoc/>
    public void OnRefused(Fix fix, FixRefusal reason)
    {
        if (_reports != null)
        {
            _reports.OnRefused(fix, reason);
        }
    }

    /// <inheritdoc/>
    public void NetworkTime(long utcMs, long monotonicMs)
    {
        if (!_isSetByFix)
        {
            Set(utcMs + (_clock.MonotonicMs - monotonicMs));
        }
    }

    private void Set(long utcMs)
    {
        long known = _clock.UtcMs;
        if (known == UtcTime.Unknown)
        {
            Adopt(utcMs);
            return;
        }

        long offMs = utcMs - known;
        if (offMs > ToleranceMs || offMs < -ToleranceMs)
        {
            Steps++;
            Adopt(utcMs);
        }
    }

    // The platform's own clock begins in 1970 at each power-on, and its TLS finds every certificate of today not valid yet.
    private void Adopt(long utcMs)
    {
        _clock.SetUtc(utcMs);
        Rtc.SetSystemTime(new DateTime(WallClock.TicksOf(utcMs)));
    }
}
