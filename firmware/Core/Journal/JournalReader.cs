using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.Journal;

/// <summary>
/// Reads records and block headers: docs/JOURNAL-SPEC.md. Headers are read through a small window, so that looking for
/// the next record costs few calls; a whole record is read only when it is wanted.
/// </summary>
internal sealed class JournalReader
{
    internal const int HeaderBytes = 4;
    internal const int CrcBytes = 4;
    internal const int BlockHeaderBytes = 12;
    internal const uint BlockMagic = 0x42544A31;
    internal const byte Erased = 0xFF;

    // Check, type, length and the frame's own header, which tells kind and counter.
    private const int LookBytes = HeaderBytes + FrameHeader.DurableBytes;
    private const int CheckBytes = 2;
    private const int WindowBytes = 64;
    private const int ReadTries = 3;
    private const int PayloadBytesLeast = 16;

    private readonly IFlash _flash;
    private readonly int _firstBlock;
    private readonly byte[] _narrow = new byte[WindowBytes];
    private byte[] _window;
    private int _windowBlock = -1;
    private int _windowOffset;
    private int _windowLength;

    internal JournalReader(IFlash flash, int firstBlock, int align)
    {
        _flash = flash;
        _firstBlock = firstBlock;
        Align = align;
        Buffer = new byte[RecordBytes(FrameLimits.FrameBytesMax)];
        _window = _narrow;
    }

    /// <summary>Offsets and lengths of records are multiples of this.</summary>
    internal int Align { get; }

    /// <summary>The record that <see cref="Load"/> read; its payload begins at <see cref="HeaderBytes"/>.</summary>
    internal byte[] Buffer { get; }

    internal int Reads { get; private set; }

    internal long ReadBytes { get; private set; }

    /// <summary>Whether the last <see cref="Next"/> ended at bytes that could not be read.</summary>
    internal bool Failed { get; private set; }

    /// <summary>Whether the last <see cref="Next"/> passed bytes that are neither a record nor erased.</summary>
    internal bool PassedWritten { get; private set; }

    /// <summary>Whether the first of these bytes are not burnt: a record stood there, and its header has decayed.</summary>
    internal bool PassedDecayed { get; private set; }

    /// <summary>Behind the last burnt bytes that the last <see cref="Next"/> passed; 0 for none.</summary>
    internal int PassedBurntTo { get; private set; }

    /// <summary>Bytes of a record with such a payload.</summary>
    internal int RecordBytes(int payloadBytes)
    {
        return Aligned(HeaderBytes + payloadBytes + CrcBytes);
    }

    internal int Aligned(int bytes)
    {
        return (bytes + Align - 1) / Align * Align;
    }

    /// <summary>
    /// Reads whole blocks until <see cref="Narrow"/>. For a start: on littlefs a read opens a file, and that costs more than
    /// the bytes. It takes a block's worth of memory for so long.
    /// </summary>
    internal void Widen()
    {
        _window = new byte[_flash.EraseBlockBytes];
        _windowBlock = -1;
    }

    internal void Narrow()
    {
        _window = _narrow;
        _windowBlock = -1;
    }

    /// <summary>As <see cref="Sequence"/>, of a block whose records are read next.</summary>
    internal uint SequenceOfNext(int block)
    {
        Failed = !Look(block, 0, _flash.EraseBlockBytes);
        if (Failed)
        {
            return 0;
        }

        uint first = SequenceInWindow(0 - _windowOffset);
        int second = Aligned(BlockHeaderBytes) - _windowOffset;
        return first != 0 || second + BlockHeaderBytes > _windowLength ? first : SequenceInWindow(second);
    }

    /// <summary>What was read of a block may have changed.</summary>
    internal void Forget()
    {
        _windowBlock = -1;
    }

    /// <summary>The first record at or behind an offset that lies before <paramref name="end"/>, by its header.</summary>
    internal bool Next(int block, int from, int end, JournalRecord record)
    {
        Failed = false;
        PassedWritten = false;
        PassedDecayed = false;
        PassedBurntTo = 0;
        for (int offset = from; offset + RecordBytes(PayloadBytesLeast) <= end; offset += Align)
        {
            if (!Look(block, offset, end))
            {
                Failed = true;
                return false;
            }

            int at = offset - _windowOffset;
            if (IsRecord(at, end - offset))
            {
                Fill(record, block, offset, at);
                return true;
            }

            Pass(at, offset);
        }

        return false;
    }

    /// <summary>Reads a record wholly into <see cref="Buffer"/>; false if it cannot be read or has decayed.</summary>
    internal bool Load(JournalRecord record)
    {
        int length = HeaderBytes + record.PayloadBytes;
        return Read(record.Block, record.Offset, Buffer, record.Bytes)
            && Buffer[CheckBytes] == (byte)record.Type
            && Buffer[CheckBytes + 1] == record.PayloadBytes
            && BigEndian.Get(Buffer, length) == Crc32.Of(Buffer, 0, length);
    }

    /// <summary>Whether flash holds what the buffer does.</summary>
    internal bool Holds(int block, int offset, byte[] buffer, int length)
    {
        _windowBlock = -1;
        for (int done = 0; done < length; done += WindowBytes)
        {
            int part = length - done < WindowBytes ? length - done : WindowBytes;
            if (!Read(block, offset + done, _window, part))
            {
                return false;
            }

            for (int i = 0; i < part; i++)
            {
                if (_window[i] != buffer[done + i])
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Whether nothing has been written there.</summary>
    internal bool IsErased(int block, int offset, int length)
    {
        _windowBlock = -1;
        for (int done = 0; done < length; done += WindowBytes)
        {
            int part = length - done < WindowBytes ? length - done : WindowBytes;
            if (!Read(block, offset + done, _window, part))
            {
                return false;
            }

            for (int i = 0; i < part; i++)
            {
                if (_window[i] != Erased)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>A block's sequence from either copy of its header; 0 if it has none. Sets <see cref="Failed"/>.</summary>
    internal uint Sequence(int block)
    {
        uint first = SequenceAt(block, 0);
        return first != 0 || Failed ? first : SequenceAt(block, Aligned(BlockHeaderBytes));
    }

    /// <summary>The sequence that one copy of the header tells; 0 if it is none.</summary>
    internal uint SequenceAt(int block, int offset)
    {
        _windowBlock = -1;
        Failed = !Read(block, offset, _window, BlockHeaderBytes);
        return Failed ? 0 : SequenceInWindow(0);
    }

    private uint SequenceInWindow(int at)
    {
        bool valid = BigEndian.Get(_window, at) == BlockMagic
            && BigEndian.Get(_window, at + 8) == Crc32.Of(_window, at, 8);
        return valid ? BigEndian.Get(_window, at + 4) : 0;
    }

    private bool IsRecord(int at, int room)
    {
        byte type = _window[at + CheckBytes];
        int payload = _window[at + CheckBytes + 1];
        if (type != (byte)JournalRecordType.Frame && type != (byte)JournalRecordType.Carried
            && type != (byte)JournalRecordType.Sos && type != (byte)JournalRecordType.SosCarried
            && type != (byte)JournalRecordType.State)
        {
            return false;
        }

        uint check = Crc32.Of(_window, at + CheckBytes, LookBytes - CheckBytes);
        if (payload < PayloadBytesLeast || payload > FrameLimits.FrameBytesMax || RecordBytes(payload) > room
            || BigEndian.Get16(_window, at) != (check & 0xFFFF))
        {
            return false;
        }

        FrameKind kind = FrameHeader.KindOf(_window[at + HeaderBytes]);
        return type == (byte)JournalRecordType.State
            ? JournalState.IsPayload(payload)
            : kind >= FrameKind.Track && kind <= FrameKind.Status;
    }

    private void Fill(JournalRecord record, int block, int offset, int at)
    {
        record.Block = block;
        record.Offset = offset;
        record.Type = (JournalRecordType)_window[at + CheckBytes];
        record.PayloadBytes = _window[at + CheckBytes + 1];
        record.Bytes = RecordBytes(record.PayloadBytes);
        record.Kind = FrameHeader.KindOf(_window[at + HeaderBytes]);
        record.Counter = BigEndian.Get(_window, at + HeaderBytes + FrameHeader.DurableBytes - 4);
        record.Index = record.IsSos ? JournalState.SosIndex : JournalState.KindIndex(record.Kind);
    }

    private void Pass(int at, int offset)
    {
        int erased = 0;
        int burnt = 0;
        int length = Align < LookBytes ? Align : LookBytes;
        for (int i = 0; i < length; i++)
        {
            erased += _window[at + i] == Erased ? 1 : 0;
            burnt += _window[at + i] == 0 ? 1 : 0;
        }

        PassedDecayed |= !PassedWritten && erased != length && burnt != length;
        PassedWritten |= erased != length;
        if (burnt == length)
        {
            PassedBurntTo = offset + Align;
        }
    }

    private bool Look(int block, int offset, int end)
    {
        if (block == _windowBlock && offset >= _windowOffset && offset + LookBytes <= _windowOffset + _windowLength)
        {
            return true;
        }

        int length = end - offset < _window.Length ? end - offset : _window.Length;
        _windowBlock = -1;
        if (!Read(block, offset, _window, length))
        {
            return false;
        }

        _windowBlock = block;
        _windowOffset = offset;
        _windowLength = length;
        return true;
    }

    private bool Read(int block, int offset, byte[] buffer, int length)
    {
        for (int i = 0; i < ReadTries; i++)
        {
            Reads++;
            ReadBytes += length;
            if (_flash.Read(_firstBlock + block, offset, buffer, 0, length) == FlashResult.Done)
            {
                return true;
            }
        }

        return false;
    }
}
