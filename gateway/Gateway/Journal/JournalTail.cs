using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>
/// The frames committed last, in memory: an outlet that keeps up reads them here and asks the database for nothing. What the
/// lock holds up is a copy of one reading or one batch, never the disk.
/// </summary>
/// <param name="pool">Where records come from.</param>
/// <param name="lastId">The number that the first one added comes after.</param>
internal sealed class JournalTail(JournalRecordPool pool, long lastId)
{
    /// <summary>Named limit: frames kept, some 400 bytes each.</summary>
    public const int FramesMax = 8192;

    // Arrays grow by whole steps, so that they soon fit whatever comes.
    private const int StepBytes = 64;

    private readonly Lock _lock = new();
    private readonly Slot[] _slots = new Slot[FramesMax];
    private long _lastId = lastId;

    // All that was committed with a larger number is here.
    private long _before = lastId;

    /// <summary>Keeps what a batch has committed.</summary>
    public void Add(ReadOnlySpan<JournalOperation> batch)
    {
        lock (_lock)
        {
            foreach (ref readonly var operation in batch)
            {
                if (operation.Kind == JournalOperationKind.Frame)
                    Add(in operation);
                else if (operation.Kind == JournalOperationKind.Reception && Find(operation.Id) is { } at)
                    (_slots[at].Further ??= []).Add(Plain(operation.Datagram!.Reception));
            }
        }
    }

    /// <summary>Fills the list as <see cref="IJournal.Read"/> does; false if what is asked for is older.</summary>
    public bool TryRead(long afterId, int recordsMax, List<JournalRecord> records)
    {
        lock (_lock)
        {
            if (afterId < _before)
                return false;
            var count = 0;
            for (var id = afterId + 1; id <= _lastId && count < recordsMax; id++)
            {
                if (Find(id) is { } at)
                    Fill(pool.At(records, count++), in _slots[at]);
            }

            pool.Cut(records, count);
            return true;
        }
    }

    private void Add(in JournalOperation operation)
    {
        _lastId = operation.Id;
        _before = Math.Max(_before, _lastId - FramesMax);
        if (operation.IsDuplicate)
            return;
        ref var slot = ref _slots[_lastId % FramesMax];
        var datagram = operation.Datagram!;
        var sealedFrame = datagram.Bytes;
        var length = sealedFrame.Length + datagram.BodyLength;
        if (slot.Bytes is null || slot.Bytes.Length < length)
            slot.Bytes = new byte[(length + StepBytes - 1) / StepBytes * StepBytes];
        sealedFrame.CopyTo(slot.Bytes);
        datagram.Body.AsSpan(0, datagram.BodyLength).CopyTo(slot.Bytes.AsSpan(sealedFrame.Length));
        slot.SealedLength = sealedFrame.Length;
        slot.BodyLength = datagram.BodyLength;
        slot.Frame = datagram.Admitted;
        slot.First = Plain(datagram.Reception);
        slot.First.ReceivedUtcMs = slot.Frame.ReceivedUtcMs;
        slot.Further?.Clear();
    }

    private int? Find(long id)
    {
        var at = (int)(id % FramesMax);
        return _slots[at].Frame.Id == id && id > 0 ? at : null;
    }

    private static void Fill(JournalRecord record, in Slot slot)
    {
        record.Set(in slot.Frame, slot.Bytes.AsSpan(0, slot.SealedLength), slot.Bytes.AsSpan(slot.SealedLength, slot.BodyLength));
        record.Receptions.Add(slot.First);
        if (slot.Further is not null)
            record.Receptions.AddRange(slot.Further);
    }

    // As the database gives it back: what was received by whom, without the ways of this process.
    private static Reception Plain(in Reception reception) =>
        reception with { Source = null, Path = null, ReceivedMonotonicMs = 0 };

    private struct Slot
    {
        public AdmittedFrame Frame;
        public Reception First;
        public List<Reception>? Further;
        public byte[] Bytes;
        public int SealedLength;
        public int BodyLength;
    }
}
