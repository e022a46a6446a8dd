using System;

namespace BoatTelemetry.Facade.Wires;

/// <summary>The platform's wall clock as it was set last. It stands still: what is held against it is the dates of certificates.</summary>
/// <param name="Utc">When it is.</param>
public sealed record PlatformClock(DateTime Utc)
{
    /// <summary>Where it is connected.</summary>
    public const string Place = "RTC";

    /// <summary>The board's; one that nobody has set begins in 1970, as the ESP32's does after a power-on.</summary>
    public static DateTime Of(BoardWires board)
    {
        ArgumentNullException.ThrowIfNull(board);
        return board.Find<PlatformClock>(Place)?.Utc ?? DateTime.UnixEpoch;
    }
}
