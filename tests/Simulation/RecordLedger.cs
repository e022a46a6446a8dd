using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.Simulation;

/// <summary>
/// Every durable record of a voyage over all lives: what the journal said of it, and what became of it. Counts of the
/// policy come from the journal's own tallies, which outlive the power as its records do.
/// </summary>
public sealed class RecordLedger : IOutsideUnit
{
    // 4 KiB of frames as short as an event's.
    private const int FramesOfBlockMax = 128;

    private readonly Dictionary<uint, (FrameKind Kind, ulong Digest)> _stored = [];
    private readonly HashSet<uint> _acknowledged = [];
    private readonly HashSet<uint> _sealedNow = [];
    private readonly HashSet<uint> _appendedNow = [];
    private readonly HashSet<uint> _held = [];
    private readonly JournalCursor _cursor = new();

    /// <summary>Told what is wrong.</summary>
    public Action<string>? Violated { get; set; }

    /// <summary>Under the journal; while the ledger looks, reads that are to fail wait for the unit's own.</summary>
    public SimulatedFlash? Flash { get; set; }

    /// <summary>Whether something in the journal's flash was broken on purpose.</summary>
    public bool FlashIsBroken { get; set; }

    /// <summary>
    /// Records that starts may have overlooked: where the block that was written last could not be read, its state, which counts
    /// them, could not be read either. The journal says so (<see cref="JournalRecovery.MayHideNewer"/>); a block's worth each.
    /// And behind the last state, where a decayed header cannot be told from a torn record
    /// (<see cref="JournalRecovery.UncertainRecords"/>).
    /// </summary>
    public long Overlooked { get; private set; }

    /// <summary>Whether the frame of this counter is in the gateway's store, committed.</summary>
    public Func<uint, bool> IsCommitted { get; set; } = static _ => false;

    /// <summary>Records that the journal took over.</summary>
    public int Stored => _stored.Count;

    public IEnumerable<KeyValuePair<uint, (FrameKind Kind, ulong Digest)>> All => _stored;

    public bool TryDigest(uint counter, out ulong digest)
    {
        var known = _stored.TryGetValue(counter, out var entry);
        digest = entry.Digest;
        return known;
    }

    /// <summary>A frame of the durable class was sealed; only the sketches among them do not come to <see cref="Appended"/>.</summary>
    public void Sealed(uint counter) => _sealedNow.Add(counter);

    public void Appended(byte[] frame, int offset, int length, JournalResult result)
    {
        var counter = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(offset + FrameHeader.DurableBytes - 4));
        _appendedNow.Add(counter);
        if (result != JournalResult.Stored)
            return;
        var bytes = frame.AsSpan(offset, length);
        if (!_stored.TryAdd(counter, ((FrameKind)((bytes[0] >> 2) & 0xF), Digest.Of(bytes))))
            Violated?.Invoke($"record {counter} was stored twice");
    }

    /// <summary>Before the unit takes an acknowledgement over: how many frames it lets go, each of them safe ashore.</summary>
    public int CountCovered(FlashJournal journal, Acknowledgement acknowledgement)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(acknowledgement);
        var selective = acknowledgement.SelectiveBitmap == 0 ? 0 : acknowledgement.SelectiveFirst;
        using var looking = Look();
        return CountCovered(journal, acknowledgement, 0, (long)acknowledgement.BaseCounter + Acknowledgement.BitmapBits)
            + CountCovered(
                journal,
                acknowledgement,
                Math.Max(selective, (long)acknowledgement.BaseCounter + Acknowledgement.BitmapBits + 1),
                (long)selective + Acknowledgement.BitmapBits - 1);
    }

    private int CountCovered(FlashJournal journal, Acknowledgement acknowledgement, long from, long to)
    {
        var covered = 0;
        var more = from <= uint.MaxValue && journal.MoveTo(_cursor, (uint)from);
        while (more && _cursor.Counter <= to)
        {
            if (acknowledgement.Covers(_cursor.Counter))
            {
                covered++;
                _acknowledged.Add(_cursor.Counter);
                if (!IsCommitted(_cursor.Counter))
                    Violated?.Invoke($"record {_cursor.Counter} was acknowledged and is not in the gateway's store");
            }

            more = journal.MoveToNewer(_cursor);
        }

        return covered;
    }

    /// <summary>Sketches that a step of the unit sealed and that the journal holds now are records from now on.</summary>
    public void TakeSketches(FlashJournal journal)
    {
        ArgumentNullException.ThrowIfNull(journal);
        using var looking = Look();
        foreach (var counter in _sealedNow)
        {
            var isSketch = !_appendedNow.Contains(counter) && journal.MoveTo(_cursor, counter)
                && _cursor.Counter == counter && _cursor.Kind == FrameKind.Sketch;
            if (isSketch)
                _stored.TryAdd(counter, (FrameKind.Sketch, 0));
        }

        _sealedNow.Clear();
        _appendedNow.Clear();
    }

    /// <summary>Whether any frame that is held can be walked to.</summary>
    public bool CanBeFound(FlashJournal journal)
    {
        ArgumentNullException.ThrowIfNull(journal);
        using var looking = Look();
        return journal.MoveToOldest(_cursor);
    }

    /// <summary>
    /// Each stored record is in the gateway's store, or held, or in a tally: none is gone in silence. To be called when the
    /// journal is between two operations.
    /// </summary>
    public void Started(FlashJournal journal)
    {
        ArgumentNullException.ThrowIfNull(journal);
        if (FlashIsBroken)
            Overlooked += journal.Recovery.UncertainRecords + (journal.Recovery.MayHideNewer ? FramesOfBlockMax : 0);
        Audit(journal, "after a start");
    }

    /// <inheritdoc cref="Started"/>
    public void Audit(FlashJournal journal, string when)
    {
        ArgumentNullException.ThrowIfNull(journal);
        var unreadable = TakeHeld(journal);
        var gone = new long[(int)FrameKind.Status + 1];
        foreach (var (counter, entry) in _stored)
        {
            if (!_held.Contains(counter) && !IsCommitted(counter))
                gone[(int)entry.Kind]++;
        }

        var unexplained = 0L;
        for (var kind = FrameKind.Track; kind <= FrameKind.Status; kind++)
        {
            var dropped = journal.DroppedOf(kind) + (kind == FrameKind.Track ? journal.SketchedFrames : 0);
            unexplained += Math.Max(0, gone[(int)kind] - dropped);
        }

        if (unexplained > journal.DamagedFrames + unreadable + Overlooked)
        {
            Violated?.Invoke($"{when}: {unexplained} records are neither ashore nor held nor dropped by the policy; "
                + $"{journal.DamagedFrames} are told as damaged");
        }
    }

    // A dead block hides its frames until it is reclaimed.
    private int TakeHeld(FlashJournal journal)
    {
        using var looking = Look();
        _held.Clear();
        for (var more = journal.MoveToOldest(_cursor); more; more = journal.MoveToNewer(_cursor))
            _held.Add(_cursor.Counter);

        var unreadable = journal.HeldFrames - _held.Count;
        if (unreadable != 0 && !FlashIsBroken)
            Violated?.Invoke($"{_held.Count} frames can be walked through, {journal.HeldFrames} are said to be held");
        return Math.Max(0, unreadable);
    }

    private SimulatedFlash.Pause? Look() => Flash?.PauseReadFailures();
}

/// <summary>The unit's journal with the ledger beside it.</summary>
/// <param name="used">What the unit works with: the journal, or a double of it.</param>
/// <param name="journal">The journal itself.</param>
/// <param name="ledger">Told of each operation.</param>
public sealed class WatchedJournal(IFrameJournal used, FlashJournal journal, RecordLedger ledger) : IFrameJournal
{
    /// <inheritdoc/>
    public int HeldFrames => used.HeldFrames;

    /// <inheritdoc/>
    public uint OldestHeldCounter => used.OldestHeldCounter;

    /// <inheritdoc/>
    public long DroppedFrames => used.DroppedFrames;

    private long Gone => journal.DroppedFrames + journal.DamagedFrames;

    /// <inheritdoc/>
    public JournalResult Append(byte[] frame, int offset, int length, bool isSos)
    {
        var (held, gone) = (journal.HeldFrames, Gone);
        var result = used.Append(frame, offset, length, isSos);
        ledger.Appended(frame, offset, length, result);
        Check("an append", held + (result == JournalResult.Stored ? 1 : 0), gone);
        return result;
    }

    /// <inheritdoc/>
    public void Acknowledge(Acknowledgement acknowledgement)
    {
        var covered = ledger.CountCovered(journal, acknowledgement);
        var (held, gone) = (journal.HeldFrames, Gone);
        used.Acknowledge(acknowledgement);
        Check("an acknowledgement", held - covered, gone);
    }

    /// <summary>See <see cref="FlashJournal.Tend"/>.</summary>
    public void Tend(int fixesMax)
    {
        var (held, gone) = (journal.HeldFrames, Gone);
        journal.Tend(fixesMax);
        Check("tending", held, gone);
    }

    /// <inheritdoc/>
    public bool MoveToOldest(JournalCursor cursor) => used.MoveToOldest(cursor);

    /// <inheritdoc/>
    public bool MoveToNewest(JournalCursor cursor) => used.MoveToNewest(cursor);

    /// <inheritdoc/>
    public bool MoveToNewer(JournalCursor cursor) => used.MoveToNewer(cursor);

    /// <inheritdoc/>
    public bool MoveToOlder(JournalCursor cursor) => used.MoveToOlder(cursor);

    /// <inheritdoc/>
    public bool MoveTo(JournalCursor cursor, uint counter) => used.MoveTo(cursor, counter);

    /// <inheritdoc/>
    public bool MoveToEvent(JournalCursor cursor, uint counter, bool sosOnly) => used.MoveToEvent(cursor, counter, sosOnly);

    /// <inheritdoc/>
    public int Read(JournalCursor cursor, byte[] buffer, int offset) => used.Read(cursor, buffer, offset);

    // What is held may only fall by what is tallied.
    private void Check(string operation, long heldAtLeast, long goneBefore)
    {
        var missing = heldAtLeast - (Gone - goneBefore) - journal.HeldFrames;
        if (missing > 0)
            ledger.Violated?.Invoke($"{operation} lost {missing} records that no tally tells of");
    }
}
