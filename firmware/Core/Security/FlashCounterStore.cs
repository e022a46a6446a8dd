using System;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.Core.Security;

// Record, 8 bytes behind the lane's sequence and before its CRC-32, so 16 bytes in flash, which is also the unit that
// the ESP32's flash encryption can program:
//
//   byte 0..3  live numbers reserved below
//        4..7  durable numbers reserved below

/// <summary>
/// Keeps the reservations of both uplink classes in flash: one record holds both, and each class has its view of it for
/// its <see cref="CounterAllocator"/>.
/// </summary>
/// <remarks>
/// Flash without a record is not taken for a new unit: a chip whose content is lost looks the same, and starting at zero
/// would repeat nonces. Whoever provisions the key calls <see cref="TryProvision"/> once. One thread.
/// </remarks>
public sealed class FlashCounterStore
{
    private const int PayloadBytes = 8;

    private readonly FlashRecord _record;
    private readonly byte[] _payload = new byte[PayloadBytes];
    private readonly uint[] _reservedBelow = new uint[2];
    private readonly View _live;
    private readonly View _durable;

    /// <param name="flash">The flash.</param>
    /// <param name="firstBlock">The first of the store's own erase blocks.</param>
    /// <param name="blockCount">An even number, <see cref="FlashRecord.BlocksMin"/> or more.</param>
    public FlashCounterStore(IFlash flash, int firstBlock, int blockCount)
    {
        _record = new FlashRecord(flash, firstBlock, blockCount, PayloadBytes);
        _live = new View(this, FrameClass.Live);
        _durable = new View(this, FrameClass.Durable);
    }

    /// <summary>What the flash said; health for the technician and the status frame's fault bit.</summary>
    public FlashRecordState State => _record.State;

    /// <summary>Saves since the start that only one of the two copies took: the flash is failing.</summary>
    public int SavedInOneLane => _record.SavedInOneLane;

    /// <summary>Torn or decayed records seen.</summary>
    public int BadSlots => _record.BadSlots;

    /// <summary>The store of one class.</summary>
    public ICounterStore Of(FrameClass frameClass)
    {
        return frameClass == FrameClass.Live ? _live : _durable;
    }

    /// <summary>
    /// Starts the counters of a unit that has just been given its key, at these numbers or where they are if that is
    /// further. A unit that replaces a broken one under the same unit number starts behind what the gateway has seen.
    /// </summary>
    public bool TryProvision(uint firstLive, uint firstDurable)
    {
        if (!IsLoaded() && State == FlashRecordState.Unreadable)
        {
            return false;
        }

        bool loaded = State == FlashRecordState.Loaded;
        uint live = loaded && _reservedBelow[0] > firstLive ? _reservedBelow[0] : firstLive;
        uint durable = loaded && _reservedBelow[1] > firstDurable ? _reservedBelow[1] : firstDurable;
        return TrySave(live, durable);
    }

    private bool IsLoaded()
    {
        if (State == FlashRecordState.Loaded)
        {
            return true;
        }

        if (_record.Load(_payload) != FlashRecordState.Loaded)
        {
            return false;
        }

        _reservedBelow[0] = BigEndian.Get(_payload, 0);
        _reservedBelow[1] = BigEndian.Get(_payload, 4);
        return true;
    }

    private bool TrySave(uint live, uint durable)
    {
        BigEndian.Put(_payload, 0, live);
        BigEndian.Put(_payload, 4, durable);
        if (!_record.TrySave(_payload))
        {
            return false;
        }

        _reservedBelow[0] = live;
        _reservedBelow[1] = durable;
        return true;
    }

    private sealed class View : ICounterStore
    {
        private readonly FlashCounterStore _store;
        private readonly FrameClass _class;

        public View(FlashCounterStore store, FrameClass frameClass)
        {
            _store = store;
            _class = frameClass;
        }

        public bool TryLoad(out uint firstUnreserved)
        {
            firstUnreserved = 0;
            if (!_store.IsLoaded())
            {
                return false;
            }

            firstUnreserved = _store._reservedBelow[(int)_class];
            return true;
        }

        public bool TrySave(uint firstUnreserved)
        {
            if (!_store.IsLoaded())
            {
                return false;
            }

            if (firstUnreserved < _store._reservedBelow[(int)_class])
            {
                throw new ArgumentOutOfRangeException(nameof(firstUnreserved));
            }

            return _class == FrameClass.Live
                ? _store.TrySave(firstUnreserved, _store._reservedBelow[1])
                : _store.TrySave(_store._reservedBelow[0], firstUnreserved);
        }
    }
}
