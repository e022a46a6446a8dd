using System;

namespace BoatTelemetry.Core.Links;

/// <summary>
/// The air time of one sub-band over a sliding hour, microseconds. Bounded: <see cref="Slots"/> sums of half a minute
/// each, 496 bytes.
/// </summary>
/// <remarks>
/// A transmission is counted as a whole from before it begins until the slot of its end is more than an hour past. So
/// of any hour's window the ledger has counted, at the last transmission that begins in it, all that reach into it: it
/// errs to the safe side only, by less than a slot (30 s in an hour) and the beginning of one transmission.
/// </remarks>
internal sealed class AirtimeLedger
{
    public const int WindowMs = 3_600_000;
    public const int SlotMs = 30_000;

    /// <summary>121 slots reach into an hour; one more may lie ahead, for a transmission that ends in it; one is spare.</summary>
    public const int Slots = (WindowMs / SlotMs) + 4;

    private readonly int[] _slotUs = new int[Slots];

    // Before anything that a ledger ever hears of, so that no slot has a negative number.
    private readonly long _originMs;
    private long _oldest;
    private long _sumUs;

    public AirtimeLedger(long nowMs)
    {
        _originMs = nowMs - WindowMs - (2L * SlotMs);
    }

    public long UsedUs(long nowMs)
    {
        Advance(nowMs);
        return _sumUs;
    }

    /// <summary>Counts a transmission that ends at <paramref name="endMs"/> at the latest.</summary>
    public void Add(long endMs, int us)
    {
        _slotUs[SlotOf(endMs)] += us;
        _sumUs += us;
    }

    /// <summary>Takes back what was added with the same two values and never reached the air.</summary>
    public void Remove(long endMs, int us)
    {
        _slotUs[SlotOf(endMs)] -= us;
        _sumUs -= us;
    }

    /// <summary>From when on the use will not be above <paramref name="limitUs"/>, if nothing is added.</summary>
    public long NotAboveFromMs(long nowMs, long limitUs)
    {
        long leftUs = UsedUs(nowMs);
        long fromMs = nowMs;
        for (long slot = _oldest; leftUs > limitUs && slot < _oldest + Slots; slot++)
        {
            leftUs -= _slotUs[(int)(slot % Slots)];
            fromMs = _originMs + ((slot + 1) * SlotMs) + WindowMs;
        }

        return fromMs;
    }

    /// <summary>Sums the slots by their age now, the age counted from a slot's end; what lies ahead is of age zero.</summary>
    public void SumByAge(long nowMs, int bucketMs, long[] bucketsUs)
    {
        Advance(nowMs);
        Array.Clear(bucketsUs, 0, bucketsUs.Length);
        for (long slot = _oldest; slot < _oldest + Slots; slot++)
        {
            long ageMs = nowMs - (_originMs + ((slot + 1) * SlotMs));
            long bucket = ageMs < 0 ? 0 : ageMs / bucketMs;
            if (bucket < bucketsUs.Length)
            {
                bucketsUs[(int)bucket] += _slotUs[(int)(slot % Slots)];
            }
        }
    }

    private int SlotOf(long timeMs)
    {
        long slot = (timeMs - _originMs) / SlotMs;
        return (int)((slot < _oldest ? _oldest : slot) % Slots);
    }

    private void Advance(long nowMs)
    {
        long oldest = (nowMs - WindowMs - _originMs) / SlotMs;
        if (oldest - _oldest >= Slots)
        {
            Array.Clear(_slotUs, 0, Slots);
            _sumUs = 0;
            _oldest = oldest;
        }

        while (_oldest < oldest)
        {
            int slot = (int)(_oldest % Slots);
            _sumUs -= _slotUs[slot];
            _slotUs[slot] = 0;
            _oldest++;
        }
    }
}
