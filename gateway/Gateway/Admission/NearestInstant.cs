using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>Finds the day that a live frame does not carry.</summary>
/// <remarks>
/// A live frame is seconds old when it arrives, so of all instants with its second of the day the one nearest to the
/// gateway's clock is meant: a frame of 23:59:58 that arrives at 00:00:01 is of yesterday, and one of 00:00:01 that
/// arrives at 23:59:58 by a slow clock is of tomorrow. At exactly twelve hours the earlier one: boats do not report
/// from the future. A gateway whose clock is wrong by more than twelve hours dates wrongly.
/// </remarks>
public static class NearestInstant
{
    private const long HalfDayMs = UtcTime.DayMs / 2;

    /// <summary>UTC, milliseconds since 1970-01-01.</summary>
    /// <param name="nowUtcMs">The gateway's clock.</param>
    /// <param name="secondOfDay">0 to 86,399.</param>
    public static long Of(long nowUtcMs, int secondOfDay)
    {
        var midnightMs = nowUtcMs - (nowUtcMs % UtcTime.DayMs);
        var instantMs = midnightMs + (secondOfDay * 1000L);
        var aheadMs = instantMs - nowUtcMs;
        if (aheadMs >= HalfDayMs)
            return instantMs - UtcTime.DayMs;
        return aheadMs < -HalfDayMs ? instantMs + UtcTime.DayMs : instantMs;
    }
}
