using System;

namespace BoatTelemetry.Core.Journal;

// A start: what the flash says after any loss of power. Linear in the ring: every header is read at most a few times, and
// of the frames themselves only those behind which no record follows at once, since only these can be torn.
internal sealed partial class JournalRing
{
    private IBeat _beat;
    private int _oldFrames;
    private int _stateBlock;
    private int _stateOffset;
    private bool _behindState;

    /// <summary>Finds head, state and tail, counts what is held, and makes stable what the last life may have left half done.</summary>
    internal void Recover(JournalRecovery found, IBeat beat)
    {
        _beat = beat;
        Reader.Widen();
        FindAll(found);
        Reader.Narrow();
        _beat = null;
    }

    private void FindAll(JournalRecovery found)
    {
        FindHead(found);
        found.MayHideNewer = found.UnreadableBlocks > 0 && Blocks.IsBad(Following(_headBlock));
        if (_sequence == 0)
        {
            found.WasBlank = found.UnreadableBlocks == 0;
            FreeBlocks = _blockCount - Blocks.BadCount;
            return;
        }

        JournalRecord state = new JournalRecord();
        BurnBehind(ConfirmHead(), found);
        found.HasState = FindState(state);
        FindTail();
        if (found.HasState)
        {
            FinishCarrying(state, found);
        }

        CountBlocks(state, found);
        FinishReleasing();
        CountFree();
    }

    private void FindHead(JournalRecovery found)
    {
        for (int block = 0; block < _blockCount; block++)
        {
            Beat();
            uint sequence = Reader.Sequence(block);
            if (Reader.Failed)
            {
                // Not entered in this life: what cannot be read now may be the newest there is.
                Blocks.SetBad(block);
                found.UnreadableBlocks++;
            }
            else if (sequence > _sequence)
            {
                _sequence = sequence;
                _headBlock = block;
            }
        }
    }

    // The last operation of the last life may have left bits between their states that read well just now. To program the
    // same bytes again settles them. Returns where the last life's last program began, or a place behind that.
    private int ConfirmHead()
    {
        int bytes = BuildBlockHeader(_sequence);
        for (int offset = 0; offset < DataOffset; offset += bytes)
        {
            if (Reader.SequenceAt(_headBlock, offset) == _sequence)
            {
                BuildBlockHeader(_sequence);
                Program(_headBlock, offset, bytes);
            }
        }

        JournalRecord record = new JournalRecord();
        JournalRecord last = new JournalRecord();
        int end = DataOffset;
        int from = DataOffset;
        while (Reader.Next(_headBlock, from, _blockBytes, record))
        {
            end = Reader.PassedBurntTo > end ? Reader.PassedBurntTo : end;
            from = record.End;
            if (Reader.Load(record))
            {
                Copy(record, last);
                end = record.End;
            }
        }

        end = Reader.PassedBurntTo > end ? Reader.PassedBurntTo : end;
        if (last.Type != JournalRecordType.None && Reader.Load(last))
        {
            Array.Copy(Reader.Buffer, 0, _record, 0, last.Bytes);
            Program(_headBlock, last.Offset, last.Bytes);
        }

        return end;
    }

    // The newest state stands in the head's block, or in one before it if its own start was torn.
    private bool FindState(JournalRecord state)
    {
        JournalRecord record = new JournalRecord();
        int block = _headBlock;
        for (int i = 0; i < _blockCount && state.Type == JournalRecordType.None; i++)
        {
            Beat();
            int from = Reader.Sequence(block) != 0 ? DataOffset : _blockBytes;
            while (Reader.Next(block, from, _blockBytes, record))
            {
                from = record.End;
                if (!record.IsFrame && Reader.Load(record))
                {
                    Copy(record, state);
                    State.Read(Reader.Buffer, JournalReader.HeaderBytes, record.PayloadBytes);
                }
            }

            block = block == 0 ? _blockCount - 1 : block - 1;
        }

        return state.Type != JournalRecordType.None;
    }

    private void FindTail()
    {
        uint oldest = _sequence;
        _tailBlock = _headBlock;
        for (int block = 0; block < _blockCount; block++)
        {
            Beat();
            uint sequence = Reader.Sequence(block);
            if (sequence >= State.TailSequence && sequence != 0 && sequence < oldest)
            {
                oldest = sequence;
                _tailBlock = block;
            }
        }

        if (oldest != State.TailSequence)
        {
            State.TailSequence = oldest;
            State.TailOffset = DataOffset;
        }
    }

    // Copies behind the last state were made of the frames behind its tail, in their order: the tail moves over those. An
    // original that has decayed is not found; its copy stands for it. All are looked for in one pass, however many are gone.
    private void FinishCarrying(JournalRecord state, JournalRecovery found)
    {
        JournalRecord copy = new JournalRecord();
        int copyBlock = state.Block;
        int copyFrom = state.End;
        if (!NextCopy(ref copyBlock, ref copyFrom, copy))
        {
            return;
        }

        uint[] counters = new uint[JournalBlocks.FramesMax];
        bool more = true;
        while (more)
        {
            int copies = 0;
            while (more && copies < counters.Length)
            {
                counters[copies] = copy.Counter;
                copies++;
                more = NextCopy(ref copyBlock, ref copyFrom, copy);
            }

            found.CarriedTwice += PassOriginals(state, counters, copies);
        }
    }

    // From the tail up to the state; how many were found.
    private int PassOriginals(JournalRecord state, uint[] counters, int copies)
    {
        int passed = 0;
        int next = 0;
        int block = _tailBlock;
        int from = State.TailOffset;
        while (next < copies)
        {
            if (Reader.Next(block, from, _blockBytes, _scan))
            {
                from = _scan.End;
                if (block == state.Block && _scan.Offset >= state.Offset)
                {
                    return passed;
                }

                int which = _scan.IsFrame ? IndexOf(_scan.Counter, counters, next, copies) : copies;
                if (which < copies)
                {
                    next = which + 1;
                    passed++;
                    MoveTailTo(block, from);
                }
            }
            else if (block == state.Block || block == _headBlock)
            {
                break;
            }
            else
            {
                Beat();
                block = Following(block);
                from = DataOffset;
            }
        }

        return passed;
    }

    private void MoveTailTo(int block, int offset)
    {
        if (block != _tailBlock)
        {
            _tailBlock = block;
            State.TailSequence = Reader.Sequence(block);
        }

        State.TailOffset = offset;
    }

    private static int IndexOf(uint counter, uint[] counters, int from, int to)
    {
        int index = from;
        while (index < to && counters[index] != counter)
        {
            index++;
        }

        return index;
    }

    private bool NextCopy(ref int block, ref int from, JournalRecord copy)
    {
        while (true)
        {
            while (Reader.Next(block, from, _blockBytes, copy))
            {
                from = copy.End;
                if (copy.IsCarried && Reader.Load(copy))
                {
                    return true;
                }
            }

            if (block == _headBlock)
            {
                return false;
            }

            Beat();
            block = Following(block);
            from = DataOffset;
        }
    }

    private void CountBlocks(JournalRecord state, JournalRecovery found)
    {
        JournalRecord record = new JournalRecord();
        _oldFrames = 0;
        _stateBlock = state.Block;
        _stateOffset = state.Offset;
        _behindState = false;
        JournalRecord next = new JournalRecord();
        int block = _tailBlock;
        for (int i = 0; i < _blockCount; i++)
        {
            Beat();
            uint sequence = Reader.SequenceOfNext(block);
            if (sequence >= State.TailSequence && sequence <= _sequence)
            {
                CountBlock(block, record, next, found);
            }

            _behindState |= block == _stateBlock;

            if (block == _headBlock)
            {
                break;
            }

            block = Following(block);
        }

        if (State.NextCounter < State.Acknowledged.BaseCounter)
        {
            State.NextCounter = State.Acknowledged.BaseCounter;
        }

        if (found.HasState && State.HeldFrames > _oldFrames)
        {
            found.MissingFrames = (int)(State.HeldFrames - _oldFrames);
        }

        State.Tallies[JournalState.TallyDamaged] += (uint)found.MissingFrames;
    }

    // Of the frames that the last state counted: those before it, and the copies behind it, over whose originals the tail
    // has moved.
    private bool IsOld(JournalRecord record)
    {
        return record.IsCarried || !(_behindState || (record.Block == _stateBlock && record.Offset > _stateOffset));
    }

    private void CountBlock(int block, JournalRecord record, JournalRecord next, JournalRecovery found)
    {
        int from = block == _tailBlock ? State.TailOffset : DataOffset;
        bool any = NextOf(block, from, record, found);
        while (any)
        {
            any = NextOf(block, record.End, next, found);
            if ((any && next.Offset == record.End) || Reader.Load(record))
            {
                Count(record, found);
            }
            else
            {
                found.TornRecords++;
                CountDecayed(record);
            }

            if (any)
            {
                Copy(next, record);
            }
        }

        if (Reader.Failed)
        {
            found.UnreadableBlocks++;
        }
    }

    // The last state has counted what stood before it; behind it nothing tells a decayed record from one that was torn.
    private bool NextOf(int block, int from, JournalRecord record, JournalRecovery found)
    {
        bool any = Reader.Next(block, from, _blockBytes, record);
        found.TornRecords += Reader.PassedWritten ? 1 : 0;
        bool isBehind = _behindState || (block == _stateBlock && from > _stateOffset);
        found.UncertainRecords += Reader.PassedDecayed && isBehind ? 1 : 0;
        return any;
    }

    private void Count(JournalRecord record, JournalRecovery found)
    {
        if (!record.IsFrame)
        {
            found.StateRecords++;
            return;
        }

        found.FrameRecords++;
        if (record.Counter >= State.NextCounter)
        {
            State.NextCounter = record.Counter + 1;
        }

        if (!IsHeld(record))
        {
            return;
        }

        // The last state counts it no more: it is ashore. What cannot be burnt is held again, and is none of the old ones.
        bool isReleasing = State.IsReleasing(record.Counter);
        if (!isReleasing || !TryBurn(record))
        {
            _oldFrames += IsOld(record) && !isReleasing ? 1 : 0;
            Add(record);
        }
    }

    private void FinishReleasing()
    {
        if (State.ReleasingBits != 0)
        {
            Sync();
            State.ReleasingBits = 0;
        }
    }

    // What the last life left torn is burnt already.
    private void CountDecayed(JournalRecord record)
    {
        if (IsHeld(record))
        {
            BurnRecord(record);
            if (!State.IsReleasing(record.Counter))
            {
                _oldFrames += IsOld(record) ? 1 : 0;
                State.Tallies[JournalState.TallyDamaged]++;
            }
        }
    }

    private void Beat()
    {
        if (_beat != null)
        {
            _beat.Beat();
        }
    }

    private void CountFree()
    {
        FreeBlocks = 0;
        for (int block = Following(_headBlock); block != _tailBlock; block = Following(block))
        {
            if (block == _headBlock)
            {
                return;
            }

            FreeBlocks += Blocks.IsBad(block) ? 0 : 1;
        }
    }

    // Where the last life's last program may have left bits between their states, nothing is written any more.
    private void BurnBehind(int from, JournalRecovery found)
    {
        int length = _blockBytes - from < _record.Length ? _blockBytes - from : _record.Length;
        _writeOffset = _blockBytes;
        if (length <= 0)
        {
            return;
        }

        // Torn; or the newest frame, if its header has decayed.
        found.UncertainRecords += Reader.IsErased(_headBlock, from, length) ? 0 : 1;
        Array.Clear(_record, 0, _record.Length);

        if (Program(_headBlock, from, length) && Sync())
        {
            _writeOffset = from + length;
        }
        else
        {
            Blocks.SetBad(_headBlock);
        }
    }
}
