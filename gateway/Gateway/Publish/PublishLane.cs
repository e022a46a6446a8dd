using BoatTelemetry.Gateway.Journal;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>A stretch of the journal on its way to the broker, in order: what was read, and what waits for its acknowledgement.</summary>
internal sealed class PublishLane(IJournal journal, long after)
{
    /// <summary>Named limit: frames read from the journal at once.</summary>
    public const int ReadMax = 256;

    private readonly List<JournalRecord> _records = [];

    // Of the records, how many were read for this stretch, and which of them is the next.
    private int _count;
    private int _next;

    /// <summary>Publishes that were begun, the oldest first.</summary>
    public Queue<PendingFrame> Pending { get; } = new();

    /// <summary>Everything up to this number was read.</summary>
    public long ReadTo { get; private set; } = after;

    /// <summary>Whether records that were read wait here.</summary>
    public bool HasRecords => _next < _count;

    /// <summary>Everything up to this number was delivered, or is nothing that is delivered.</summary>
    public long SettledTo => Pending.TryPeek(out var oldest) ? oldest.Id - 1 : HasRecords ? _records[_next].Frame.Id - 1 : ReadTo;

    /// <summary>The next record, reading on as needed; null if there is none. It stays the next until its publish has begun.</summary>
    /// <param name="committed">Numbers up to this one are committed.</param>
    /// <param name="end">The stretch ends with this number.</param>
    /// <exception cref="JournalException">The storage could not be read.</exception>
    public JournalRecord? Next(long committed, long end = long.MaxValue) =>
        HasRecords || ReadOn(Math.Min(committed, end), end) ? _records[_next] : null;

    /// <summary>The publish of the next record was begun, or it is passed over: it waits for its end here.</summary>
    public void Begun(Task? publish, MessageBuffer buffer) => Pending.Enqueue(new PendingFrame(_records[_next++].Frame.Id, publish, buffer));

    private bool ReadOn(long committed, long end)
    {
        if (committed <= ReadTo)
            return false;

        // A connection that breaks in the middle leaves a part of the rows in the list: with the old place in it, those before that
        // place would count as delivered.
        _next = _count = 0;
        journal.Read(ReadTo, ReadMax, _records);
        var count = _records.Count;
        while (count > 0 && _records[count - 1].Frame.Id > end)
            count--;

        // Nothing, though more is committed: retention has deleted the rows, which it does behind every cursor only, or they
        // were durable frames come again.
        ReadTo = count < _records.Count ? end : count > 0 ? _records[^1].Frame.Id : committed;
        _count = count;
        return count > 0;
    }
}

/// <summary>A frame whose publish was begun; without a publish it is passed over, and stands here so that all end in order.</summary>
internal readonly record struct PendingFrame(long Id, Task? Publish, MessageBuffer Buffer);
