using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Tests.Reports;

/// <summary>
/// A journal in memory that keeps everything until it is acknowledged, holds the caller to rising counters, and refuses on
/// request. With <see cref="Keeps"/> off it forgets at once, for measurements of allocation.
/// </summary>
internal sealed class MemoryJournal : IFrameJournal
{
    private readonly FrameHeader _header = new();
    private readonly SortedDictionary<uint, byte[]> _held = [];
    private long _last = -1;

    public JournalResult Answer { get; set; } = JournalResult.Stored;

    public bool Keeps { get; set; } = true;

    /// <summary>All frames ever stored, in order.</summary>
    public List<byte[]> Frames { get; } = [];

    public int Appends { get; private set; }

    public int HeldFrames => _held.Count;

    public uint OldestHeldCounter => _held.Keys.First();

    public long DroppedFrames { get; set; }

    public JournalResult Append(byte[] frame, int offset, int length, bool isSos)
    {
        Appends++;
        if (Answer != JournalResult.Stored)
            return Answer;
        if (_header.Read(frame, offset, length, FrameDirection.Uplink) != FrameRejection.None || !_header.IsDurable)
            return JournalResult.NotDurable;
        if (_header.Counter <= _last)
            return JournalResult.CounterNotRising;
        _last = _header.Counter;
        if (Keeps)
        {
            Frames.Add(frame.AsSpan(offset, length).ToArray());
            _held[_header.Counter] = Frames[^1];
        }

        return JournalResult.Stored;
    }

    public void Acknowledge(Acknowledgement acknowledgement)
    {
        foreach (var counter in _held.Keys.Where(acknowledgement.Covers).ToList())
            _held.Remove(counter);
    }

    public bool MoveToOldest(JournalCursor cursor) => throw new NotSupportedException();

    public bool MoveToNewest(JournalCursor cursor) => throw new NotSupportedException();

    public bool MoveToNewer(JournalCursor cursor) => throw new NotSupportedException();

    public bool MoveToOlder(JournalCursor cursor) => throw new NotSupportedException();

    public bool MoveTo(JournalCursor cursor, uint counter) => throw new NotSupportedException();

    public bool MoveToEvent(JournalCursor cursor, uint counter, bool sosOnly) => throw new NotSupportedException();

    public int Read(JournalCursor cursor, byte[] buffer, int offset) => throw new NotSupportedException();
}
