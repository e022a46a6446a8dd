using System;

namespace BoatTelemetry.Core.Security;

/// <summary>
/// What makes the gateway's downlink counters safe against a restart and a clock that steps back: one durable number for
/// all units and both classes, below which numbers may have been used.
/// </summary>
/// <remarks>
/// One is enough because every downlink counter is at least the time: a restart lets all of them begin at that number.
/// So a gateway writes once in <see cref="ReserveS"/> instead of at each downlink. One thread.
/// </remarks>
public sealed class DownlinkReservation
{
    /// <summary>
    /// How far ahead of the time numbers are reserved, seconds; so far ahead of the time counters begin after a restart.
    /// Well below the 2,048 s within which a unit without memory finds a counter from its 12 bits.
    /// </summary>
    public const int ReserveS = 600;

    // Where counters are ahead of the time already (restarts in a row, a clock set back), reservations stay short.
    private const int ReserveBehindTheNext = 16;

    private readonly ICounterStore _store;
    private long _reservedBelow;
    private bool _loaded;

    /// <param name="store">Where the number is kept.</param>
    public DownlinkReservation(ICounterStore store)
    {
        if (store == null)
        {
            throw new ArgumentNullException(nameof(store));
        }

        _store = store;
    }

    /// <summary>Below this, an earlier life may have used any number.</summary>
    public long First { get; private set; }

    /// <summary>Loads what an earlier life reserved; false if the store cannot tell.</summary>
    public bool TryLoad()
    {
        if (_loaded)
        {
            return true;
        }

        if (!_store.TryLoad(out uint first))
        {
            return false;
        }

        First = first;
        _reservedBelow = first;
        _loaded = true;
        return true;
    }

    /// <summary>Makes sure that a number is reserved, durably; false if it cannot be, and then it may not be used.</summary>
    internal bool TryCover(long counter, long utcS)
    {
        if (counter < _reservedBelow)
        {
            return true;
        }

        long below = utcS + ReserveS;
        if (below < counter + ReserveBehindTheNext)
        {
            below = counter + ReserveBehindTheNext;
        }

        if (below > uint.MaxValue)
        {
            below = uint.MaxValue;
        }

        if (counter >= below || !_store.TrySave((uint)below))
        {
            return false;
        }

        _reservedBelow = below;
        return true;
    }
}
