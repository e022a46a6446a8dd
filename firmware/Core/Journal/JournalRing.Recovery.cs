using System;

namespace BoatTelemetry.Core.Journal;

// A start: what the flash says after any loss of power. Linear in the ring: every header is read at most a few times, and
// of the frames themselves only those behind which no record follows at once, since only these can be torn.
internal sealed partial class JournalRing
{
    /// <summary>Finds head, state and tail, counts what is held, and makes stable what the last life may have left half done.</summary>
    internal void Recover(JournalRecovery found)
    {
        FindHead(found);
        if (_sequence == 0)
        {
            found.WasBlank = found.UnreadableBlocks == 0;
            FreeBlocks = _blockCount - Blocks.BadCount;
            return;
        }

        JournalRecord state = new JournalRecord();
        BurnBehind(ConfirmHead());
        found.HasState = FindState(state);
        FindTail();
        if (found.HasState)
        {
            FinishCarrying(state, found);
        }

        CountBlocks(found);
        CountFree();
    }

    private void FindHead(JournalRecovery found)
    {
        for (int block = 0; block < _blockCount; block++)
        {
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
            int from = Reader.Sequence(block) != 0 ? DataOffset : _blockBytes;
            while (Reader.Next(block, from, _blockBytes, record))
            {
                from = record.End;
                if (!record.IsFrame && Reader.Load(record))
                {
                    Copy(record, state);
                    State.Read(Reader.Buffer, JournalReader.HeaderBytes);
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

    // Copies behind the last state were made of the frames behind its tail, in their order: the tail moves over those.
    private void FinishCarrying(JournalRecord state, JournalRecovery found)
    {
        JournalRecord copy = new JournalRecord();
        JournalRecord original = new JournalRecord();
        int copyBlock = state.Block;
        int copyFrom = state.End;
        int block = _tailBlock;
        int from = State.TailOffset;
        bool ended = false;
        while (!ended && NextCopy(ref copyBlock, ref copyFrom, copy))
        {
            bool same = false;
            while (!same && !ended)
            {
                if (!Reader.Next(block, from, _blockBytes, original))
                {
                    ended = block == state.Block || block == _headBlock;
                    block = Following(block);
                    from = DataOffset;
                    continue;
                }

                from = original.End;
                ended = original.Block == state.Block && original.Offset >= state.Offset;
                same = !ended && original.IsFrame && original.Counter == copy.Counter;
            }

            if (same)
            {
                found.CarriedTwice++;
                _tailBlock = block;
                State.TailSequence = Reader.Sequence(block);
                State.TailOffset = from;
            }
        }
    }

    private bool NextCopy(ref int block, ref int from, JournalRecord copy)
    {
        while (true)
        {
            while (Reader.Next(block, from, _blockBytes, copy))
            {
                from = copy.End;
                if (copy.Type == JournalRecordType.Carried && Reader.Load(copy))
                {
                    return true;
                }
            }

            if (block == _headBlock)
            {
                return false;
            }

            block = Following(block);
            from = DataOffset;
        }
    }

    private void CountBlocks(JournalRecovery found)
    {
        JournalRecord record = new JournalRecord();
        JournalRecord next = new JournalRecord();
        int block = _tailBlock;
        for (int i = 0; i < _blockCount; i++)
        {
            uint sequence = Reader.Sequence(block);
            if (sequence >= State.TailSequence && sequence <= _sequence)
            {
                CountBlock(block, record, next, found);
            }

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
    }

    private void CountBlock(int block, JournalRecord record, JournalRecord next, JournalRecovery found)
    {
        int from = block == _tailBlock ? State.TailOffset : DataOffset;
        bool any = Reader.Next(block, from, _blockBytes, record);
        found.TornRecords += Reader.PassedWritten ? 1 : 0;
        while (any)
        {
            any = Reader.Next(block, record.End, _blockBytes, next);
            found.TornRecords += Reader.PassedWritten ? 1 : 0;
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

        if (IsHeld(record))
        {
            Add(record);
        }
    }

    // What the last life left torn is burnt already.
    private void CountDecayed(JournalRecord record)
    {
        if (IsHeld(record))
        {
            BurnRecord(record);
            State.Tallies[JournalState.TallyDamaged]++;
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
    private void BurnBehind(int from)
    {
        int length = _blockBytes - from < _record.Length ? _blockBytes - from : _record.Length;
        Array.Clear(_record, 0, _record.Length);
        _writeOffset = _blockBytes;
        if (length <= 0)
        {
            return;
        }

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
