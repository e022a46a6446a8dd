using System.Security.Cryptography;

namespace BoatTelemetry.Gateway.Ingest;

/// <summary>
/// A token bucket for each source address: so many frames or datagrams a second, and so many at once. The table has a fixed size. An
/// address takes a place among eight; where all eight are in use by others that have not refilled, it shares one bucket
/// with all others that found none, so that a flood of invented addresses is limited as one, and no place is made by
/// forgetting what somebody has used up. One thread; nothing is allocated.
/// </summary>
/// <remarks>
/// The address counts and not the port: a port is the sender's free choice. Behind a carrier's NAT many units have one
/// address, which the rate must allow for.
/// </remarks>
public sealed class AddressRates
{
    private const int Ways = 8;

    private readonly Bucket[] _buckets;
    private readonly int _sets;
    private readonly double _perMs;
    private readonly int _burst;
    private readonly ulong _hashKey = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
    private Bucket _others;

    /// <param name="perSecond">What one address may send for ever.</param>
    /// <param name="burst">What it may send at once.</param>
    /// <param name="addressesMax">Named limit: addresses known apart.</param>
    public AddressRates(int perSecond, int burst, int addressesMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perSecond, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(addressesMax, Ways);
        _perMs = perSecond / 1000.0;
        _burst = burst;
        _sets = addressesMax / Ways;
        _buckets = new Bucket[_sets * Ways];
        _others = new Bucket { Tokens = burst, IsUsed = true };
    }

    /// <summary>Takes what one costs from an address; false if there is none left.</summary>
    /// <param name="address">IPv6, or IPv4 mapped into it.</param>
    /// <param name="monotonicMs">The gateway's monotonic clock.</param>
    public bool TryTake(UInt128 address, long monotonicMs)
    {
        ref var bucket = ref Find(address, monotonicMs);
        Refill(ref bucket, monotonicMs);
        if (bucket.Tokens < 1)
            return false;
        bucket.Tokens -= 1;
        return true;
    }

    private ref Bucket Find(UInt128 address, long monotonicMs)
    {
        var set = _buckets.AsSpan((int)(Hash(address) % (uint)_sets) * Ways, Ways);
        var free = -1;
        for (var i = 0; i < set.Length; i++)
        {
            ref var bucket = ref set[i];
            if (bucket.IsUsed && bucket.Address == address)
                return ref bucket;
            if (free < 0 && (!bucket.IsUsed || IsFull(in bucket, monotonicMs)))
                free = i;
        }

        if (free < 0)
            return ref _others;
        set[free] = new Bucket { Address = address, Tokens = _burst, LastMs = monotonicMs, IsUsed = true };
        return ref set[free];
    }

    private bool IsFull(in Bucket bucket, long monotonicMs) =>
        bucket.Tokens + ((monotonicMs - bucket.LastMs) * _perMs) >= _burst;

    private void Refill(ref Bucket bucket, long monotonicMs)
    {
        bucket.Tokens = Math.Min(_burst, bucket.Tokens + (Math.Max(0, monotonicMs - bucket.LastMs) * _perMs));
        bucket.LastMs = monotonicMs;
    }

    // A keyed mixer (splitmix64's finaliser): who sends cannot choose addresses that fall into one set.
    private uint Hash(UInt128 address)
    {
        var x = Mix((ulong)(address >> 64) ^ _hashKey);
        x = Mix(x ^ (ulong)address ^ _hashKey);
        return (uint)(x >> 32);
    }

    private static ulong Mix(ulong x)
    {
        unchecked
        {
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            return x ^ (x >> 31);
        }
    }

    private struct Bucket
    {
        public UInt128 Address;
        public double Tokens;
        public long LastMs;
        public bool IsUsed;
    }
}
