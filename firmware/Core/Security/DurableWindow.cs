using System;

namespace BoatTelemetry.Core.Security;

/// <summary>What a window did with a durable counter.</summary>
public enum DurableMark
{
    /// <summary>Marked; an acknowledgement may say so.</summary>
    Marked = 0,

    /// <summary>Was settled or marked before.</summary>
    Known,

    /// <summary>
    /// Too far ahead of the base to be remembered. The unit will send it again, and by then the base has moved.
    /// </summary>
    TooFarAhead,
}

/// <summary>
/// Which durable counters of one unit are settled, in the form in which acknowledgements say it: all below a base, and
/// single ones above it. A counter is settled when its frame is in the journal, or when it will never come.
/// </summary>
/// <remarks>
/// It decides nothing about admission: that is the journal's unique key of unit and counter, and every frame found there
/// is marked here, a duplicate too. So what the window forgets costs one more transmission and never a frame, and a
/// window made anew from nothing is right. One thread; 40 bytes on 64-bit .NET.
/// </remarks>
public sealed class DurableWindow
{
    /// <summary>How far above the base counters are remembered. An acknowledgement has room for the first 32.</summary>
    public const int AheadMax = 128;

    /// <summary>The status field's code for "so many or more", and with it for "unknown".</summary>
    public const int OldestHeldUnsure = 65_534;

    private const int WordBits = 64;

    private long _base;

    // The highest bit of _near is base + 1, the lowest of _far is base + 128.
    private ulong _near;
    private ulong _far;

    /// <summary>A window as it was kept; all zero for a new unit.</summary>
    public DurableWindow(uint firstUnsettled, ulong near, ulong far)
    {
        _base = firstUnsettled;
        _near = near;
        _far = far;
    }

    /// <summary>All counters below are settled. To be kept.</summary>
    public uint Base => (uint)_base;

    /// <summary>The highest bit: whether <see cref="Base"/> + 1 is settled; and so on. To be kept.</summary>
    public ulong Near => _near;

    /// <summary>The 64 counters behind <see cref="Near"/>. To be kept.</summary>
    public ulong Far => _far;

    /// <summary>The acknowledgement's bitmap: the highest bit says it of <see cref="Base"/> + 1.</summary>
    public uint Bitmap => (uint)(_near >> 32);

    /// <summary>Marks a frame that is in the journal, committed.</summary>
    public DurableMark Mark(uint counter)
    {
        long ahead = counter - _base;
        if (ahead < 0)
        {
            return DurableMark.Known;
        }

        if (ahead == 0)
        {
            SettleBase();
            return DurableMark.Marked;
        }

        if (ahead > AheadMax)
        {
            return DurableMark.TooFarAhead;
        }

        ulong bit = 1UL << (int)((WordBits - ahead) & (WordBits - 1));
        ulong word = ahead <= WordBits ? _near : _far;
        if ((word & bit) != 0)
        {
            return DurableMark.Known;
        }

        if (ahead <= WordBits)
        {
            _near |= bit;
        }
        else
        {
            _far |= bit;
        }

        return DurableMark.Marked;
    }

    /// <summary>
    /// Moves the base to what the unit said it still held when it made a status frame: what is older was acknowledged,
    /// dropped by policy or never used, and will never come. The frame may be a month old; the base only goes up.
    /// </summary>
    /// <param name="statusCounter">The status frame's own counter.</param>
    /// <param name="oldestHeld">Its field: so many counters before its own is the oldest that is held.</param>
    /// <returns>False if the field does not say, or says what cannot be.</returns>
    public bool HoldsNothingOlder(uint statusCounter, int oldestHeld)
    {
        if (oldestHeld < 0 || oldestHeld >= OldestHeldUnsure || oldestHeld > statusCounter)
        {
            return false;
        }

        MoveBase((long)statusCounter - oldestHeld);
        return true;
    }

    private void MoveBase(long to)
    {
        long ahead = to - _base;
        if (ahead <= 0)
        {
            return;
        }

        // One less, so that the new base's own bit is the highest and says whether the base goes on.
        Shift(ahead - 1);
        _base = to - 1;
        SettleBase();
    }

    private void SettleBase()
    {
        bool settled = true;
        while (settled)
        {
            settled = (_near >> (WordBits - 1)) != 0;
            Shift(1);
            _base++;
        }
    }

    private void Shift(long bits)
    {
        if (bits >= AheadMax)
        {
            _near = 0;
            _far = 0;
        }
        else if (bits >= WordBits)
        {
            _near = _far << (int)(bits - WordBits);
            _far = 0;
        }
        else if (bits > 0)
        {
            _near = (_near << (int)bits) | (_far >> (int)(WordBits - bits));
            _far <<= (int)bits;
        }
    }
}
