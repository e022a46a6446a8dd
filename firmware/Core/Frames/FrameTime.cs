using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Frames;

/// <summary>
/// Time on air: whole seconds since 2010-01-01T00:00:00Z, without leap seconds, in 31 bits. All ones is unknown; the
/// last instant is 2078-01-19T03:14:06Z.
/// </summary>
/// <remarks>
/// The epoch is 2010 because no unit is older: 31 bits from 1970 would end in 2038, in the middle of a boat's life.
/// </remarks>
public static class FrameTime
{
    /// <summary>Bits on air.</summary>
    public const int Bits = 31;

    /// <summary>The code of an unknown time.</summary>
    public const uint Unknown = 0x7FFFFFFF;

    /// <summary>2010-01-01T00:00:00Z, milliseconds since 1970-01-01.</summary>
    public const long EpochMs = 1_262_304_000_000;

    /// <summary>
    /// Seconds since 2010, cut and not rounded. What lies before 2010 or after the last instant is no time that a unit
    /// can live in, so it is told as <see cref="Unknown"/>: an SOS must go out from a unit with a broken clock, too.
    /// </summary>
    public static uint FromUtcMs(long utcMs)
    {
        if (utcMs < EpochMs || utcMs >= EpochMs + (Unknown * 1000L))
        {
            return Unknown;
        }

        return (uint)((utcMs - EpochMs) / 1000);
    }

    /// <summary>Milliseconds since 1970-01-01, or <see cref="UtcTime.Unknown"/>.</summary>
    public static long ToUtcMs(uint seconds)
    {
        return seconds == Unknown ? UtcTime.Unknown : EpochMs + (seconds * 1000L);
    }
}
