using System;

namespace BoatTelemetry.Core.Security;

/// <summary>
/// Hands out the numbers that make nonces, each at most once in the life of a key. It reserves ahead: a reservation is
/// durable before its first number is used, so a loss of power skips numbers and never repeats one.
/// </summary>
public sealed class CounterAllocator
{
    private readonly ICounterStore _store;
    private readonly uint _reserve;
    private uint _next;
    private uint _reservedBelow;
    private bool _loaded;

    /// <param name="store">Where reservations are kept.</param>
    /// <param name="reserve">Numbers in a reservation: how many a loss of power skips at the most.</param>
    public CounterAllocator(ICounterStore store, uint reserve)
    {
        if (store == null)
        {
            throw new ArgumentNullException(nameof(store));
        }

        if (reserve == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(reserve));
        }

        _store = store;
        _reserve = reserve;
    }

    /// <summary>The next number. False if the store failed, or all 2^32 are used: then nothing may be sealed.</summary>
    public bool TryNext(out uint counter)
    {
        counter = 0;
        if (!_loaded && !Load())
        {
            return false;
        }

        if (_next == _reservedBelow && !Reserve())
        {
            return false;
        }

        counter = _next++;
        return true;
    }

    /// <summary>
    /// The number that <see cref="TryNext"/> would give, without taking it; a loss of power may skip it. False if the
    /// store failed.
    /// </summary>
    public bool TryPeek(out uint counter)
    {
        bool loaded = _loaded || Load();
        counter = _next;
        return loaded;
    }

    private bool Load()
    {
        if (!_store.TryLoad(out uint first))
        {
            return false;
        }

        _next = first;
        _reservedBelow = first;
        _loaded = true;
        return true;
    }

    // The last number is never reserved: "reserved below" could not express it, and no unit lives that long.
    private bool Reserve()
    {
        uint left = uint.MaxValue - _reservedBelow;
        if (left == 0)
        {
            return false;
        }

        uint below = _reservedBelow + (left < _reserve ? left : _reserve);
        if (!_store.TrySave(below))
        {
            return false;
        }

        _reservedBelow = below;
        return true;
    }
}
