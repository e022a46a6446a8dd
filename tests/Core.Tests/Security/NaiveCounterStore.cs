using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Core.Tests.Security;

/// <summary>What a counter store can get wrong.</summary>
public enum StoreMistake
{
    None = 0,

    /// <summary>A record counts whether its CRC fits or not.</summary>
    IgnoresCrc,

    /// <summary>The next record goes behind the last valid one, onto whatever a tear left there.</summary>
    DoesNotLookAtTheSlot,

    /// <summary>The only block is erased and written again.</summary>
    ErasesTheOnlyCopy,

    /// <summary>A reservation is called durable, and written when the next one is made.</summary>
    WritesLater,

    /// <summary>Every life starts where the numbers are, not behind the reservation: the reservation is what was used.</summary>
    SavesWhatWasUsed,
}

/// <summary>
/// A store with one copy in two blocks, and with one mistake on demand, so that the trial can be shown to notice it.
/// Without a mistake it is right for whole cells; it does not guard against decay and half-written ones.
/// </summary>
internal sealed class NaiveCounterStore(IFlash flash, StoreMistake mistake)
{
    private const int SlotBytes = 16;

    private readonly uint[] _values = new uint[2];
    private readonly byte[] _slotBytes = new byte[SlotBytes];
    private uint _sequence;
    private int _block;
    private int _slot;
    private bool _loaded;
    private byte[]? _later;

    private int Slots => flash.EraseBlockBytes / SlotBytes;

    public ICounterStore Of(int frameClass) => new View(this, frameClass);

    private void Load()
    {
        if (_loaded)
            return;
        _loaded = true;
        _slot = Slots;
        _block = 1;
        for (var block = 0; block < 2; block++)
        {
            var end = 0;
            var newest = -1;
            for (var slot = 0; slot < Slots; slot++)
            {
                flash.Read(block, slot * SlotBytes, _slotBytes, 0, SlotBytes);
                if (_slotBytes.All(b => b == 0xFF))
                    continue;
                end = slot + 1;
                var fits = mistake == StoreMistake.IgnoresCrc || Read(12) == Crc32.Of(_slotBytes, 0, 12);
                if (!fits || Read(0) == uint.MaxValue || Read(0) <= _sequence)
                    continue;
                (_sequence, _values[0], _values[1]) = (Read(0), Read(4), Read(8));
                newest = slot;
            }

            if (newest >= 0)
                (_block, _slot) = (block, mistake == StoreMistake.DoesNotLookAtTheSlot ? newest + 1 : end);
        }
    }

    private void Save(int frameClass, uint value)
    {
        _values[frameClass] = value;
        _sequence++;
        Write(0, _sequence);
        Write(4, _values[0]);
        Write(8, _values[1]);
        if (mistake == StoreMistake.SavesWhatWasUsed)
            Write(4 + (4 * frameClass), value == 0 ? 0 : value - 1);
        Write(12, Crc32.Of(_slotBytes, 0, 12));
        var record = (byte[])_slotBytes.Clone();
        if (mistake == StoreMistake.WritesLater)
            (record, _later) = (_later, record);
        if (record is not null)
            Append(record);
    }

    private void Append(byte[] record)
    {
        if (mistake == StoreMistake.ErasesTheOnlyCopy)
        {
            flash.EraseBlock(0);
            flash.Program(0, 0, record, 0, SlotBytes);
            flash.Sync();
            return;
        }

        if (_slot >= Slots)
        {
            _block = 1 - _block;
            _slot = 0;
            flash.EraseBlock(_block);
        }

        flash.Program(_block, _slot++ * SlotBytes, record, 0, SlotBytes);
        flash.Sync();
    }

    private uint Read(int offset) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(_slotBytes.AsSpan(offset));

    private void Write(int offset, uint value) =>
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(_slotBytes.AsSpan(offset), value);

    private sealed class View(NaiveCounterStore store, int frameClass) : ICounterStore
    {
        public bool TryLoad(out uint firstUnreserved)
        {
            store.Load();
            firstUnreserved = store._values[frameClass];
            return true;
        }

        public bool TrySave(uint firstUnreserved)
        {
            store.Load();
            store.Save(frameClass, firstUnreserved);
            return true;
        }
    }
}
