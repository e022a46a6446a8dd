using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Journal;

/// <summary>
/// The journal of durable frames in a ring of flash blocks. Survives a loss of power at any instant; says in
/// <see cref="Recovery"/> what it found then. docs/JOURNAL-SPEC.md has the bytes, docs/decisions/journal-ring.md the reasons.
/// </summary>
/// <remarks>
/// <para>Held frames take <see cref="CapacityBytes"/> of the ring at most; the rest is what reclaiming needs to stay within
/// its pace. When that is reached, and acknowledged frames do not count, room is made in this order: the oldest track
/// blocks become sketches; what cannot be sketched goes, oldest first: track blocks, status, sketches, events, SOS. The newest
/// <see cref="KeptNewest"/> numbers are not touched.</para>
/// <para>An append then reclaims <see cref="Pace"/> times the bytes it wrote, so its work is bounded: with blocks of 4 KiB at
/// most 2 erases and 4 KiB programmed, unless fewer than <see cref="FreeBlocksLeast"/> blocks are free
/// (after faults; counted). Making a sketch of an hour is more, which is why <see cref="Tend"/> does it beforehand.</para>
/// </remarks>
public sealed class FlashJournal : IFrameJournal
{
    /// <summary>The fewest blocks that make a ring.</summary>
    public const int BlocksMin = 8;

    /// <summary>Free blocks below which reclaiming goes on whatever its pace.</summary>
    public const int FreeBlocksLeast = 3;

    /// <summary>The most numbers behind the newest that the policy leaves alone.</summary>
    public const int KeptNewestMax = 16;

    // The blocks at head and tail hold less than a block's worth.
    private const int PartialBlocks = 2;
    private const int CapacityPercent = 80;
    private const int TendPercent = 95;
    private const int RunSeconds = 3_600;

    // A run stops taking blocks when fewer places for sketches are left than one block usually needs.
    private const int RunSketchesLeft = 4;
    private const int RunFramesMax = 64;
    private const long NoCounter = -1;

    private readonly JournalRing _ring;
    private readonly FrameHeader _header = new FrameHeader();
    private readonly JournalState _before = new JournalState();
    private readonly JournalRecord _found = new JournalRecord();
    private readonly JournalRecord _track = new JournalRecord();
    private readonly byte[] _frame = new byte[FrameLimits.SketchBytesMax];
    private readonly long _tendBytes;
    private readonly int _freeWanted;
    private TrackSketcher _sketcher;
    private long _nextAppended;
    private uint _oldest;
    private int _oldestAsOf = -1;

    // The run of track blocks that is being drawn.
    private bool _trackOpen;
    private int _runFrames;
    private int _runFramesMax = RunFramesMax;
    private int _runBytes;
    private uint _runFirst;
    private uint _runLast;
    private long _notSketched = NoCounter;

    /// <summary>Opens the journal, or begins one where there is none. Reads the whole ring's headers.</summary>
    /// <param name="flash">The flash.</param>
    /// <param name="firstBlock">The first of the journal's own erase blocks.</param>
    /// <param name="blockCount">How many are its own, <see cref="BlocksMin"/> or more.</param>
    public FlashJournal(IFlash flash, int firstBlock, int blockCount)
        : this(flash, firstBlock, blockCount, null)
    {
    }

    /// <inheritdoc cref="FlashJournal(IFlash, int, int)"/>
    /// <param name="flash">The flash.</param>
    /// <param name="firstBlock">The first of the journal's own erase blocks.</param>
    /// <param name="blockCount">How many are its own, <see cref="BlocksMin"/> or more.</param>
    /// <param name="beat">Told that the start goes on, or null: of a long ring it may take longer than a watchdog waits.</param>
    public FlashJournal(IFlash flash, int firstBlock, int blockCount, IBeat beat)
    {
        CheckGeometry(flash, firstBlock, blockCount);
        _ring = new JournalRing(flash, firstBlock, blockCount);
        int stateBytes = _ring.Reader.RecordBytes(JournalState.Bytes);
        int longestBytes = _ring.Reader.RecordBytes(FrameLimits.FrameBytesMax);

        // What a block takes for certain: behind its header and state, and with a last record that just does not fit.
        long blockBytes = flash.EraseBlockBytes - _ring.DataOffset - stateBytes - (longestBytes - _ring.Reader.Align);
        int blocks = blockCount - FreeBlocksLeast - PartialBlocks;
        CapacityBytes = blocks * blockBytes * CapacityPercent / 100;
        _tendBytes = CapacityBytes * TendPercent / 100;
        Pace = PaceOf(blockCount * (long)flash.EraseBlockBytes, blocks * blockBytes);
        _freeWanted = FreeBlocksLeast + PartialBlocks + (blocks * CapacityPercent / 100 / Pace);
        long kept = CapacityBytes / 4 / longestBytes;
        KeptNewest = kept < KeptNewestMax ? (int)kept : KeptNewestMax;
        _ring.Recover(Recovery, beat);
        _nextAppended = _ring.State.NextCounter;
        SaveState();
        Recovery.HeldFrames = _ring.HeldFrames;
        Recovery.AcknowledgedBelow = _ring.State.Acknowledged.BaseCounter;
        Recovery.FlashReads = _ring.Reader.Reads;
        Recovery.FlashReadBytes = _ring.Reader.ReadBytes;
    }

    /// <summary>What the start found.</summary>
    public JournalRecovery Recovery { get; } = new JournalRecovery();

    /// <summary>Makes sketches of old track blocks; without one they are dropped as they are. May be set at any time.</summary>
    public TrackSketcher Sketcher
    {
        get
        {
            return _sketcher;
        }

        set
        {
            _sketcher = value;
            _trackOpen = false;
            _runFrames = 0;
        }
    }

    /// <summary>Bytes of ring that are reclaimed for each byte written while few blocks are free.</summary>
    public int Pace { get; }

    /// <summary>Bytes of ring that held frames may take, with what surrounds each.</summary>
    public long CapacityBytes { get; }

    /// <summary>Bytes of ring that they take.</summary>
    public long HeldBytes => _ring.HeldBytes;

    /// <summary>Numbers behind the newest that the policy leaves alone.</summary>
    public int KeptNewest { get; }

    /// <inheritdoc/>
    public int HeldFrames => _ring.HeldFrames;

    /// <inheritdoc/>
    public uint OldestHeldCounter
    {
        get
        {
            if (_oldestAsOf != _ring.Removals && _ring.Find(0, true, JournalRing.AllKinds, -1, _found))
            {
                _oldest = _found.Counter;
                _oldestAsOf = _ring.Removals;
            }

            return _oldest;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Track blocks that a sketch replaced are among them.</remarks>
    public long DroppedFrames
    {
        get
        {
            long sum = 0;
            for (int i = 0; i < JournalState.TallyDamaged; i++)
            {
                sum += _ring.State.Tallies[i];
            }

            return sum;
        }
    }

    /// <summary>Track blocks that sketches replaced, since the journal was made.</summary>
    public long SketchedFrames => _ring.State.Tallies[JournalState.TallySketched];

    /// <summary>Held frames that the flash lost, since the journal was made: decayed, or in a block that died.</summary>
    public long DamagedFrames => _ring.State.Tallies[JournalState.TallyDamaged];

    /// <summary>Blocks set aside since the start: they could not be read, erased or programmed.</summary>
    public int BadBlocks => _ring.Blocks.BadCount;

    /// <summary>Appends since the start whose reclaiming had to go on beyond its pace.</summary>
    public int ReclaimedBeyondPace => _ring.ReclaimedBeyondPace;

    /// <summary>Erases since the start.</summary>
    public int Erases => _ring.Erases;

    /// <summary>Frames carried over since the start.</summary>
    public int FramesCarried => _ring.FramesCarried;

    /// <summary>Syncs that failed since the start.</summary>
    public int SyncFailures => _ring.SyncFailures;

    /// <summary>Calls for help that the policy has dropped, since the journal was made; they are among the events.</summary>
    public long DroppedSos => _ring.State.Tallies[JournalState.TallySketched + 1 + JournalState.SosIndex];

    /// <summary>Frames that acknowledgements beyond the base's 32 have let go since the start.</summary>
    public int ReleasedFrames { get; private set; }

    /// <summary>Frames of a kind that the policy has dropped as they were, since the journal was made.</summary>
    public long DroppedOf(FrameKind kind)
    {
        CheckKind(kind);
        long dropped = _ring.State.Tallies[JournalState.TallySketched + 1 + JournalState.KindIndex(kind)];
        return kind == FrameKind.Event ? dropped + DroppedSos : dropped;
    }

    /// <summary>As the interface's, of a frame that is no SOS.</summary>
    public JournalResult Append(byte[] frame, int offset, int length)
    {
        return Append(frame, offset, length, false);
    }

    /// <inheritdoc/>
    public JournalResult Append(byte[] frame, int offset, int length, bool isSos)
    {
        if (_header.Read(frame, offset, length, FrameDirection.Uplink) != FrameRejection.None || !_header.IsDurable
            || (isSos && _header.Kind != FrameKind.Event))
        {
            return JournalResult.NotDurable;
        }

        uint counter = _header.Counter;
        if (counter < _nextAppended || counter == uint.MaxValue)
        {
            return JournalResult.CounterNotRising;
        }

        int bytes = _ring.Reader.RecordBytes(length);
        if (!TryMakeRoom(bytes))
        {
            return JournalResult.Full;
        }

        int written = bytes + _ring.Reader.RecordBytes(JournalState.Bytes);
        JournalRecordType type = isSos ? JournalRecordType.Sos : JournalRecordType.Frame;
        if (!TryWrite(type, frame, offset, length))
        {
            ReclaimFor(written);
            if (!TryWrite(type, frame, offset, length))
            {
                return JournalResult.FlashFailed;
            }
        }

        if (_ring.HeldFrames == 1 || (_oldestAsOf == _ring.Removals && counter < _oldest))
        {
            _oldest = counter;
            _oldestAsOf = _ring.Removals;
        }

        RaiseNext(counter);
        _nextAppended = (long)counter + 1;
        bool durable = _ring.Sync();
        ReclaimFor(written);
        return durable ? JournalResult.Stored : JournalResult.FlashFailed;
    }

    /// <inheritdoc/>
    public void Acknowledge(Acknowledgement acknowledgement)
    {
        if (acknowledgement == null)
        {
            throw new ArgumentNullException(nameof(acknowledgement));
        }

        JournalState state = _ring.State;
        _before.CopyFrom(state);
        state.Merge(acknowledgement);
        uint known = _before.Acknowledged.BaseCounter;
        uint now = state.Acknowledged.BaseCounter;
        if (now != known || state.Acknowledged.Bitmap != _before.Acknowledged.Bitmap)
        {
            _ring.StateDirty = true;
            uint to = now > uint.MaxValue - Acknowledgement.BitmapBits ? uint.MaxValue : now + Acknowledgement.BitmapBits;
            if (_ring.Settle(_before, known, to) > 0)
            {
                SaveState();
            }
        }

        if (acknowledgement.SelectiveBitmap != 0)
        {
            Release(acknowledgement);
        }
    }

    /// <inheritdoc/>
    public bool MoveToEvent(JournalCursor cursor, uint counter, bool sosOnly)
    {
        return Move(cursor, counter, true, sosOnly ? JournalRing.SosKind : JournalRing.EventKinds, -1);
    }

    /// <inheritdoc/>
    public bool MoveToOldest(JournalCursor cursor)
    {
        return Move(cursor, 0, true, JournalRing.AllKinds, -1);
    }

    /// <inheritdoc/>
    public bool MoveToNewest(JournalCursor cursor)
    {
        return Move(cursor, uint.MaxValue, false, JournalRing.AllKinds, _ring.HeadBlock);
    }

    /// <inheritdoc/>
    public bool MoveToNewer(JournalCursor cursor)
    {
        CheckCursor(cursor);
        return cursor.Counter != uint.MaxValue && Move(cursor, cursor.Counter + 1, true, JournalRing.AllKinds, cursor.Block);
    }

    /// <inheritdoc/>
    public bool MoveToOlder(JournalCursor cursor)
    {
        CheckCursor(cursor);
        return cursor.Counter != 0 && Move(cursor, cursor.Counter - 1, false, JournalRing.AllKinds, cursor.Block);
    }

    /// <inheritdoc/>
    public bool MoveTo(JournalCursor cursor, uint counter)
    {
        CheckCursor(cursor);
        return Move(cursor, counter, true, JournalRing.AllKinds, cursor.Block);
    }

    /// <inheritdoc/>
    /// <remarks>A frame that has decayed is given up there and then, so that nobody waits for it.</remarks>
    public int Read(JournalCursor cursor, byte[] buffer, int offset)
    {
        CheckCursor(cursor);
        bool there = _ring.At(cursor.Block, cursor.Offset, _found)
            && _found.IsFrame && _found.Counter == cursor.Counter && _ring.IsHeld(_found);
        if (!there && (!_ring.Find(cursor.Counter, true, JournalRing.AllKinds, cursor.Block, _found) || _found.Counter != cursor.Counter))
        {
            return 0;
        }

        if (!_ring.Reader.Load(_found))
        {
            _ring.Burn(_found);
            return 0;
        }

        Array.Copy(_ring.Reader.Buffer, JournalReader.HeaderBytes, buffer, offset, _found.PayloadBytes);
        return _found.PayloadBytes;
    }

    /// <summary>
    /// Makes sketches ahead of need, so many fixes at a call; for the main loop's idle moments. False if there is nothing
    /// to do.
    /// </summary>
    public bool Tend(int fixesMax)
    {
        return Sketcher != null && _ring.HeldBytes > _tendBytes && SketchStep(fixesMax, false);
    }

    private static void CheckGeometry(IFlash flash, int firstBlock, int blockCount)
    {
        if (flash == null)
        {
            throw new ArgumentNullException(nameof(flash));
        }

        if (firstBlock < 0 || blockCount < BlocksMin || firstBlock > flash.BlockCount - blockCount)
        {
            throw new ArgumentOutOfRangeException(nameof(blockCount));
        }

        // A block has room for its header, a state and the longest frame; the table of blocks counts frames in a byte.
        if (flash.EraseBlockBytes < 512 || flash.EraseBlockBytes > 32 * JournalBlocks.FramesMax || flash.ProgramBytes > 32)
        {
            throw new ArgumentException("Erase blocks of 512 to 8,160 bytes, programmed by 32 at most.", nameof(flash));
        }
    }

    // In one pass of the tail over the ring all that may be held is carried over once; the rest of the usable bytes is what
    // may be written meanwhile.
    private static int PaceOf(long ringBytes, long usableBytes)
    {
        long writable = usableBytes * (100 - CapacityPercent) / 100;
        return (int)((ringBytes + writable - 1) / writable);
    }

    private static void CheckCursor(JournalCursor cursor)
    {
        if (cursor == null)
        {
            throw new ArgumentNullException(nameof(cursor));
        }
    }

    private static void CheckKind(FrameKind kind)
    {
        if (kind < FrameKind.Track || kind > FrameKind.Status)
        {
            throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }

    private bool Move(JournalCursor cursor, uint counter, bool upward, int kinds, int likelyBlock)
    {
        CheckCursor(cursor);
        if (!_ring.Find(counter, upward, kinds, likelyBlock, _found))
        {
            return false;
        }

        cursor.Kind = _found.Kind;
        cursor.Counter = _found.Counter;
        cursor.IsSos = _found.IsSos;
        cursor.LengthBytes = _found.PayloadBytes;
        cursor.Block = _found.Block;
        cursor.Offset = _found.Offset;
        return true;
    }

    // The state goes first, names them and counts them no more; it names them until they are burnt for certain. So a start
    // between neither takes them for lost nor takes them for others that are.
    private void Release(Acknowledgement acknowledgement)
    {
        JournalState state = _ring.State;
        state.ReleasingFirst = acknowledgement.SelectiveFirst;
        state.ReleasingBits = 0;
        _ring.Releasing = ForEachSelected(acknowledgement, false);
        if (_ring.Releasing > 0)
        {
            bool told = _ring.WriteState() && _ring.Sync();
            if (told)
            {
                ReleasedFrames += ForEachSelected(acknowledgement, true);
                _ring.Sync();
            }

            state.ReleasingBits = 0;
            _ring.Releasing = 0;
            _ring.StateDirty = true;
            ReclaimFor(_ring.Reader.RecordBytes(JournalState.ReleasingBytes));
        }
    }

    // How many held frames the selective bitmap speaks of, which the state is to name; or how many of those were released.
    private int ForEachSelected(Acknowledgement acknowledgement, bool release)
    {
        int count = 0;
        uint from = acknowledgement.SelectiveFirst;
        uint last = from > uint.MaxValue - Acknowledgement.BitmapBits ? uint.MaxValue : from + Acknowledgement.BitmapBits - 1;
        int block = -1;
        while (_ring.Find(from, true, JournalRing.AllKinds, block, _found) && _found.Counter <= last)
        {
            block = _found.Block;
            from = _found.Counter + 1;
            if (release)
            {
                count += _ring.State.IsReleasing(_found.Counter) && _ring.Release(_found) ? 1 : 0;
            }
            else if (acknowledgement.Covers(_found.Counter))
            {
                _ring.State.SetReleasing(_found.Counter);
                count++;
            }

            if (from > last || from == 0)
            {
                break;
            }
        }

        return count;
    }

    // Behind the write and not before it: the tail passes over nothing that the last state in flash still says is held. If the
    // power fails then, a start finds each of those frames or its copy, and what it misses has been lost.
    private void ReclaimFor(int bytes)
    {
        _ring.Reclaim(Pace * bytes, _freeWanted, FreeBlocksLeast);
    }

    private void SaveState()
    {
        int bytes = _ring.Reader.RecordBytes(JournalState.Bytes);
        if (!_ring.WriteState())
        {
            ReclaimFor(bytes);
            _ring.WriteState();
        }

        _ring.Sync();
        ReclaimFor(bytes);
    }

    private bool TryWrite(JournalRecordType type, byte[] frame, int offset, int length)
    {
        return (!_ring.StateDirty || _ring.WriteState()) && _ring.Write(type, frame, offset, length);
    }

    private void RaiseNext(uint counter)
    {
        if (counter >= _ring.State.NextCounter)
        {
            _ring.State.NextCounter = counter + 1;
        }
    }

    private bool TryMakeRoom(int bytes)
    {
        while (_ring.HeldBytes + bytes > CapacityBytes)
        {
            bool room = (Sketcher != null && SketchStep(int.MaxValue, true))
                || TryDrop(FrameKind.Track) || TryDrop(FrameKind.Status) || TryDrop(FrameKind.Sketch)
                || TryDrop(FrameKind.Event) || TryDrop(JournalState.SosIndex);
            if (!room)
            {
                return false;
            }
        }

        return true;
    }

    private bool TryDrop(FrameKind kind)
    {
        return TryDrop(JournalState.KindIndex(kind));
    }

    private bool TryDrop(int index)
    {
        if (!_ring.Find(0, true, 1 << index, -1, _found) || IsKept(_found.Counter))
        {
            return false;
        }

        _ring.Drop(_found);
        return true;
    }

    private bool IsKept(uint counter)
    {
        return (long)counter + KeptNewest >= _ring.State.NextCounter;
    }

    // One step of drawing a run of track blocks and replacing it. False if there is nothing to be drawn.
    private bool SketchStep(int fixesMax, bool mustMakeRoom)
    {
        if (!_trackOpen)
        {
            return OpenTrack(mustMakeRoom);
        }

        SketchingResult result = Sketcher.Step(fixesMax);
        if (result == SketchingResult.More)
        {
            return true;
        }

        _trackOpen = false;
        if (result == SketchingResult.BlockDone)
        {
            _runFirst = _runFrames == 0 ? _track.Counter : _runFirst;
            _runLast = _track.Counter;
            _runBytes += _track.Bytes;
            _runFrames++;
            return true;
        }

        return RunAgain(_runFrames, _runFrames == 0 ? _track.Counter : _runFirst, mustMakeRoom);
    }

    private bool OpenTrack(bool mustMakeRoom)
    {
        if (_runFrames == 0)
        {
            Sketcher.Reset();
            _runBytes = 0;
        }
        else if (_runFrames >= _runFramesMax || Sketcher.LastS - Sketcher.FirstS >= RunSeconds
            || Sketcher.Count > TrackSketcher.SketchesMax - RunSketchesLeft)
        {
            return Replace(mustMakeRoom);
        }

        uint from = _runFrames == 0 ? 0 : _runLast + 1;
        if (!_ring.Find(from, true, 1 << JournalState.KindIndex(FrameKind.Track), _track.Block, _track) || IsKept(_track.Counter))
        {
            return _runFrames > 0 && Replace(mustMakeRoom);
        }

        if (!mustMakeRoom && _track.Counter == _notSketched)
        {
            return false;
        }

        if (!_ring.Reader.Load(_track))
        {
            _ring.Burn(_track);
            return true;
        }

        if (!Sketcher.TryOpen(_ring.Reader.Buffer, JournalReader.HeaderBytes, _track.PayloadBytes))
        {
            return _runFrames > 0 ? Replace(mustMakeRoom) : RunAgain(0, _track.Counter, mustMakeRoom);
        }

        _trackOpen = true;
        return true;
    }

    // The run did not work out: once more with fewer blocks. A block that does not work out alone is dropped if need be.
    private bool RunAgain(int frames, uint first, bool mustMakeRoom)
    {
        _runFrames = 0;
        if (frames > 0)
        {
            _runFramesMax = frames;
            return true;
        }

        _runFramesMax = RunFramesMax;
        _notSketched = first;
        return mustMakeRoom && TryDrop(FrameKind.Track);
    }

    // The run's sketches are durable before its track blocks are held no more: a loss of power between leaves both.
    private bool Replace(bool mustMakeRoom)
    {
        if (!Sketcher.TryFinish())
        {
            return RunAgain(_runFrames - 1, _runFirst, mustMakeRoom);
        }

        if (SketchBytes() >= _runBytes)
        {
            return RunAgain(0, _runFirst, mustMakeRoom);
        }

        _runFrames = 0;
        _runFramesMax = RunFramesMax;
        if (_ring.StateDirty)
        {
            _ring.WriteState();
        }

        ReclaimFor(SketchBytes() + _ring.Reader.RecordBytes(JournalState.Bytes));
        for (int i = 0; i < Sketcher.Count; i++)
        {
            int length = Sketcher.Seal(i, _frame);
            if (length == 0 || !_ring.Write(JournalRecordType.Frame, _frame, 0, length))
            {
                return false;
            }

            RaiseNext(BigEndian.Get(_frame, FrameHeader.DurableBytes - 4));
        }

        _before.CopyFrom(_ring.State);
        _ring.State.Floors[JournalState.KindIndex(FrameKind.Track)] = _runLast + 1;
        int gone = _ring.Settle(_before, _runFirst, _runLast);
        _ring.State.Tallies[JournalState.TallySketched] += (uint)gone;
        _ring.WriteState();
        _ring.Sync();
        return true;
    }

    private int SketchBytes()
    {
        int bytes = 0;
        for (int i = 0; i < Sketcher.Count; i++)
        {
            bytes += _ring.Reader.RecordBytes(Sketcher.FrameBytes(i));
        }

        return bytes;
    }
}
