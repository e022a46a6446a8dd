namespace BoatTelemetry.Gateway.Admission;

/// <summary>
/// The last few admitted frames of one unit, as their bytes, so that the same frame heard by another concentrator is
/// known again without opening it.
/// </summary>
internal sealed class RecentFrames
{
    /// <summary>
    /// Named limit: frames remembered for each unit. They are all that it can send in <see cref="FrameAdmission.DuplicateWindowMs"/>,
    /// at most one live frame a second, with both ends of that time, and one for its clock's second being short. One
    /// more would push the oldest out, and its late reception would pass for a replay. Made when first used: a unit
    /// that was never heard costs none.
    /// </summary>
    public const int FramesMax = (FrameAdmission.DuplicateWindowMs / 1000) + 2;

    /// <summary>Named limit: receptions journaled for each frame.</summary>
    public const int ReceptionsMax = 16;

    private readonly Entry[] _entries = new Entry[FramesMax];
    private int _last;

    /// <summary>Remembers a frame that was just admitted.</summary>
    public void Add(ReadOnlySpan<byte> frame, long monotonicMs, ulong concentrator)
    {
        _last = (_last + 1) % FramesMax;
        ref var entry = ref _entries[_last];
        entry.Frame ??= new byte[Ingest.Datagram.FrameBytesMax];
        entry.Heard ??= new ulong[ReceptionsMax];
        frame.CopyTo(entry.Frame);
        entry.Length = frame.Length;
        entry.MonotonicMs = monotonicMs;
        entry.Heard[0] = concentrator;
        entry.Receptions = 1;
    }

    /// <summary>Tells the journal's number of the frame added last.</summary>
    public void SetIdOfLast(long id) => _entries[_last].Id = id;

    /// <summary>
    /// Whether these bytes are a frame admitted in the last <paramref name="windowMs"/>. If so and this concentrator
    /// has not heard it before, <paramref name="ordinal"/> is the number of this reception; otherwise it is 0.
    /// </summary>
    public bool TryAddReception(
        ReadOnlySpan<byte> frame, long nowMonotonicMs, int windowMs, ulong concentrator, out long id, out int ordinal)
    {
        id = 0;
        ordinal = 0;
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.Length == 0
                || nowMonotonicMs - entry.MonotonicMs > windowMs
                || !frame.SequenceEqual(entry.Frame.AsSpan(0, entry.Length)))
            {
                continue;
            }

            id = entry.Id;
            if (entry.Receptions < ReceptionsMax && !entry.Heard.AsSpan(0, entry.Receptions).Contains(concentrator))
            {
                ordinal = entry.Receptions;
                entry.Heard[entry.Receptions++] = concentrator;
            }

            return true;
        }

        return false;
    }

    private struct Entry
    {
        public byte[] Frame;
        public ulong[] Heard;
        public int Length;
        public int Receptions;
        public long Id;
        public long MonotonicMs;
    }
}
