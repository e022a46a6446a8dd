using BoatTelemetry.Core;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>
/// The wall clock for counters that follow the time, with leaps left out until they have lasted: a clock that is set wrong by an hour
/// and put right again must not leave counters an hour ahead, where no unit finds them. One thread at a time.
/// </summary>
/// <remarks>
/// Meanwhile the time goes on from what it was before by the monotonic clock. A clock that said less than the firmware's own
/// release was not set yet: the first believable time counts at once. A leap forward soon after the start is not believed sooner than
/// others, though a board without a clock of its own begins in the past until NTP sets it: counters only go up, and of a clock that was a
/// day ahead for a second no unit would take a downlink for a day. Only one leap is believed at once: the first one of a clock that nobody had
/// synchronised since the machine's start, when the service that does so says that it has. Where no such word is to be had, a board starts the
/// gateway behind time-sync.target.
/// </remarks>
internal sealed class SteadyClock
{
    /// <summary>A smaller step is taken at once, ms: a unit without memory finds counters within 2,048 s of its own time.</summary>
    public const long StepMaxMs = 600_000;

    /// <summary>A leap is believed when the clock has stayed there for so long, ms.</summary>
    public const long SettleMs = 600_000;

    private const long ReleaseUtcMs = (long)FirmwareRelease.DayNumber * UtcTime.DayMs;

    private readonly TimeProvider _time;
    private readonly Func<bool> _isSynchronized;
    private bool _isUnsynchronized;
    private long _utcMs;
    private long _atTimestamp;
    private bool _isLeaping;
    private long _leapUtcMs;
    private long _leapTimestamp;

    /// <summary>It begins with the wall clock of now, so that a leap before it is first asked is one, too.</summary>
    /// <param name="time">Clock.</param>
    /// <param name="isSynchronized">Whether the machine's clock was synchronised since the machine's start, as far as can be known.</param>
    public SteadyClock(TimeProvider time, Func<bool>? isSynchronized = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _isSynchronized = isSynchronized ?? (static () => true);
        _isUnsynchronized = !_isSynchronized();
        Take(time.GetUtcNow().ToUnixTimeMilliseconds(), time.GetTimestamp());
    }

    /// <summary>Whether a leap is not believed yet.</summary>
    public bool IsLeaping => _isLeaping;

    /// <summary>UTC, milliseconds since 1970-01-01. To be asked for now and then: a leap counts from when it is first seen.</summary>
    public long UtcMs()
    {
        // The service sets the clock first and says so then: a time that was read before its word may be the old one.
        var isFirstSynchronized = _isUnsynchronized && _isSynchronized();
        _isUnsynchronized &= !isFirstSynchronized;
        var wallUtcMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var timestamp = _time.GetTimestamp();
        var expectedUtcMs = _utcMs + ElapsedMs(_atTimestamp, timestamp);
        if (isFirstSynchronized || _utcMs < ReleaseUtcMs || IsNear(wallUtcMs, expectedUtcMs))
            return Take(wallUtcMs, timestamp);
        if (!_isLeaping || !IsNear(wallUtcMs, _leapUtcMs + ElapsedMs(_leapTimestamp, timestamp)))
        {
            _isLeaping = true;
            _leapUtcMs = wallUtcMs;
            _leapTimestamp = timestamp;
        }

        return ElapsedMs(_leapTimestamp, timestamp) < SettleMs ? expectedUtcMs : Take(wallUtcMs, timestamp);
    }

    private long Take(long utcMs, long timestamp)
    {
        _isLeaping = false;
        _utcMs = utcMs;
        _atTimestamp = timestamp;
        return utcMs;
    }

    private static bool IsNear(long utcMs, long otherUtcMs) => Math.Abs(utcMs - otherUtcMs) <= StepMaxMs;

    private long ElapsedMs(long from, long to) => (long)_time.GetElapsedTime(from, to).TotalMilliseconds;
}
