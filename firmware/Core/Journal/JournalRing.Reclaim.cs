namespace BoatTelemetry.Core.Journal;

// The tail: reclaiming the oldest block, record by record.
internal sealed partial class JournalRing
{
    /// <summary>
    /// Moves the tail over <paramref name="bytes"/> of ring, and on until so many blocks are free; what is held there is
    /// carried over to the head.
    /// </summary>
    internal void Reclaim(int bytes, int freeBlocksWanted, int freeBlocksLeast)
    {
        int passed = 0;
        _reclaimingWaits = false;
        long passedMax = (long)_blockCount * _blockBytes;
        while ((passed < bytes && FreeBlocks < freeBlocksWanted) || (passed < passedMax && FreeBlocks < freeBlocksLeast))
        {
            int step = ReclaimStep();
            if (step == 0)
            {
                return;
            }

            if (passed >= bytes)
            {
                ReclaimedBeyondPace++;
            }

            passed += step;
            StateDirty = true;
        }
    }

    // One record, or what is left of a block in which nothing is held; how many bytes of ring that was.
    private int ReclaimStep()
    {
        if (_tailBlock < 0 || _tailBlock == _headBlock)
        {
            return 0;
        }

        int from = State.TailOffset;
        if (Blocks.Frames(_tailBlock) == 0)
        {
            ReleaseTail();
            return _blockBytes - from;
        }

        if (!Reader.Next(_tailBlock, from, _blockBytes, _tail))
        {
            LoseTail();
            ReleaseTail();
            return _blockBytes - from;
        }

        if (IsHeld(_tail) && !TryCarryTail())
        {
            _reclaimingWaits = true;
            return 0;
        }

        State.TailOffset = _tail.End;
        return _tail.End - from;
    }

    // False if it is to be tried again later, since the flash does not say that it takes anything just now.
    private bool TryCarryTail()
    {
        if (!Reader.Load(_tail))
        {
            State.Tallies[JournalState.TallyDamaged]++;
        }
        else if (Write(_tail.IsSos ? JournalRecordType.SosCarried : JournalRecordType.Carried, Reader.Buffer, JournalReader.HeaderBytes, _tail.PayloadBytes))
        {
            FramesCarried++;
        }
        else if (_syncFailed)
        {
            return false;
        }
        else
        {
            // No block takes it. To stay here would end the journal for everything that is still to come.
            State.Tallies[JournalState.TallySketched + 1 + _tail.Index]++;
        }

        Remove(_tail);
        return true;
    }

    // Frames that were held here and cannot be found any more. Some may be ashore, if an acknowledgement came while the block
    // could not be read; the base does not tell, since it passes over what the unit cannot find. How long they were is not
    // known: as long as the others.
    private void LoseTail()
    {
        int frames = Blocks.Frames(_tailBlock);
        State.Tallies[JournalState.TallyDamaged] += (uint)frames;
        TakeFromHeld(frames, HeldBytes / HeldFrames * frames);
    }

    private void ReleaseTail()
    {
        do
        {
            Blocks.Clear(_tailBlock);
            if (!Blocks.IsBad(_tailBlock))
            {
                FreeBlocks++;
            }

            _tailBlock = Following(_tailBlock);
        }
        while (_tailBlock != _headBlock && Blocks.Frames(_tailBlock) == 0 && !IsInUse(_tailBlock));

        uint sequence = _tailBlock == _headBlock ? _sequence : Reader.Sequence(_tailBlock);
        State.TailSequence = sequence > State.TailSequence ? sequence : State.TailSequence + 1;
        State.TailOffset = DataOffset;
    }

    // A block that could not be entered stands between those that were.
    private bool IsInUse(int block)
    {
        uint sequence = Reader.Sequence(block);
        return sequence > State.TailSequence && sequence <= _sequence;
    }
}
