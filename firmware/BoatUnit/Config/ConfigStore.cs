using System;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.BoatUnit.Config;

// A copy, at the beginning of its erase block, padded with 0xFF to whole program units:
//
//   byte  0..3    sequence
//         4..5    length n of the text
//         6       1 the save's first copy, 2 its second
//         7       1, the layout
//         8..n+7  text
//         n+8..   CRC-32 of all before it
//
// and in the program unit behind that:
//
//   0x00 throughout: this copy was read back, and the writing of the other one may have begun

/// <summary>What the flash says of the configuration.</summary>
public enum ConfigState
{
    /// <summary>Not looked for yet.</summary>
    Unknown = 0,
    Loaded,

    /// <summary>Nothing was ever saved.</summary>
    Blank,

    /// <summary>Something was saved, and neither copy is good.</summary>
    Lost,

    /// <summary>No good copy, and one that could not be read at all.</summary>
    Unreadable,
}

/// <summary>
/// A text in two copies, each in an erase block of its own. Whatever instant the power fails at, a later life loads the
/// text of before or the new one, and then goes on loading that one.
/// </summary>
/// <remarks>
/// <para>A save writes one copy, syncs, reads it back, marks it as certain, and only then writes the other. A copy that a
/// loss of power tore may read well now and badly later. Which of the two that can be is known: of different copies it
/// is the newer one if that is not marked, or else the older one; of copies that are alike it is the one that says it was
/// its save's second. A copy is overwritten only while the other one is certain, and a load that finds the copies
/// different makes them alike before it is believed.</para>
/// <para>If one block takes nothing any more, saves are refused and the text of the other one stays. One thread. A buffer
/// of the text's size lives during a load or a save only.</para>
/// </remarks>
public sealed class ConfigStore
{
    /// <summary>The longest text: with its frame it fits a littlefs block.</summary>
    public const int TextBytesMax = 3072;

    private const int HeaderBytes = 8;
    private const int CrcBytes = 4;
    private const int Layout = 1;
    private const int ReadTries = 3;
    private const int FirstOfSave = 1;
    private const int SecondOfSave = 2;

    private readonly IFlash _flash;
    private readonly int _capacityBytes;
    private readonly Copy[] _copies = new Copy[] { new Copy(), new Copy() };

    // The copy that a save overwrites first: the other one is certain.
    private int _next;

    /// <param name="flash">An area of two erase blocks.</param>
    public ConfigStore(IFlash flash)
    {
        if (flash == null)
        {
            throw new ArgumentNullException(nameof(flash));
        }

        if (flash.BlockCount != 2)
        {
            throw new ArgumentException("Two erase blocks, one for each copy.", nameof(flash));
        }

        _flash = flash;
        int room = flash.EraseBlockBytes - HeaderBytes - CrcBytes - (2 * flash.ProgramBytes);
        _capacityBytes = room < TextBytesMax ? room : TextBytesMax;
    }

    /// <summary>What the last <see cref="Load"/> or <see cref="TrySave"/> left.</summary>
    public ConfigState State { get; private set; }

    /// <summary>Whether both copies are good and alike.</summary>
    public bool BothGood => _copies[0].IsGood && _copies[1].IsGood && _copies[0].Sequence == _copies[1].Sequence;

    /// <summary>Copies found torn, decayed or unreadable since the start.</summary>
    public int BadCopies { get; private set; }

    /// <summary>The newest good text, a new array; null if there is none, and <see cref="State"/> says why.</summary>
    public byte[] Load()
    {
        byte[] buffer = new byte[BytesOf(_capacityBytes) + _flash.ProgramBytes];
        Look(0, buffer);
        Look(1, buffer);
        int newest = Newest();
        if (newest < 0)
        {
            State = StateWithoutCopy();
            _next = 0;
            return null;
        }

        // Read again: the buffer may hold the other copy.
        if (!Look(newest, buffer))
        {
            State = ConfigState.Unreadable;
            return null;
        }

        byte[] text = new byte[_copies[newest].LengthBytes];
        Array.Copy(buffer, HeaderBytes, text, 0, text.Length);
        State = ConfigState.Loaded;
        if (BothGood)
        {
            _next = _copies[0].Order == SecondOfSave ? 0 : 1;
        }
        else
        {
            Settle(newest, text);
        }

        return text;
    }

    /// <summary>
    /// Makes a text the one that later lives load. False if it could not be made durable: then they may load either.
    /// </summary>
    /// <exception cref="InvalidOperationException">Nothing was loaded before.</exception>
    public bool TrySave(byte[] text, int lengthBytes)
    {
        if (State == ConfigState.Unknown)
        {
            throw new InvalidOperationException("A configuration is loaded before it is saved.");
        }

        if (text == null || lengthBytes < 1 || lengthBytes > _capacityBytes || lengthBytes > text.Length)
        {
            return false;
        }

        uint sequence = (_copies[0].Sequence > _copies[1].Sequence ? _copies[0].Sequence : _copies[1].Sequence) + 1;
        if (!WriteBoth(_next, sequence, text, lengthBytes))
        {
            return false;
        }

        State = ConfigState.Loaded;
        return true;
    }

    // The uncertain copy is written first. One good copy is the certain one.
    private void Settle(int newest, byte[] text)
    {
        int other = 1 - newest;
        if (_copies[other].Unreadable)
        {
            // It may hold anything and read well at the next start; writing is left to the next save.
            _next = other;
            return;
        }

        int first = _copies[other].IsGood && !_copies[newest].IsMarked ? newest : other;
        uint sequence = _copies[newest].Sequence + 1;
        WriteBoth(first, sequence, text, text.Length);
    }

    private bool WriteBoth(int first, uint sequence, byte[] text, int lengthBytes)
    {
        byte[] frame = new byte[BytesOf(lengthBytes)];
        _next = first;
        if (!Write(first, FirstOfSave, sequence, text, lengthBytes, frame) || !Mark(first, frame.Length))
        {
            return false;
        }

        // From here on the first is certain, whatever becomes of the second.
        _next = 1 - first;
        Write(1 - first, SecondOfSave, sequence, text, lengthBytes, frame);
        return true;
    }

    private bool Write(int copy, int order, uint sequence, byte[] text, int lengthBytes, byte[] frame)
    {
        _copies[copy].Forget();
        BigEndian.Put(frame, 0, sequence);
        BigEndian.Put16(frame, 4, lengthBytes);
        frame[6] = (byte)order;
        frame[7] = Layout;
        Array.Copy(text, 0, frame, HeaderBytes, lengthBytes);
        int end = HeaderBytes + lengthBytes;
        BigEndian.Put(frame, end, Crc32.Of(frame, 0, end));
        for (int i = end + CrcBytes; i < frame.Length; i++)
        {
            frame[i] = 0xFF;
        }

        if (_flash.EraseBlock(copy) != FlashResult.Done
            || _flash.Program(copy, 0, frame, 0, frame.Length) != FlashResult.Done
            || _flash.Sync() != FlashResult.Done)
        {
            return false;
        }

        return Look(copy, frame) && _copies[copy].Sequence == sequence;
    }

    private bool Mark(int copy, int at)
    {
        byte[] mark = new byte[_flash.ProgramBytes];
        return _flash.Program(copy, at, mark, 0, mark.Length) == FlashResult.Done && _flash.Sync() == FlashResult.Done;
    }

    // Reads a copy into the buffer and judges it.
    private bool Look(int copy, byte[] buffer)
    {
        Copy found = _copies[copy];
        found.Forget();
        int length = buffer.Length;
        if (!Read(copy, buffer, length))
        {
            found.Unreadable = true;
            BadCopies++;
            return false;
        }

        if (IsErased(buffer, length))
        {
            found.Blank = true;
            return false;
        }

        int text = BigEndian.Get16(buffer, 4);
        int end = HeaderBytes + text;
        bool good = buffer[7] == Layout && text > 0 && end + CrcBytes <= length
            && (buffer[6] == FirstOfSave || buffer[6] == SecondOfSave)
            && BigEndian.Get(buffer, end) == Crc32.Of(buffer, 0, end);
        if (!good)
        {
            BadCopies++;
            return false;
        }

        found.IsGood = true;
        found.Sequence = BigEndian.Get(buffer, 0);
        found.LengthBytes = text;
        found.Order = buffer[6];
        found.IsMarked = IsMarked(buffer, BytesOf(text));
        return true;
    }

    private bool IsMarked(byte[] buffer, int at)
    {
        for (int i = at; i < at + _flash.ProgramBytes; i++)
        {
            if (i >= buffer.Length || buffer[i] != 0)
            {
                return false;
            }
        }

        return true;
    }

    private bool Read(int copy, byte[] buffer, int length)
    {
        for (int i = 0; i < ReadTries; i++)
        {
            if (_flash.Read(copy, 0, buffer, 0, length) == FlashResult.Done)
            {
                return true;
            }
        }

        return false;
    }

    private int Newest()
    {
        if (!_copies[0].IsGood)
        {
            return _copies[1].IsGood ? 1 : -1;
        }

        return _copies[1].IsGood && _copies[1].Sequence > _copies[0].Sequence ? 1 : 0;
    }

    private ConfigState StateWithoutCopy()
    {
        if (_copies[0].Unreadable || _copies[1].Unreadable)
        {
            return ConfigState.Unreadable;
        }

        return _copies[0].Blank && _copies[1].Blank ? ConfigState.Blank : ConfigState.Lost;
    }

    private int BytesOf(int textBytes)
    {
        int bytes = HeaderBytes + textBytes + CrcBytes;
        int units = (bytes + _flash.ProgramBytes - 1) / _flash.ProgramBytes;
        return units * _flash.ProgramBytes;
    }

    private static bool IsErased(byte[] buffer, int length)
    {
        for (int i = 0; i < length; i++)
        {
            if (buffer[i] != 0xFF)
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Copy
    {
        public bool IsGood;
        public bool Unreadable;
        public bool Blank;
        public bool IsMarked;
        public uint Sequence;
        public int LengthBytes;
        public int Order;

        public void Forget()
        {
            IsGood = false;
            Unreadable = false;
            Blank = false;
            IsMarked = false;
            LengthBytes = 0;
            Order = 0;
        }
    }
}
