using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>What is kept of a unit's <see cref="LiveWindow"/>, so that a restart neither takes a replay nor loses sight.</summary>
/// <param name="Newest">The newest admitted counter, or <see cref="LiveCounter.None"/>.</param>
/// <param name="Seen">Bit i: whether <paramref name="Newest"/> - i was admitted.</param>
/// <param name="AsOfUtcMs">When <paramref name="Newest"/> was reached, milliseconds since 1970-01-01.</param>
public readonly record struct LiveWindowState(long Newest, ulong Seen, long AsOfUtcMs)
{
    /// <summary>
    /// A unit that this journal has never seen: it cannot have counted since before there was firmware, which bounds how
    /// far its counter is looked for.
    /// </summary>
    public static LiveWindowState NeverSeen { get; } =
        new(LiveCounter.None, 0, (long)Core.FirmwareRelease.DayNumber * UtcTime.DayMs);

    /// <summary>What is to be kept of a window.</summary>
    public static LiveWindowState Of(LiveWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        return new LiveWindowState(window.Newest, window.Seen, window.AsOfUtcMs);
    }

    /// <summary>The window as it was.</summary>
    public LiveWindow ToWindow() => new(Newest, Seen, AsOfUtcMs);
}
