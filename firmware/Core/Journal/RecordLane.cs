using System;

namespace BoatTelemetry.Core.Journal;

// A slot, padded with 0xFF to whole program units:
//
//   byte  0..3    sequence, big-endian; 0xFFFFFFFF never
//         4..n+3  payload
//         n+4..   CRC-32 of the bytes before it, big-endian

/// <summary>
/// The newest of a series of small records, kept by appending over two or more erase blocks in turn. The block that
/// holds the newest record is never erased. Survives a loss of power at any instant: then either the new record is the
/// newest or the one before it.
/// </summary>
/// <remarks>
/// Two things guard against cells that an interrupted operation left between their states. After a start the first free
/// slot is left out, since it may look erased and not be; and a block is always erased in the same life in which its
/// first slot is used, since an older erase may have been cut off. A torn record that becomes readable later loses
/// against all that were written after it, because <see cref="SequenceMax"/> counts unreadable slots as if they were
/// records.
/// </remarks>
internal sealed class RecordLane
{
    private const int OverheadBytes = 8;
    private const uint SequenceNever = uint.MaxValue;
    private const int ReadTries = 3;

    // A block in which this many slots in a row fail is given up for the next one.
    private const int SlotTriesMax = 4;

    private readonly IFlash _flash;
    private readonly int _firstBlock;
    private readonly int _blockCount;
    private readonly int _payloadBytes;
    private readonly int _slotBytes;
    private readonly int _slotsPerBlock;
    private readonly byte[] _slotBuffer;
    private readonly byte[] _verifyBuffer;
    private readonly byte[] _newest;

    // Block of the newest record, or -1; where the next record goes.
    private int _newestBlock;
    private int _block;
    private int _slot;

    // Of the block scanned last: bad slots, behind the newest record if that is in it; whether it has a valid one.
    private int _badInBlock;
    private bool _validInBlock;

    public RecordLane(IFlash flash, int firstBlock, int blockCount, int payloadBytes)
    {
        int units = (payloadBytes + OverheadBytes + flash.ProgramBytes - 1) / flash.ProgramBytes;
        _flash = flash;
        _firstBlock = firstBlock;
        _blockCount = blockCount;
        _payloadBytes = payloadBytes;
        _slotBytes = units * flash.ProgramBytes;
        _slotsPerBlock = flash.EraseBlockBytes / _slotBytes;
        _slotBuffer = new byte[_slotBytes];
        _verifyBuffer = new byte[_slotBytes];
        _newest = new byte[payloadBytes];
        if (blockCount < 2 || _slotsPerBlock < 2)
        {
            throw new ArgumentOutOfRangeException(nameof(blockCount));
        }
    }

    /// <summary>Whether a valid record was found or written.</summary>
    public bool HasNewest => _newestBlock >= 0;

    /// <summary>The newest valid record's number.</summary>
    public uint Sequence { get; private set; }

    /// <summary>No record that any earlier life began to write has a greater number.</summary>
    public uint SequenceMax { get; private set; }

    /// <summary>Whether every slot could be read.</summary>
    public bool WhollyRead { get; private set; }

    /// <summary>Whether every slot was erased.</summary>
    public bool Blank { get; private set; }

    /// <summary>Slots with neither a valid record nor erased bytes, at the last scan or found since.</summary>
    public int BadSlots { get; private set; }

    /// <summary>
    /// Whether a slot that could not be used at the scan may hold a newer record that was torn: it reads badly now and may
    /// read well after the next start.
    /// </summary>
    public bool MayHideNewer { get; private set; }

    /// <summary>Whether no block takes records any more; another start tries again.</summary>
    public bool Failed { get; private set; }

    /// <summary>Copies the newest payload.</summary>
    public void CopyNewest(byte[] payload)
    {
        Array.Copy(_newest, 0, payload, 0, _payloadBytes);
    }

    /// <summary>Finds the newest record and the place behind it. Reads each slot once.</summary>
    public void Scan()
    {
        HasNothing();
        int activeBlock = -1;
        int activeEnd = 0;
        bool hiddenBehindNewest = false;
        for (int block = 0; block < _blockCount; block++)
        {
            uint before = Sequence;
            bool had = HasNewest;
            int end = ScanBlock(block);
            if (HasNewest && (!had || Sequence != before))
            {
                activeBlock = block;
                activeEnd = end;
                hiddenBehindNewest = _badInBlock > 0;
            }
            else if (!_validInBlock && _badInBlock > 0)
            {
                // Torn in its erase, or in its first record.
                MayHideNewer = true;
            }
        }

        MayHideNewer |= hiddenBehindNewest;

        SequenceMax = Sequence + (uint)BadSlots;
        if (activeBlock < 0)
        {
            // Any block may be entered, each after an erase.
            _block = _blockCount - 1;
            _slot = _slotsPerBlock;
            return;
        }

        _block = activeBlock;
        _slot = activeEnd + 1;
    }

    /// <summary>Makes a record durable. False if no block takes it; then it may or may not be found later.</summary>
    public bool Append(uint sequence, byte[] payload)
    {
        int tries = 0;
        int blocksEntered = 0;
        while (!Failed)
        {
            if (_slot >= _slotsPerBlock || tries == SlotTriesMax)
            {
                if (blocksEntered == _blockCount || !EnterNextBlock())
                {
                    Failed = true;
                    break;
                }

                blocksEntered++;
                tries = 0;
            }

            int slot = _slot++;
            tries++;
            if (IsErased(_block, slot) && Write(slot, sequence, payload))
            {
                Array.Copy(payload, 0, _newest, 0, _payloadBytes);
                Sequence = sequence;
                SequenceMax = sequence;
                _newestBlock = _block;
                return true;
            }

            BadSlots++;
        }

        return false;
    }

    private void HasNothing()
    {
        _newestBlock = -1;
        Sequence = 0;
        BadSlots = 0;
        WhollyRead = true;
        Blank = true;
        Failed = false;
        MayHideNewer = false;
    }

    // Returns the first slot behind which all are erased.
    private int ScanBlock(int block)
    {
        int end = 0;
        _badInBlock = 0;
        _validInBlock = false;
        for (int slot = 0; slot < _slotsPerBlock; slot++)
        {
            if (!Read(block, slot, _slotBuffer))
            {
                WhollyRead = false;
                Blank = false;
                BadSlots++;
                _badInBlock++;
                end = slot + 1;
                continue;
            }

            if (AllErased(_slotBuffer))
            {
                continue;
            }

            Blank = false;
            end = slot + 1;
            uint sequence = BigEndian.Get(_slotBuffer, 0);
            if (!IsValid(_slotBuffer, sequence))
            {
                BadSlots++;
                _badInBlock++;
                continue;
            }

            _validInBlock = true;
            if (!HasNewest || sequence > Sequence)
            {
                _badInBlock = 0;
                Sequence = sequence;
                _newestBlock = block;
                Array.Copy(_slotBuffer, 4, _newest, 0, _payloadBytes);
            }
        }

        return end;
    }

    private bool IsValid(byte[] slot, uint sequence)
    {
        int end = 4 + _payloadBytes;
        return sequence != SequenceNever && BigEndian.Get(slot, end) == Crc32.Of(slot, 0, end);
    }

    private bool EnterNextBlock()
    {
        for (int i = 0; i < _blockCount; i++)
        {
            _block = (_block + 1) % _blockCount;
            if (_block != _newestBlock
                && _flash.EraseBlock(_firstBlock + _block) == FlashResult.Done
                && _flash.Sync() == FlashResult.Done)
            {
                _slot = 0;
                return true;
            }
        }

        return false;
    }

    private bool Write(int slot, uint sequence, byte[] payload)
    {
        int end = 4 + _payloadBytes;
        BigEndian.Put(_slotBuffer, 0, sequence);
        Array.Copy(payload, 0, _slotBuffer, 4, _payloadBytes);
        BigEndian.Put(_slotBuffer, end, Crc32.Of(_slotBuffer, 0, end));
        for (int i = end + 4; i < _slotBytes; i++)
        {
            _slotBuffer[i] = 0xFF;
        }

        if (_flash.Program(_firstBlock + _block, slot * _slotBytes, _slotBuffer, 0, _slotBytes) != FlashResult.Done
            || _flash.Sync() != FlashResult.Done
            || !Read(_block, slot, _verifyBuffer))
        {
            return false;
        }

        for (int i = 0; i < _slotBytes; i++)
        {
            if (_slotBuffer[i] != _verifyBuffer[i])
            {
                return false;
            }
        }

        return true;
    }

    private bool IsErased(int block, int slot)
    {
        return Read(block, slot, _slotBuffer) && AllErased(_slotBuffer);
    }

    private bool Read(int block, int slot, byte[] buffer)
    {
        for (int i = 0; i < ReadTries; i++)
        {
            if (_flash.Read(_firstBlock + block, slot * _slotBytes, buffer, 0, _slotBytes) == FlashResult.Done)
            {
                return true;
            }
        }

        return false;
    }

    private static bool AllErased(byte[] slot)
    {
        for (int i = 0; i < slot.Length; i++)
        {
            if (slot[i] != 0xFF)
            {
                return false;
            }
        }

        return true;
    }
}
