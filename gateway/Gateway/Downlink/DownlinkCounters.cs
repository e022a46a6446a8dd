using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>
/// The downlink counters of every unit, one for acknowledgements and one for commands, over the gateway's one durable
/// reservation. Any thread.
/// </summary>
internal sealed class DownlinkCounters
{
    private readonly DownlinkReservation _reservation;
    private readonly DownlinkCounter?[] _acknowledgements = new DownlinkCounter?[FrameHeader.UnitMax + 1];
    private readonly DownlinkCounter?[] _commands = new DownlinkCounter?[FrameHeader.UnitMax + 1];
    private readonly SteadyClock _clock;
    private readonly Lock _lock = new();

    /// <param name="store">Where the reservation is kept.</param>
    /// <param name="gatewayIndex">Which of several gateways this is; null: the only one.</param>
    /// <param name="time">The gateway's clock.</param>
    /// <param name="isSynchronized">Whether the machine's clock was synchronised since the machine's start, as far as can be known.</param>
    public DownlinkCounters(ICounterStore store, int? gatewayIndex, TimeProvider time, Func<bool>? isSynchronized = null)
    {
        _reservation = gatewayIndex is { } index ? new DownlinkReservation(store, index) : new DownlinkReservation(store);
        _clock = new SteadyClock(time, isSynchronized);
    }

    /// <summary>Looks at the clock, so that a leap is noticed when it happens, and not with the next counter.</summary>
    public void LookAtClock()
    {
        lock (_lock)
            _clock.UtcMs();
    }

    /// <summary>The next counter of an acknowledgement.</summary>
    public DownlinkDrop TryNextAcknowledgement(int unit, out uint counter) => TryNext(_acknowledgements, unit, out counter);

    /// <summary>The next counter of a command.</summary>
    public DownlinkDrop TryNextCommand(int unit, out uint counter) => TryNext(_commands, unit, out counter);

    private DownlinkDrop TryNext(DownlinkCounter?[] counters, int unit, out uint counter)
    {
        counter = 0;
        lock (_lock)
        {
            var nowUtcMs = _clock.UtcMs();
            var ofUnit = counters[unit] ??= new DownlinkCounter();
            if (ofUnit.IsFarAhead(_reservation, nowUtcMs))
                return DownlinkDrop.CounterAhead;
            return ofUnit.TryNext(_reservation, nowUtcMs, out counter) ? DownlinkDrop.None : DownlinkDrop.NoCounter;
        }
    }
}
