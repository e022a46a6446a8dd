using System;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.Journal;

/// <summary>
/// The ring of erase blocks: a head where records are appended, a tail where the oldest block is reclaimed. Blocks are
/// entered strictly in turn, which spreads wear evenly without counting it; what is still held in the tail's block is
/// carried over to the head. docs/JOURNAL-SPEC.md has the bytes, docs/decisions/journal-ring.md the reasons.
/// </summary>
internal sealed partial class JournalRing
{
    /// <summary>Bits of <see cref="Find"/>: frames of all kinds; events of all kinds; an SOS alone.</summary>
    internal const int AllKinds = (1 << JournalState.KindCount) - 1;

    /// <inheritdoc cref="AllKinds"/>
    internal const int SosKind = 1 << JournalState.SosIndex;

    /// <inheritdoc cref="AllKinds"/>
    internal const int EventKinds = SosKind | (1 << ((int)FrameKind.Event - (int)FrameKind.Track));

    internal readonly JournalState State = new JournalState();
    internal readonly JournalBlocks Blocks;
    internal readonly JournalReader Reader;

    // Each as often as the reader tries.
    private const int SettleTries = 2;

    private readonly IFlash _flash;
    private readonly int _firstBlock;
    private readonly int _blockCount;
    private readonly int _blockBytes;
    private readonly byte[] _record;
    private readonly byte[] _stateBytes = new byte[JournalState.ReleasingBytes];
    private readonly int[] _heldByKind = new int[JournalState.KindCount];
    private readonly JournalRecord _scan = new JournalRecord();
    private readonly JournalRecord _tail = new JournalRecord();

    private int _headBlock;
    private int _writeOffset;
    private uint _sequence;
    private int _tailBlock = -1;
    private bool _syncFailed;

    // A record was burnt, and no Sync has succeeded since.
    private bool _burningInDoubt;

    // A failed Sync stopped it; what is left of the free blocks is for what it carries over.
    private bool _reclaimingWaits;

    internal JournalRing(IFlash flash, int firstBlock, int blockCount)
    {
        int align = flash.ProgramBytes >= 4 ? flash.ProgramBytes : 4;
        _flash = flash;
        _firstBlock = firstBlock;
        _blockCount = blockCount;
        _blockBytes = flash.EraseBlockBytes;
        Reader = new JournalReader(flash, firstBlock, align);
        Blocks = new JournalBlocks(blockCount);
        _record = new byte[Reader.Buffer.Length];
        _headBlock = blockCount - 1;
        _writeOffset = _blockBytes;
        FreeBlocks = blockCount;
    }

    /// <summary>Blocks that may be erased and entered.</summary>
    internal int FreeBlocks { get; private set; }

    internal int HeldFrames { get; private set; }

    /// <summary>Bytes of ring that the held frames' records take.</summary>
    internal long HeldBytes { get; private set; }

    /// <summary>The state has changed since it was last written.</summary>
    internal bool StateDirty { get; set; }

    internal int Erases { get; private set; }

    internal int SyncFailures { get; private set; }

    internal int FramesCarried { get; private set; }

    /// <summary>Times that reclaiming had to go on beyond its pace, because hardly a block was free.</summary>
    internal int ReclaimedBeyondPace { get; private set; }

    /// <summary>Held frames whose bits are set in <see cref="JournalState.ReleasingBits"/>: a state no longer counts them.</summary>
    internal int Releasing { get; set; }

    /// <summary>Changes whenever a frame is held no more.</summary>
    internal int Removals { get; private set; }

    internal int HeadBlock
    {
        get { return _headBlock; }
    }

    /// <summary>Where a block's records begin.</summary>
    internal int DataOffset
    {
        get { return 2 * Reader.Aligned(JournalReader.BlockHeaderBytes); }
    }

    /// <summary>Whether a record is a frame that is held.</summary>
    internal bool IsHeld(JournalRecord record)
    {
        return record.IsFrame
            && (record.Block != _tailBlock || record.Offset >= State.TailOffset)
            && State.Keeps(record);
    }

    /// <summary>Appends a record. Durable after <see cref="Sync"/>.</summary>
    internal bool Write(JournalRecordType type, byte[] payload, int offset, int length)
    {
        if (_reclaimingWaits && FreeBlocks < FlashJournal.FreeBlocksLeast)
        {
            return false;
        }

        int bytes = Reader.RecordBytes(length);
        for (int i = 0; i <= _blockCount; i++)
        {
            if (_writeOffset + bytes > _blockBytes && !EnterNext())
            {
                return false;
            }

            if (WriteHere(type, payload, offset, length))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Not while the burning of a record is in doubt: the state would count no more what stands again after a loss of power.
    /// </summary>
    internal bool WriteState()
    {
        if (_burningInDoubt && !Sync())
        {
            return false;
        }

        bool written = Write(JournalRecordType.State, _stateBytes, 0, BuildState(true));
        StateDirty = !written;
        return written;
    }

    internal bool Sync()
    {
        _syncFailed = _flash.Sync() != FlashResult.Done;
        _burningInDoubt &= _syncFailed;
        SyncFailures += _syncFailed ? 1 : 0;
        return !_syncFailed;
    }

    /// <summary>Makes a record that has decayed no record: its first unit is burnt.</summary>
    internal void Burn(JournalRecord record)
    {
        BurnRecord(record);
        Sync();
        Remove(record);
        State.Tallies[JournalState.TallyDamaged]++;
        StateDirty = true;
    }

    /// <summary>
    /// The record of a frame that the shore has is no record any more: its first unit is burnt. False if the flash does not
    /// take that; then it is held still, and will be sent again.
    /// </summary>
    internal bool Release(JournalRecord record)
    {
        if (!TryBurn(record))
        {
            return false;
        }

        Remove(record);
        return true;
    }

    /// <summary>
    /// Tells again which frames in the ring are held, after the state has changed for counters from
    /// <paramref name="from"/> to <paramref name="to"/>; how many are held no more.
    /// </summary>
    internal int Settle(JournalState before, uint from, uint to)
    {
        int gone = 0;
        int block = _tailBlock;
        for (int i = 0; i < _blockCount && HeldFrames > 0; i++)
        {
            if (Blocks.Frames(block) > 0 && Blocks.Least(block) <= to && Blocks.Greatest(block) >= from)
            {
                gone += SettleBlock(block, before);
            }

            if (block == _headBlock)
            {
                break;
            }

            block = Following(block);
        }

        return gone;
    }

    /// <summary>
    /// The held frame with the smallest counter not below <paramref name="counter"/>, or the largest not above it. Looks
    /// first into the block in which it is likely. Only frames of the kinds whose bits, by index in the state, are set.
    /// </summary>
    internal bool Find(uint counter, bool upward, int kinds, int likelyBlock, JournalRecord found)
    {
        found.Type = JournalRecordType.None;
        if (HeldOf(kinds) == 0)
        {
            return false;
        }

        if (likelyBlock < 0 || likelyBlock >= _blockCount)
        {
            likelyBlock = upward ? _tailBlock : _headBlock;
        }

        if (likelyBlock >= 0)
        {
            FindIn(likelyBlock, counter, upward, kinds, found);
        }

        int block = _tailBlock;
        for (int i = 0; i < _blockCount; i++)
        {
            if (block != likelyBlock)
            {
                FindIn(block, counter, upward, kinds, found);
            }

            if (block == _headBlock)
            {
                break;
            }

            block = Following(block);
        }

        return found.Type != JournalRecordType.None;
    }

    /// <summary>The oldest frame of its kind is dropped: the floor goes over it.</summary>
    internal void Drop(JournalRecord oldest)
    {
        State.Floors[oldest.Index] = oldest.Counter + 1;
        State.Tallies[JournalState.TallySketched + 1 + oldest.Index]++;
        StateDirty = true;
        Remove(oldest);
    }

    /// <summary>The record that stands exactly there.</summary>
    internal bool At(int block, int offset, JournalRecord record)
    {
        return block >= 0 && block < _blockCount && Blocks.Frames(block) > 0
            && Reader.Next(block, offset, EndOf(block), record) && record.Offset == offset;
    }

    private int HeldOf(int kinds)
    {
        int held = 0;
        for (int i = 0; i < JournalState.KindCount; i++)
        {
            held += (kinds & (1 << i)) != 0 ? _heldByKind[i] : 0;
        }

        return held;
    }

    private void FindIn(int block, uint counter, bool upward, int kinds, JournalRecord found)
    {
        if ((kinds & ~EventKinds) == 0 && !Blocks.HasEvents(block))
        {
            return;
        }

        if (Blocks.Frames(block) == 0 || (upward ? Blocks.Greatest(block) < counter : Blocks.Least(block) > counter))
        {
            return;
        }

        bool any = found.Type != JournalRecordType.None;
        if (any && (upward ? Blocks.Least(block) >= found.Counter : Blocks.Greatest(block) <= found.Counter))
        {
            return;
        }

        int from = DataOffset;
        while (Reader.Next(block, from, EndOf(block), _scan))
        {
            from = _scan.End;
            if (!IsHeld(_scan) || (kinds & (1 << _scan.Index)) == 0
                || (upward ? _scan.Counter < counter : _scan.Counter > counter))
            {
                continue;
            }

            if (!any || (upward ? _scan.Counter < found.Counter : _scan.Counter > found.Counter))
            {
                any = true;
                Copy(_scan, found);
            }
        }
    }

    private int SettleBlock(int block, JournalState before)
    {
        int gone = 0;
        int from = DataOffset;
        for (int i = 0; i < SettleTries; i++)
        {
            while (Reader.Next(block, from, EndOf(block), _scan))
            {
                from = _scan.End;
                if (_scan.IsFrame && (block != _tailBlock || _scan.Offset >= State.TailOffset)
                    && before.Keeps(_scan) && !State.Keeps(_scan))
                {
                    Remove(_scan);
                    gone++;
                }
            }

            if (!Reader.Failed)
            {
                break;
            }
        }

        return gone;
    }

    private void Add(JournalRecord record)
    {
        Blocks.Add(record.Block, record.Counter, record.Kind == FrameKind.Event);
        _heldByKind[record.Index]++;
        HeldFrames++;
        HeldBytes += record.Bytes;
    }

    private void Remove(JournalRecord record)
    {
        if (Blocks.Frames(record.Block) == 0)
        {
            return;
        }

        Blocks.Remove(record.Block);
        _heldByKind[record.Index]--;
        TakeFromHeld(1, record.Bytes);
    }

    // Of frames that were lost with their block neither length nor kind is known; when nothing is held any more, all is known again.
    private void TakeFromHeld(int frames, long bytes)
    {
        Removals++;
        HeldFrames -= frames;
        HeldBytes -= bytes;
        if (HeldFrames == 0)
        {
            HeldBytes = 0;
            Array.Clear(_heldByKind, 0, _heldByKind.Length);
        }
    }

    private bool WriteHere(JournalRecordType type, byte[] payload, int offset, int length)
    {
        int end = JournalReader.HeaderBytes + length;
        int bytes = Reader.RecordBytes(length);
        _record[2] = (byte)type;
        _record[3] = (byte)length;
        Array.Copy(payload, offset, _record, JournalReader.HeaderBytes, length);
        uint check = Crc32.Of(_record, 2, 2 + FrameHeader.DurableBytes);
        BigEndian.Put16(_record, 0, (int)check);
        BigEndian.Put(_record, end, Crc32.Of(_record, 0, end));
        for (int i = end + JournalReader.CrcBytes; i < bytes; i++)
        {
            _record[i] = JournalReader.Erased;
        }

        int at = _writeOffset;
        if (!Reader.IsErased(_headBlock, at, bytes))
        {
            // A bit has decayed where nothing is written yet: that place is left out.
            _writeOffset = at + bytes;
            return false;
        }

        if (!Program(_headBlock, at, bytes) || !Reader.Holds(_headBlock, at, _record, bytes))
        {
            Blocks.SetBad(_headBlock);
            _writeOffset = _blockBytes;
            _scan.Block = _headBlock;
            _scan.Offset = at;
            BurnRecord(_scan);
            return false;
        }

        _writeOffset = at + bytes;
        if (type != JournalRecordType.State)
        {
            _scan.Block = _headBlock;
            _scan.Offset = at;
            _scan.Type = type;
            _scan.Bytes = bytes;
            _scan.Kind = FrameHeader.KindOf(payload[offset]);
            _scan.Counter = BigEndian.Get(payload, offset + FrameHeader.DurableBytes - 4);
            _scan.Index = _scan.IsSos ? JournalState.SosIndex : JournalState.KindIndex(_scan.Kind);
            Add(_scan);
        }

        return true;
    }

    private bool BurnRecord(JournalRecord record)
    {
        Array.Clear(_record, 0, Reader.Align);
        _burningInDoubt = true;
        return Program(record.Block, record.Offset, Reader.Align);
    }

    // What the flash refused to burn and cannot be read may be read again later.
    private bool TryBurn(JournalRecord record)
    {
        bool taken = BurnRecord(record);
        bool stands = Reader.Next(record.Block, record.Offset, EndOf(record.Block), _scan) && _scan.Offset == record.Offset;
        return !stands && (taken || !Reader.Failed);
    }

    private bool Program(int block, int offset, int length)
    {
        Reader.Forget();
        return _flash.Program(_firstBlock + block, offset, _record, 0, length) == FlashResult.Done;
    }

    // What was written so far is durable before another block is touched; the new one begins with the state. A block that
    // could be erased and whose erasing could not be synchronised is no bad one: it stays free.
    private bool EnterNext()
    {
        if (!Sync())
        {
            return false;
        }

        int block = _headBlock;
        for (int i = 0; i < _blockCount; i++)
        {
            block = Following(block);
            if (block == _tailBlock)
            {
                return false;
            }

            if (Blocks.IsBad(block))
            {
                continue;
            }

            FreeBlocks--;
            _sequence++;
            if (TryEnter(block))
            {
                return true;
            }

            if (_syncFailed)
            {
                FreeBlocks++;
                return false;
            }

            Blocks.SetBad(block);
        }

        return false;
    }

    private bool TryEnter(int block)
    {
        Erases++;
        Reader.Forget();
        Blocks.Clear(block);
        if (_flash.EraseBlock(_firstBlock + block) != FlashResult.Done || !Sync())
        {
            return false;
        }

        int bytes = BuildBlockHeader(_sequence);
        if (!Program(block, 0, bytes) || !Program(block, bytes, bytes)
            || !Reader.Holds(block, 0, _record, bytes) || !Reader.Holds(block, bytes, _record, bytes))
        {
            return false;
        }

        _headBlock = block;
        _writeOffset = DataOffset;
        if (_tailBlock < 0)
        {
            _tailBlock = block;
            State.TailSequence = _sequence;
            State.TailOffset = DataOffset;
        }

        // Short whatever is being released, so that every block takes as much; nothing of that is burnt yet.
        bool begins = WriteHere(JournalRecordType.State, _stateBytes, 0, BuildState(false));
        StateDirty &= !begins;
        BuildState(true);
        return begins;
    }

    private int BuildState(bool withReleasing)
    {
        uint bits = State.ReleasingBits;
        State.ReleasingBits = withReleasing ? bits : 0;
        State.HeldFrames = (uint)(withReleasing ? HeldFrames - Releasing : HeldFrames);
        State.Write(_stateBytes, 0);
        int bytes = State.PayloadBytes;
        State.ReleasingBits = bits;
        return bytes;
    }

    private int BuildBlockHeader(uint sequence)
    {
        int bytes = Reader.Aligned(JournalReader.BlockHeaderBytes);
        BigEndian.Put(_record, 0, JournalReader.BlockMagic);
        BigEndian.Put(_record, 4, sequence);
        BigEndian.Put(_record, 8, Crc32.Of(_record, 0, 8));
        for (int i = JournalReader.BlockHeaderBytes; i < bytes; i++)
        {
            _record[i] = JournalReader.Erased;
        }

        return bytes;
    }

    private int EndOf(int block)
    {
        return block == _headBlock ? _writeOffset : _blockBytes;
    }

    private int Following(int block)
    {
        return block + 1 == _blockCount ? 0 : block + 1;
    }

    private static void Copy(JournalRecord from, JournalRecord to)
    {
        to.Block = from.Block;
        to.Offset = from.Offset;
        to.Type = from.Type;
        to.PayloadBytes = from.PayloadBytes;
        to.Bytes = from.Bytes;
        to.Kind = from.Kind;
        to.Counter = from.Counter;
        to.Index = from.Index;
    }
}
