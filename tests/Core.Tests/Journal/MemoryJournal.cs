using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Tests.Journal;

/// <summary>
/// A journal in memory that keeps the contract of <see cref="IFrameJournal"/>, and refuses on request. With <see cref="Keeps"/> off it forgets
/// at once, for measurements of allocation.
/// </summary>
internal sealed class MemoryJournal : IFrameJournal
{
    private readonly FrameHeader _header = new();
    private readonly SortedList<uint, byte[]> _held = [];
    private readonly HashSet<uint> _sos = [];
    private long _last = -1;

    public int HeldFrames => _held.Count;

    public uint OldestHeldCounter => _held.Count == 0 ? 0 : _held.Keys[0];

    public long DroppedFrames { get; set; }

    /// <summary>What an append comes to; anything but stored refuses it.</summary>
    public JournalResult Answer { get; set; } = JournalResult.Stored;

    public bool Keeps { get; set; } = true;

    /// <summary>All frames ever stored, in order.</summary>
    public List<byte[]> Frames { get; } = [];

    public int Appends { get; private set; }

    public IEnumerable<uint> Held => _held.Keys;

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
        if (!Keeps)
            return JournalResult.Stored;
        Frames.Add(frame.AsSpan(offset, length).ToArray());
        _held[_header.Counter] = Frames[^1];
        if (isSos)
            _sos.Add(_header.Counter);
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
