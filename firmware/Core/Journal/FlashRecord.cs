using System;

namespace BoatTelemetry.Core.Journal;

/// <summary>What the flash says of a record.</summary>
public enum FlashRecordState
{
    /// <summary>Not looked for yet.</summary>
    Unknown = 0,

    /// <summary>There is a newest record, and it can be trusted.</summary>
    Loaded,

    /// <summary>Every byte is erased: nothing was ever written.</summary>
    Blank,

    /// <summary>Something was written, and no valid record is left of it.</summary>
    Lost,

    /// <summary>What could not be read may hide the newest record. Another try may succeed.</summary>
    Unreadable,
}

/// <summary>
/// One small record in flash that is replaced as a whole: what was saved last is what a later life loads, whatever
/// instant the power fails at.
/// </summary>
/// <remarks>
/// <para>It is written twice, into two lanes of at least two erase blocks each: first into one, read back, then into the
/// other. So a record that decays or a block that dies takes away one copy only. One copy alone would fall back to the
/// record before, which for a counter means numbers used twice.</para>
/// <para>It survives any number of losses of power and any one fault of the flash at a time (a decayed record, an
/// unreadable or unwritable block); <see cref="SavedInOneLane"/> counts that a second fault would not be survived.</para>
/// <para>One thread. Loading is linear in the size of the flash. Saving allocates nothing.</para>
/// </remarks>
public sealed class FlashRecord
{
    /// <summary>Erase blocks that a record needs at least: two for each lane.</summary>
    public const int BlocksMin = 4;

    private readonly RecordLane _first;
    private readonly RecordLane _second;
    private readonly byte[] _payload;

    /// <param name="flash">The flash.</param>
    /// <param name="firstBlock">The first of this record's erase blocks.</param>
    /// <param name="blockCount">How many are its own: an even number, <see cref="BlocksMin"/> or more.</param>
    /// <param name="payloadBytes">The record's size.</param>
    public FlashRecord(IFlash flash, int firstBlock, int blockCount, int payloadBytes)
    {
        if (flash == null)
        {
            throw new ArgumentNullException(nameof(flash));
        }

        if (blockCount < BlocksMin || blockCount % 2 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(blockCount));
        }

        if (firstBlock < 0 || firstBlock + blockCount > flash.BlockCount)
        {
            throw new ArgumentOutOfRangeException(nameof(firstBlock));
        }

        if (payloadBytes < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(payloadBytes));
        }

        int lane = blockCount / 2;
        _first = new RecordLane(flash, firstBlock, lane, payloadBytes);
        _second = new RecordLane(flash, firstBlock + lane, lane, payloadBytes);
        _payload = new byte[payloadBytes];
    }

    /// <summary>What the last <see cref="Load"/> or <see cref="TrySave"/> left.</summary>
    public FlashRecordState State { get; private set; }

    /// <summary>Slots that hold neither a record nor erased bytes: torn or decayed.</summary>
    public int BadSlots => _first.BadSlots + _second.BadSlots;

    /// <summary>Saves since the start that only one lane took.</summary>
    public int SavedInOneLane { get; private set; }

    /// <summary>
    /// Looks for the newest record and copies it into <paramref name="payload"/>. Where the lanes differ, or
    /// may hide a newer one, the record is saved again before it is believed: a half-written one may read well now and
    /// badly after the next start, or the other way round.
    /// </summary>
    public FlashRecordState Load(byte[] payload)
    {
        _first.Scan();
        _second.Scan();
        State = Judge();
        if (State != FlashRecordState.Loaded)
        {
            return State;
        }

        Newer().CopyNewest(payload);
        bool alike = _first.HasNewest && _second.HasNewest && _first.Sequence == _second.Sequence;
        bool certain = alike && !_first.MayHideNewer && !_second.MayHideNewer;
        if (!certain && !TrySave(payload))
        {
            State = FlashRecordState.Unreadable;
        }

        return State;
    }

    /// <summary>Makes the record durable; false if it is not, and then a later life may load either.</summary>
    /// <exception cref="InvalidOperationException">Nothing was loaded, or what is there could not be read.</exception>
    public bool TrySave(byte[] payload)
    {
        if (State == FlashRecordState.Unknown || State == FlashRecordState.Unreadable)
        {
            throw new InvalidOperationException("A record is loaded before it is saved.");
        }

        uint sequence = (_first.SequenceMax > _second.SequenceMax ? _first.SequenceMax : _second.SequenceMax) + 1;
        Array.Copy(payload, 0, _payload, 0, _payload.Length);
        bool first = _first.Append(sequence, _payload);
        bool second = _second.Append(sequence, _payload);
        if (!first && !second)
        {
            return false;
        }

        if (first != second)
        {
            SavedInOneLane++;
        }

        State = FlashRecordState.Loaded;
        return true;
    }

    // A lane that was read wholly hides nothing. One is enough: a record is in both, or the flash had a fault before.
    private FlashRecordState Judge()
    {
        if ((_first.WhollyRead && _first.HasNewest) || (_second.WhollyRead && _second.HasNewest))
        {
            return FlashRecordState.Loaded;
        }

        if (!_first.WhollyRead || !_second.WhollyRead)
        {
            return FlashRecordState.Unreadable;
        }

        return _first.Blank && _second.Blank ? FlashRecordState.Blank : FlashRecordState.Lost;
    }

    private RecordLane Newer()
    {
        if (!_first.HasNewest)
        {
            return _second;
        }

        return _second.HasNewest && _second.Sequence > _first.Sequence ? _second : _first;
    }
}
