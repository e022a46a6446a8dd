using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>What is kept of a unit's <see cref="DurableWindow"/>.</summary>
/// <param name="Base">All durable counters below are settled.</param>
/// <param name="Near">The highest bit: whether <paramref name="Base"/> + 1 is settled; and so on.</param>
/// <param name="Far">The 64 counters behind.</param>
public readonly record struct DurableWindowState(uint Base, ulong Near, ulong Far)
{
    /// <summary>What is to be kept of a window.</summary>
    public static DurableWindowState Of(DurableWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        return new DurableWindowState(window.Base, window.Near, window.Far);
    }

    /// <summary>The window as it was.</summary>
    public DurableWindow ToWindow() => new(Base, Near, Far);
}
