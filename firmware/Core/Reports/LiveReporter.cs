using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Core.Reports;

/// <summary>
/// Says where the boat is now: an accepted fix becomes a sealed live frame on the link. Fire and forget; nothing
/// depends on its arrival.
/// </summary>
public sealed class LiveReporter
{
    private readonly int _unit;
    private readonly OperatingArea _area;
    private readonly IFrameCipher _cipher;
    private readonly CounterAllocator _counters;
    private readonly ILink _link;
    private readonly UnitCondition _condition;
    private readonly LivePosition _position = new LivePosition();
    private readonly FrameCodec _codec = new FrameCodec();
    private readonly byte[] _frame = new byte[LiveFrame.WorldBytes];

    /// <param name="unit">This unit's number.</param>
    /// <param name="area">The operating area that the gateway has for this unit.</param>
    /// <param name="cipher">The cipher under this unit's key.</param>
    /// <param name="counters">The live class's counter.</param>
    /// <param name="link">Where the frames go.</param>
    /// <param name="condition">What the frames say of the unit itself.</param>
    public LiveReporter(
        int unit, OperatingArea area, IFrameCipher cipher, CounterAllocator counters, ILink link, UnitCondition condition)
    {
        if (unit < 0 || unit > FrameHeader.UnitMax)
        {
            throw new ArgumentOutOfRangeException(nameof(unit));
        }

        _unit = unit;
        _area = area;
        _cipher = cipher;
        _counters = counters;
        _link = link;
        _condition = condition;
    }

    /// <summary>Frames that the link took.</summary>
    public int Sent { get; private set; }

    /// <summary>Frames that the link did not take.</summary>
    public int NotSent { get; private set; }

    /// <summary>Fixes that became no frame because no counter could be had: sealing without one would repeat a nonce.</summary>
    public int WithoutCounter { get; private set; }

    /// <summary>Reports an accepted fix if the schedule says so, and returns why.</summary>
    public LiveReason ReportIfDue(Fix fix, LiveSchedule schedule, BoatMode mode, long monotonicMs)
    {
        LiveReason reason = schedule.Decide(fix, mode, _condition, monotonicMs);
        if (reason != LiveReason.None && TryReport(fix))
        {
            // Also where the link did not take it: what lasts is retried by the schedule's own rules.
            schedule.Sent(_position, _condition, monotonicMs);
        }

        return reason;
    }

    /// <summary>Reports an accepted fix, whatever any schedule says.</summary>
    public void Report(Fix fix)
    {
        TryReport(fix);
    }

    private bool TryReport(Fix fix)
    {
        int length = Encode(fix, _frame);
        if (length == 0)
        {
            WithoutCounter++;
            return false;
        }

        if (_link.Send(_frame, 0, length) == LinkResult.Sent)
        {
            Sent++;
        }
        else
        {
            NotSent++;
        }

        return true;
    }

    /// <summary>
    /// Makes the sealed frame of a fix at the beginning of <paramref name="frame"/> and returns its length, bytes; 0 if
    /// no counter could be had.
    /// </summary>
    private int Encode(Fix fix, byte[] frame)
    {
        if (!_counters.TryNext(out uint counter))
        {
            return 0;
        }

        _position.Set(fix, _condition);
        return _codec.SealLive(_position, _cipher, _area, _unit, counter, frame, 0);
    }
}
