using System;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.Security;

/// <summary>What a window says of a live frame.</summary>
public enum LiveVerdict
{
    /// <summary>Newer than all admitted before.</summary>
    Admitted = 0,

    /// <summary>
    /// Fits, but only after a search so deep that the tag alone does not prove enough; a second frame behind it decides.
    /// Not to be believed.
    /// </summary>
    Unconfirmed,

    /// <summary>Was admitted before.</summary>
    Replayed,

    /// <summary>Of this unit, and not newer than the newest admitted one.</summary>
    Older,

    /// <summary>Fits no counter that was tried.</summary>
    TagMismatch,
}

/// <summary>
/// The gateway's view of one unit's live counter: finds all 32 bits of a frame's counter from the 12 on air, and admits
/// each counter at most once and none that is older than the newest. Reasons and figures:
/// docs/decisions/counters-and-nonces.md.
/// </summary>
/// <remarks>
/// Tried in this order: the nearest counter ahead; those behind an unconfirmed frame; the cycle back, so that replays are
/// told from forgeries; <see cref="NearCycles"/> ahead; as many back; and ahead as far as the unit can have counted
/// since. All but the first three are a search: each counter tried takes <see cref="SearchRestMs"/> from an allowance of
/// <see cref="SearchAllowanceMs"/>, so that a flood of forgeries buys neither the gateway's time nor many guesses.
/// Nothing is allocated. One thread; 80 bytes on 64-bit .NET.
/// </remarks>
public sealed class LiveWindow
{
    /// <summary>Cycles of 4,096 ahead that one fitting tag is enough for: what reservations lost at resets can skip.</summary>
    public const int NearCycles = 64;

    /// <summary>Cycles back in which an old frame is told from a forged one.</summary>
    public const int BackCycles = 64;

    /// <summary>How many counters back a replay is told from a frame that was overtaken.</summary>
    public const int SeenBits = 64;

    /// <summary>What one counter tried in a search costs.</summary>
    public const int SearchRestMs = 1_000;

    /// <summary>How far ahead of time a unit's searches may be: 3,600 counters, then one a second.</summary>
    public const int SearchAllowanceMs = 3_600_000;

    private const int Cycle = LiveCounter.Cycle;
    private const int CounterIntervalMs = 1_000;

    private long _newest;
    private ulong _seen;
    private long _asOfMs;
    private long _claimed = LiveCounter.None;
    private long _claimedMs;
    private long _searchPaidMs;
    private long _searchedMs;
    private int _searchesRefused;

    /// <summary>A window as it was kept, or that of a new unit.</summary>
    /// <param name="newest">The newest admitted counter, or <see cref="LiveCounter.None"/>.</param>
    /// <param name="seen">Bit i: whether <paramref name="newest"/> - i was admitted.</param>
    /// <param name="asOfUtcMs">When it was admitted; for a new unit when its counter began, with its key.</param>
    public LiveWindow(long newest, ulong seen, long asOfUtcMs)
    {
        if (newest < LiveCounter.None || newest > uint.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(newest));
        }

        _newest = newest;
        _seen = seen;
        _asOfMs = asOfUtcMs;
    }

    /// <summary>The newest admitted counter, or <see cref="LiveCounter.None"/>. To be kept with the journal's commit.</summary>
    public long Newest => _newest;

    /// <summary>Bit i: whether <see cref="Newest"/> - i was admitted. To be kept.</summary>
    public ulong Seen => _seen;

    /// <summary>When <see cref="Newest"/> was reached, UTC. To be kept.</summary>
    public long AsOfUtcMs => _asOfMs;

    /// <summary>Frames for which the allowance left no search: a flood of forgeries, or a unit lost from sight in one.</summary>
    public int SearchesRefused => _searchesRefused;

    /// <summary>Judges a live frame and, if it is admitted, moves the window.</summary>
    /// <param name="counterLow">The 12 bits on air.</param>
    /// <param name="nowUtcMs">The gateway's clock.</param>
    /// <param name="opener">The frame.</param>
    /// <param name="counter">The whole counter, unless the verdict is <see cref="LiveVerdict.TagMismatch"/>.</param>
    public LiveVerdict Judge(int counterLow, long nowUtcMs, IFrameOpener opener, out uint counter)
    {
        if (counterLow < 0 || counterLow >= Cycle)
        {
            throw new ArgumentOutOfRangeException(nameof(counterLow));
        }

        long next = LiveCounter.NextAfter(_newest, counterLow);
        if (Opens(opener, next, out counter) || ConfirmsClaim(counterLow, nowUtcMs, opener, out counter))
        {
            Admit(counter, nowUtcMs);
            return LiveVerdict.Admitted;
        }

        if (Opens(opener, next - Cycle, out counter))
        {
            return Behind(counter);
        }

        if (IsClaimAgain(counterLow, opener, out counter))
        {
            return LiveVerdict.Unconfirmed;
        }

        if (!MaySearch(nowUtcMs))
        {
            _searchesRefused++;
            return LiveVerdict.TagMismatch;
        }

        return Search(next, nowUtcMs, opener, out counter);
    }

    /// <summary>
    /// The unit itself has said, in a durable frame, which live counter it would use next: a way back into sight after a
    /// long absence that needs no search.
    /// </summary>
    /// <param name="nextLive">The status frame's field.</param>
    /// <param name="saidUtcMs">The time in that frame; it may be a month old.</param>
    public void Announce(uint nextLive, long saidUtcMs)
    {
        long newest = (long)nextLive - 1;
        if (newest > _newest)
        {
            _newest = newest;
            _seen = 0;
            _asOfMs = saidUtcMs;
        }
    }

    private bool MaySearch(long nowUtcMs)
    {
        // A clock that was set back must not close the search until it comes there again.
        if (_searchedMs - nowUtcMs > SearchAllowanceMs)
        {
            _searchPaidMs = nowUtcMs;
        }

        return _searchPaidMs - nowUtcMs <= SearchAllowanceMs;
    }

    private LiveVerdict Search(long next, long nowUtcMs, IFrameOpener opener, out uint counter)
    {
        int tried = 0;
        LiveVerdict verdict = LiveVerdict.TagMismatch;
        counter = 0;
        long near = _newest + ((long)NearCycles * Cycle);
        long candidate = next + Cycle;
        for (; candidate <= near && verdict == LiveVerdict.TagMismatch; candidate += Cycle, tried++)
        {
            if (Opens(opener, candidate, out counter))
            {
                Admit(counter, nowUtcMs);
                verdict = LiveVerdict.Admitted;
            }
        }

        long back = next - (2 * Cycle);
        for (int i = 1; i < BackCycles && back >= 0 && verdict == LiveVerdict.TagMismatch; i++, back -= Cycle, tried++)
        {
            if (Opens(opener, back, out counter))
            {
                verdict = Behind(counter);
            }
        }

        long deep = Deepest(near, nowUtcMs);
        for (; candidate <= deep && verdict == LiveVerdict.TagMismatch; candidate += Cycle, tried++)
        {
            if (Opens(opener, candidate, out counter))
            {
                _claimed = candidate;
                _claimedMs = nowUtcMs;
                verdict = LiveVerdict.Unconfirmed;
            }
        }

        // A genuine frame has cost its unit air time; only what leads nowhere, or has yet to be confirmed, is paid for.
        if (verdict == LiveVerdict.TagMismatch || verdict == LiveVerdict.Unconfirmed)
        {
            long from = _searchPaidMs > nowUtcMs ? _searchPaidMs : nowUtcMs;
            _searchPaidMs = from + ((long)tried * SearchRestMs);
            _searchedMs = nowUtcMs;
        }

        return verdict;
    }

    // A unit counts at most one a second, besides the numbers that it loses at resets.
    private long Deepest(long near, long nowUtcMs)
    {
        long elapsedMs = nowUtcMs - _asOfMs;
        long deepest = elapsedMs > 0 ? near + (elapsedMs / CounterIntervalMs) : near;
        return deepest > uint.MaxValue ? uint.MaxValue : deepest;
    }

    // The frame behind a claim is looked for right behind it, so that a forger of the claim has one guess or few.
    private bool ConfirmsClaim(int counterLow, long nowUtcMs, IFrameOpener opener, out uint counter)
    {
        counter = 0;
        if (_claimed <= _newest)
        {
            return false;
        }

        long elapsedMs = nowUtcMs > _claimedMs ? nowUtcMs - _claimedMs : 0;
        long reach = elapsedMs / CounterIntervalMs;
        if (reach > NearCycles * Cycle)
        {
            _claimed = LiveCounter.None;
            return false;
        }

        long last = _claimed + Cycle + reach;
        for (long candidate = LiveCounter.NextAfter(_claimed, counterLow); candidate <= last; candidate += Cycle)
        {
            if (Opens(opener, candidate, out counter))
            {
                return true;
            }
        }

        return false;
    }

    // The same frame by another concentrator confirms nothing.
    private bool IsClaimAgain(int counterLow, IFrameOpener opener, out uint counter)
    {
        counter = 0;
        return _claimed > _newest && (_claimed & (Cycle - 1)) == counterLow && Opens(opener, _claimed, out counter);
    }

    private LiveVerdict Behind(uint counter)
    {
        long behind = _newest - counter;
        return behind < SeenBits && ((_seen >> (int)behind) & 1) != 0 ? LiveVerdict.Replayed : LiveVerdict.Older;
    }

    private void Admit(uint counter, long nowUtcMs)
    {
        long ahead = counter - _newest;
        _seen = ahead < SeenBits ? (_seen << (int)ahead) | 1 : 1;
        _newest = counter;
        _asOfMs = nowUtcMs;
        _claimed = LiveCounter.None;
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
