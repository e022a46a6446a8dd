using System.Runtime.InteropServices;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>
/// How many datagrams each source address may send: whoever tries tags at random, or only floods, gets no further than
/// this (docs/decisions/counters-and-nonces.md). Bounded, and nothing is allocated for a datagram. One thread.
/// </summary>
/// <remarks>
/// For each address stands the time until which its allowance is spent (the "theoretical arrival time" of ITU-T I.371's
/// generic cell rate algorithm): one number, and nothing to refill.
/// </remarks>
internal sealed class SourceRateLimit
{
    /// <summary>
    /// Named limit: addresses told apart. When more are active at once, those beyond share one allowance.
    /// </summary>
    public const int SourcesMax = 4096;

    /// <summary>What may come at once, in seconds' worth.</summary>
    public const int BurstS = 1;

    private readonly TimeProvider _time;
    private readonly long _interval;
    private readonly long _burst;
    private readonly Dictionary<UInt128, long> _spentUntil = new(SourcesMax);
    private readonly List<UInt128> _idle = new(SourcesMax);
    private long _overflowSpentUntil;
    private long _sweptAt;

    public SourceRateLimit(int datagramsPerS, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(datagramsPerS, 1);
        _time = time;
        _interval = Math.Max(1, time.TimestampFrequency / datagramsPerS);
        _burst = time.TimestampFrequency * BurstS;
        _sweptAt = time.GetTimestamp() - time.TimestampFrequency;
    }

    /// <summary>Addresses it tells apart now.</summary>
    public int Sources => _spentUntil.Count;

    /// <summary>Whether a datagram from here is within the rate; it is counted if it is.</summary>
    public bool TryTake(UInt128 address)
    {
        var now = _time.GetTimestamp();
        if (_spentUntil.Count >= SourcesMax && !_spentUntil.ContainsKey(address))
        {
            Sweep(now);
            if (_spentUntil.Count >= SourcesMax)
                return TryTake(ref _overflowSpentUntil, now);
        }

        return TryTake(ref CollectionsMarshal.GetValueRefOrAddDefault(_spentUntil, address, out _), now);
    }

    private bool TryTake(ref long spentUntil, long now)
    {
        var from = Math.Max(spentUntil, now);
        if (from - now > _burst - _interval)
            return false;
        spentUntil = from + _interval;
        return true;
    }

    // An address whose allowance is whole again need not be remembered. Not more often than once a second.
    private void Sweep(long now)
    {
        if (now - _sweptAt < _time.TimestampFrequency)
            return;
        _sweptAt = now;
        foreach (var (address, spentUntil) in _spentUntil)
        {
            if (spentUntil <= now)
                _idle.Add(address);
        }

        foreach (var address in _idle)
            _spentUntil.Remove(address);
        _idle.Clear();
    }
}
