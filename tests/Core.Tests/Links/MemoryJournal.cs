using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Tests.Links;

/// <summary>A journal in memory that keeps the contract of <see cref="IFrameJournal"/>.</summary>
internal sealed class MemoryJournal : IFrameJournal
{
    private readonly SortedList<uint, byte[]> _held = [];
    private readonly HashSet<uint> _sos = [];
    private long _last = -1;

    public int HeldFrames => _held.Count;

    public uint OldestHeldCounter => _held.Count == 0 ? 0 : _held.Keys[0];

    public long DroppedFrames { get; private set; }

    public IEnumerable<uint> Held => _held.Keys;

    public JournalResult Append(byte[] frame, int offset, int length, bool isSos)
    {
        var header = new FrameHeader();
        if (header.Read(frame, offset, length, FrameDirection.Uplink) != FrameRejection.None || !header.IsDurable)
            return JournalResult.NotDurable;
        if (header.Counter <= _last)
            return JournalResult.CounterNotRising;
        _last = header.Counter;
        _held[header.Counter] = frame.AsSpan(offset, length).ToArray();
        if (isSos)
            _sos.Add(header.Counter);
        return JournalResult.Stored;
    }

    public void Drop(uint counter) => DroppedFrames += _held.Remove(counter) ? 1 : 0;

    public void Acknowledge(Acknowledgement acknowledgement)
    {
        for (var i = _held.Count - 1; i >= 0; i--)
        {
            if (acknowledgement.Covers(_held.Keys[i]))
                _held.RemoveAt(i);
        }
    }

    public bool MoveToOldest(JournalCursor cursor) => Place(cursor, 0);

    public bool MoveToNewest(JournalCursor cursor) => Place(cursor, _held.Count - 1);

    public bool MoveToNewer(JournalCursor cursor) => Place(cursor, FirstNotBelow((long)cursor.Counter + 1));

    public bool MoveToOlder(JournalCursor cursor) => Place(cursor, FirstNotBelow(cursor.Counter) - 1);

    public bool MoveTo(JournalCursor cursor, uint counter) => Place(cursor, FirstNotBelow(counter));

    public bool MoveToEvent(JournalCursor cursor, uint counter, bool sosOnly)
    {
        for (var index = FirstNotBelow(counter); Place(cursor, index); index++)
        {
            if (cursor.Kind == FrameKind.Event && (cursor.IsSos || !sosOnly))
                return true;
        }

        return false;
    }

    public int Read(JournalCursor cursor, byte[] buffer, int offset)
    {
        if (!_held.TryGetValue(cursor.Counter, out var frame))
            return 0;
        frame.CopyTo(buffer, offset);
        return frame.Length;
    }

    private int FirstNotBelow(long counter)
    {
        var (low, high) = (0, _held.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_held.Keys[middle] < counter)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private bool Place(JournalCursor cursor, int index)
    {
        if (index < 0 || index >= _held.Count)
            return false;
        cursor.Counter = _held.Keys[index];
        cursor.LengthBytes = _held.Values[index].Length;
        cursor.IsSos = _sos.Contains(cursor.Counter);
        cursor.Kind = (FrameKind)((_held.Values[index][0] >> 2) & 0xF);
        return true;
    }
}
