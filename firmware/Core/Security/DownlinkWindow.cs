using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Security;

/// <summary>What a unit's window says of a downlink.</summary>
public enum DownlinkVerdict
{
    /// <summary>Newer than all accepted before.</summary>
    Accepted = 0,

    /// <summary>Was accepted before.</summary>
    Replayed,

    /// <summary>Of the gateway, and older than the newest accepted one.</summary>
    Older,

    /// <summary>Fits no counter that was tried.</summary>
    TagMismatch,

    /// <summary>Neither the time nor an earlier downlink is known, so the counter cannot be found.</summary>
    TimeUnknown,
}

/// <summary>
/// The unit's view of one class of the gateway's downlink counters. Acceptance only goes up: each counter at most once,
/// none that is older than the newest.
/// </summary>
/// <remarks>
/// An acknowledgement that is forged makes a unit drop its record, so few counters are tried: with the time known the
/// one nearest to it and the one behind the last accepted, without it <see cref="TimelessCycles"/>. A unit that has lost
/// its memory accepts acknowledgements again as soon as it knows the time. Nothing is allocated. One thread.
/// </remarks>
public sealed class DownlinkWindow
{
    /// <summary>
    /// Cycles of 4,096 s behind the last accepted counter that are tried while the time is unknown: a good day, in which
    /// a receiver finds the time again if it can at all.
    /// </summary>
    public const int TimelessCycles = 24;

    private const int Cycle = LiveCounter.Cycle;

    /// <summary>A window as it was kept, or <see cref="LiveCounter.None"/>.</summary>
    public DownlinkWindow(long last)
    {
        if (last < LiveCounter.None || last > uint.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(last));
        }

        Last = last;
    }

    /// <summary>The newest accepted counter, or <see cref="LiveCounter.None"/>.</summary>
    public long Last { get; private set; }

    /// <summary>Judges a frame that carries its whole counter: a command.</summary>
    public DownlinkVerdict JudgeWhole(uint counter, IFrameOpener opener)
    {
        if (!opener.Opens(counter))
        {
            return DownlinkVerdict.TagMismatch;
        }

        return Take(counter);
    }

    /// <summary>Judges a frame that carries 12 bits of its counter: an acknowledgement.</summary>
    /// <param name="counterLow">The 12 bits.</param>
    /// <param name="nowUtcMs">The unit's time, or <see cref="UtcTime.Unknown"/>; it may be wrong.</param>
    /// <param name="opener">The frame.</param>
    /// <param name="counter">The whole counter if one fitted.</param>
    public DownlinkVerdict Judge(int counterLow, long nowUtcMs, IFrameOpener opener, out uint counter)
    {
        if (counterLow < 0 || counterLow >= Cycle)
        {
            throw new ArgumentOutOfRangeException(nameof(counterLow));
        }

        counter = 0;
        long nowS = DownlinkTime.Seconds(nowUtcMs);
        if (nowS == DownlinkTime.Unknown && Last == LiveCounter.None)
        {
            return DownlinkVerdict.TimeUnknown;
        }

        long nearest = LiveCounter.None;
        if (nowS != DownlinkTime.Unknown)
        {
            nearest = LiveCounter.NextAfter(nowS - (Cycle / 2) - 1, counterLow);
            if (Opens(opener, nearest, out counter))
            {
                return Take(counter);
            }
        }

        if (Last == LiveCounter.None)
        {
            return DownlinkVerdict.TagMismatch;
        }

        int cycles = nowS == DownlinkTime.Unknown ? TimelessCycles : 1;
        return JudgeFromLast(counterLow, nearest, cycles, opener, out counter);
    }

    private DownlinkVerdict JudgeFromLast(
        int counterLow, long alreadyTried, int cycles, IFrameOpener opener, out uint counter)
    {
        counter = 0;
        long candidate = LiveCounter.NextAfter(Last, counterLow) - Cycle;
        for (int i = 0; i <= cycles; i++, candidate += Cycle)
        {
            if (candidate != alreadyTried && Opens(opener, candidate, out counter))
            {
                return Take(counter);
            }
        }

        return DownlinkVerdict.TagMismatch;
    }

    private DownlinkVerdict Take(uint counter)
    {
        if (counter <= Last)
        {
            return counter == Last ? DownlinkVerdict.Replayed : DownlinkVerdict.Older;
        }

        Last = counter;
        return DownlinkVerdict.Accepted;
    }

    private static bool Opens(IFrameOpener opener, long candidate, out uint counter)
    {
        counter = 0;
        if (candidate < 0 || candidate > uint.MaxValue || !opener.Opens((uint)candidate))
        {
            return false;
        }

        counter = (uint)candidate;
        return true;
    }
}
