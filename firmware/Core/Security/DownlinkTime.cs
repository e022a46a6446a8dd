using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.Security;

/// <summary>Downlink counters follow the UTC seconds since 2010, so that a unit without memory can find them.</summary>
internal static class DownlinkTime
{
    /// <summary>No time, or one before 2010: the real-time clock of a unit that has lost its battery says 1970 or 2000.</summary>
    public const long Unknown = -1;

    /// <summary>Seconds since 2010-01-01T00:00:00Z, or <see cref="Unknown"/>.</summary>
    public static long Seconds(long utcMs)
    {
        uint time = FrameTime.FromUtcMs(utcMs);
        return time == FrameTime.Unknown ? Unknown : time;
    }
}
