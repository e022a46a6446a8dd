namespace BoatTelemetry.Gateway;

/// <summary>The gateway's monotonic clock, in the unit that receptions, rates and air time are reckoned in.</summary>
internal static class MonotonicClock
{
    /// <summary>Milliseconds since an instant that is the same as long as the process runs; no setting of the wall clock moves it.</summary>
    public static long MonotonicMs(this TimeProvider time) => (long)time.GetElapsedTime(0).TotalMilliseconds;
}
