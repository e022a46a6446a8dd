using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Core.Reports;

/// <summary>What became of a report that was to become a durable frame.</summary>
public enum OutboxResult
{
    /// <summary>Sealed, and durable in the journal.</summary>
    Stored = 0,

    /// <summary>No counter could be had: sealing without one would repeat a nonce.</summary>
    NoCounter,

    /// <summary>Sealed, and refused by the journal; its counter is spent.</summary>
    JournalRefused,
}

/// <summary>
/// The one way into the journal: seals a report under the next durable counter and appends the frame. All durable frames
/// of a unit come through one object, so their counters rise. Allocates nothing after construction. One thread.
/// </summary>
public sealed class DurableOutbox
{
    private readonly int _unit;
    private readonly OperatingArea _area;
    private readonly IFrameCipher _cipher;
    private readonly CounterAllocator _counters;
    private readonly IFrameJournal _journal;
    private readonly FrameCodec _codec = new FrameCodec();
    private readonly byte[] _frame = new byte[FrameLimits.FrameBytesMax];

    /// <param name="unit">This unit's number.</param>
    /// <param name="area">The operating area that the gateway has for this unit.</param>
    /// <param name="cipher">The cipher under this unit's key; a <see cref="KeyedCipher"/> where keys may change.</param>
    /// <param name="counters">The durable class's counter.</param>
    /// <param name="journal">Where the frames are kept.</param>
    public DurableOutbox(int unit, OperatingArea area, IFrameCipher cipher, CounterAllocator counters, IFrameJournal journal)
    {
        if (unit < 0 || unit > FrameHeader.UnitMax)
        {
            throw new ArgumentOutOfRangeException(nameof(unit));
        }

        _unit = unit;
        _area = area;
        _cipher = cipher;
        _counters = counters;
        _journal = journal;
    }

    /// <summary>Told of each frame that is in the journal; null if nobody is.</summary>
    public IStoredFrames Watch { get; set; }

    /// <summary>The last sealed frame, from index 0, until the next one; not to be changed.</summary>
    public byte[] Frame
    {
        get { return _frame; }
    }

    /// <summary>Bytes of the last sealed frame.</summary>
    public int FrameBytes { get; private set; }

    /// <summary>The counter of the last sealed frame.</summary>
    public uint Counter { get; private set; }

    /// <summary>Frames that are in the journal.</summary>
    public int Stored { get; private set; }

    /// <summary>Frames that the journal refused, and why it did the last time.</summary>
    public int Refused { get; private set; }

    /// <inheritdoc cref="Refused"/>
    public JournalResult LastRefusal { get; private set; }

    /// <summary>Frames that were not sealed for want of a counter.</summary>
    public int WithoutCounter { get; private set; }

    /// <summary>Stores an event.</summary>
    public OutboxResult Store(EventReport report, int frameBytesMax)
    {
        if (!TryCounter())
        {
            return OutboxResult.NoCounter;
        }

        int flags = EventFrame.FlagsFor(report, _area, frameBytesMax);
        FrameBytes = _codec.SealEvent(report, flags, _cipher, _area, _unit, Counter, _frame, 0);
        return Append(FrameKind.Event, report.Kind == EventKind.Sos);
    }

    /// <summary>Stores a status, into which it puts what the journal holds.</summary>
    public OutboxResult Store(StatusReport report, int frameBytesMax)
    {
        if (!TryCounter())
        {
            return OutboxResult.NoCounter;
        }

        uint oldest = _journal.HeldFrames > 0 ? _journal.OldestHeldCounter : Counter;
        uint back = Counter - oldest;
        report.OldestHeldBack = back < StatusReport.OldestHeldBackMax ? (int)back : StatusReport.OldestHeldBackMax;
        report.Backlog = _journal.HeldFrames;
        report.Dropped = (int)(_journal.DroppedFrames < int.MaxValue ? _journal.DroppedFrames : int.MaxValue);
        int flags = StatusFrame.FlagsFor(report, frameBytesMax);
        FrameBytes = _codec.SealStatus(report, flags, _cipher, _unit, Counter, _frame, 0);
        return Append(FrameKind.Status, false);
    }

    /// <summary>Stores a track block.</summary>
    public OutboxResult StoreTrack(byte[] payload, int payloadBytes)
    {
        if (!TryCounter())
        {
            return OutboxResult.NoCounter;
        }

        Array.Copy(payload, 0, _frame, FrameHeader.DurableBytes, payloadBytes);
        FrameBytes = _codec.SealTrack(FrameKind.Track, payloadBytes, _cipher, _unit, Counter, _frame, 0);
        return Append(FrameKind.Track, false);
    }

    private bool TryCounter()
    {
        if (_counters.TryNext(out uint counter))
        {
            Counter = counter;
            return true;
        }

        WithoutCounter++;
        return false;
    }

    private OutboxResult Append(FrameKind kind, bool isSos)
    {
        JournalResult result = _journal.Append(_frame, 0, FrameBytes, isSos);
        if (result == JournalResult.Stored)
        {
            Stored++;
            if (Watch != null)
            {
                Watch.Stored(_frame, FrameBytes, Counter, kind, isSos);
            }

            return OutboxResult.Stored;
        }

        Refused++;
        LastRefusal = result;
        return OutboxResult.JournalRefused;
    }
}
