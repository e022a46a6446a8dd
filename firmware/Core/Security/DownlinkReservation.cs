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

    /// <summary>
    /// The same where several gateways serve the same units. A unit accepts only what rises: what one gateway is ahead of
    /// the time, a unit that has heard it does not hear of another one.
    /// </summary>
    public const int ReserveOfSeveralS = 60;

    /// <summary>Gateways that may serve the same units, each with counters of its own.</summary>
    public const int GatewaysMax = 8;

    // Where counters are ahead of the time already (restarts in a row, a clock set back), reservations stay short.
    private const int ReserveBehindTheNext = 16;

    private readonly ICounterStore _store;
    private readonly int _stride;
    private readonly int _residue;
    private readonly int _reserveS;
    private long _reservedBelow;
    private bool _loaded;

    /// <summary>Of the only gateway: all counters are its own.</summary>
    /// <param name="store">Where the number is kept.</param>
    public DownlinkReservation(ICounterStore store)
        : this(store, 1, 0)
    {
    }

    /// <summary>
    /// Of one of up to <see cref="GatewaysMax"/> gateways with the same units: its counters are those that leave its index
    /// when divided by that number, so no two gateways can use one.
    /// </summary>
    /// <param name="store">Where the number is kept, each gateway's own.</param>
    /// <param name="gatewayIndex">Which of them, from 0; no two have the same.</param>
    public DownlinkReservation(ICounterStore store, int gatewayIndex)
        : this(store, GatewaysMax, gatewayIndex)
    {
    }

    private DownlinkReservation(ICounterStore store, int stride, int residue)
    {
        if (store == null)
        {
            throw new ArgumentNullException(nameof(store));
        }

        if (residue < 0 || residue >= stride)
        {
            throw new ArgumentOutOfRangeException(nameof(residue));
        }

        _store = store;
        _stride = stride;
        _residue = residue;
        _reserveS = stride == 1 ? ReserveS : ReserveOfSeveralS;
    }

    /// <summary>Below this, an earlier life may have used any number.</summary>
    public long First { get; private set; }

    /// <summary>
    /// Counters that are further ahead of the time than this, seconds, should wait: a unit without memory looks 2,047 s
    /// around its own time, which may be wrong. A reservation that a restart skips is in it.
    /// </summary>
    public int AheadMaxS => 2 * _reserveS;

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

    /// <summary>The first of this gateway's own numbers from this one on.</summary>
    internal long OwnFrom(long number)
    {
        long beyond = (number - _residue) % _stride;
        return beyond <= 0 ? number - beyond : number + _stride - beyond;
    }

    /// <summary>Makes sure that a number is reserved, durably; false if it cannot be, and then it may not be used.</summary>
    internal bool TryCover(long counter, long utcS)
    {
        if (counter < _reservedBelow)
        {
            return true;
        }

        long below = utcS + _reserveS;
        long behind = counter + (ReserveBehindTheNext * _stride);
        if (below < behind)
        {
            below = behind;
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
