using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>What the last frames of a unit say of bytes that came in.</summary>
internal enum RecentFinding
{
    /// <summary>None of them.</summary>
    Unknown = 0,

    /// <summary>One of them, and not heard by this concentrator before.</summary>
    FurtherReception,

    /// <summary>One of them, heard by this concentrator before, or by as many as are kept.</summary>
    Repeated,
}

/// <summary>A frame by its header and its end, which holds the tag.</summary>
/// <remarks>
/// Two genuine frames of a unit differ in their header or, where the header has only the counter's low bits, in their tag. Bytes that
/// agree in both and differ between, damaged or forged, can at most pass for one more reception of a genuine frame, as whoever
/// repeats its bytes unchanged does; they are never opened and never kept.
/// </remarks>
internal readonly record struct FrameKey(ulong Head, ulong Tail)
{
    /// <param name="frame">At least 8 bytes; every kind of frame is longer.</param>
    public static FrameKey Of(ReadOnlySpan<byte> frame) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(frame), BinaryPrimitives.ReadUInt64BigEndian(frame[^8..]));
}

/// <summary>
/// The last few admitted frames of one unit, so that the same frame heard by another concentrator is known again without opening it.
/// Live and durable ones have places of their own: a burst of backlog must not push out the live frame that another concentrator
/// is about to deliver.
/// </summary>
internal sealed class RecentFrames
{
    /// <summary>
    /// Named limit: live frames remembered for each unit. They are all that it can send in <see cref="FrameAdmission.DuplicateWindowMs"/>,
    /// at most one a second, with both ends of that time, and one for its clock's second being short. One more would push the oldest
    /// out, and its late reception would pass for a replay.
    /// </summary>
    public const int LiveMax = (FrameAdmission.DuplicateWindowMs / 1000) + 2;

    /// <summary>
    /// Named limit: durable frames remembered for each unit. By radio no unit sends more in that time. By Wi-Fi it does, hundreds a
    /// second; nobody else hears those, and a forgotten one that comes again is a duplicate for the journal to know.
    /// </summary>
    public const int DurableMax = 12;

    /// <summary>Named limit: receptions journaled for each frame.</summary>
    public const int ReceptionsMax = 16;

    private const int EntriesLeast = 2;
    private const int MoreLeast = 3;

    private Entry[] _live = [];
    private Entry[] _durable = [];

    /// <summary>Where a reception comes from: the same concentrator behind two sources hears twice.</summary>
    public static ulong Hearer(in Reception reception)
    {
        // Fibonacci hashing (Knuth, vol. 3, 6.4) spreads the few bits of a reference's hash over those of an EUI.
        var source = reception.Source is null ? 0 : (ulong)(uint)RuntimeHelpers.GetHashCode(reception.Source);
        return reception.Concentrator ^ (source * 0x9E37_79B9_7F4A_7C15);
    }

    /// <summary>Remembers a frame that was just admitted.</summary>
    public void Add(FrameKey key, bool isDurable, uint counter, long id, long monotonicMs, ulong hearer)
    {
        ref var entries = ref isDurable ? ref _durable : ref _live;
        ref var entry = ref Place(ref entries, isDurable ? DurableMax : LiveMax, monotonicMs);
        entry.Key = key;
        entry.Id = id;
        entry.Counter = counter;
        entry.MonotonicMs = monotonicMs;
        entry.First = hearer;
        entry.Receptions = 1;
    }

    /// <summary>
    /// Looks for a frame admitted in the last <see cref="FrameAdmission.DuplicateWindowMs"/>, and notes who heard it. Tells all 32 bits of
    /// its counter, its number in the journal and, of a further reception, which one of the frame it is, from 1 on.
    /// </summary>
    public RecentFinding Find(
        FrameKey key, bool isDurable, long nowMonotonicMs, ulong hearer, out uint counter, out long id, out int ordinal)
    {
        foreach (ref var entry in (isDurable ? _durable : _live).AsSpan())
        {
            if (entry.Key != key || entry.IsFree(nowMonotonicMs))
                continue;
            (counter, id, ordinal) = (entry.Counter, entry.Id, entry.Receptions);
            return entry.TryHear(hearer) ? RecentFinding.FurtherReception : RecentFinding.Repeated;
        }

        (counter, id, ordinal) = (0, 0, 0);
        return RecentFinding.Unknown;
    }

    // A free place, else a new one as long as there may be more, else that of the oldest. A unit that reports once a minute needs one.
    private static ref Entry Place(ref Entry[] entries, int entriesMax, long nowMonotonicMs)
    {
        var oldest = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].IsFree(nowMonotonicMs))
                return ref entries[i];
            if (entries[i].MonotonicMs < entries[oldest].MonotonicMs)
                oldest = i;
        }

        if (entries.Length == entriesMax)
            return ref entries[oldest];
        var grown = entries.Length;
        Array.Resize(ref entries, Math.Min(entriesMax, Math.Max(EntriesLeast, grown * 2)));
        return ref entries[grown];
    }

    private struct Entry
    {
        public FrameKey Key;
        public long Id;
        public long MonotonicMs;
        public ulong First;
        public ulong[]? More;
        public uint Counter;
        public byte Receptions;

        public readonly bool IsFree(long nowMonotonicMs) =>
            Receptions == 0 || nowMonotonicMs - MonotonicMs > FrameAdmission.DuplicateWindowMs;

        public bool TryHear(ulong hearer)
        {
            var further = Receptions - 1;
            if (hearer == First || Receptions == ReceptionsMax || (More is not null && More.AsSpan(0, further).Contains(hearer)))
                return false;
            if (More is null || further == More.Length)
                Array.Resize(ref More, More is null ? MoreLeast : ReceptionsMax - 1);
            More[further] = hearer;
            Receptions++;
            return true;
        }
    }
}
