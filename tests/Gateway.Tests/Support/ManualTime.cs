namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>Clocks that stand still until the test moves them: both together, or the wall clock alone.</summary>
internal sealed class ManualTime(DateTimeOffset utc) : TimeProvider
{
    private long _utcTicks = utc.UtcTicks;
    private long _ticks = utc.UtcTicks;

    public ManualTime()
        : this(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero))
    {
    }

    public ManualTime(long utcMs)
        : this(DateTimeOffset.FromUnixTimeMilliseconds(utcMs))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _utcTicks), TimeSpan.Zero);

    public long UtcMs => GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Time passes.</summary>
    public void Advance(TimeSpan by)
    {
        Interlocked.Add(ref _ticks, by.Ticks);
        Step(by);
    }

    /// <summary>The wall clock is set, forward or back; the monotonic clock does not notice.</summary>
    public void Step(TimeSpan by) => Interlocked.Add(ref _utcTicks, by.Ticks);
}
