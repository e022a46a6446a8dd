using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Reports;

/// <summary>
/// Makes status frames: at start, at an interval, on request, when faults change or something of the record is lost.
/// Allocates nothing after construction.
/// One thread.
/// </summary>
public sealed class StatusRecorder : IStatusRequest
{
    private const int UptimeSMax = 268_435_454;
    private const int Causes = (int)StatusCause.LossesChanged + 1;

    private readonly StatusRecorderOptions _options;
    private readonly DurableOutbox _outbox;
    private readonly CounterAllocator _liveCounters;
    private readonly UnitState _state;
    private readonly UnitCondition _condition;
    private readonly OwnPosition _own;
    private readonly IClock _clock;
    private readonly StatusReport _report = new StatusReport();
    private readonly RetryDelay _retry = new RetryDelay();
    private readonly int[] _made = new int[Causes];
    private readonly long _startMs;
    private StatusCause _asked = StatusCause.Start;
    private bool _askedLong = true;
    private bool _owedLong;
    private UnitFaults _toldFaults;
    private int _toldFramesDamaged;
    private int _toldSosDropped;
    private int _toldEventsLost;
    private int _toldFixesLost;
    private long _lossesNotBeforeMs;
    private long _madeMs;
    private int _sinceLong;

    /// <param name="options">When.</param>
    /// <param name="outbox">The way into the journal.</param>
    /// <param name="liveCounters">The live class's counter: the long form tells the next one.</param>
    /// <param name="state">What the unit knows of itself.</param>
    /// <param name="condition">Whether it runs from its battery.</param>
    /// <param name="own">The last fix: satellites and dilution.</param>
    /// <param name="clock">The clocks.</param>
    public StatusRecorder(
        StatusRecorderOptions options,
        DurableOutbox outbox,
        CounterAllocator liveCounters,
        UnitState state,
        UnitCondition condition,
        OwnPosition own,
        IClock clock)
    {
        options.Check();
        _options = options;
        FrameBytesMax = options.FrameBytesMax;
        _outbox = outbox;
        _liveCounters = liveCounters;
        _state = state;
        _condition = condition;
        _own = own;
        _clock = clock;
        _startMs = clock.MonotonicMs;
    }

    /// <summary>The longest frame that is of use now. A long status that does not fit is made short, and long when it does fit.</summary>
    public int FrameBytesMax { get; set; }

    /// <summary>What the next status will be made for; None if only the interval will.</summary>
    public StatusCause Pending
    {
        get { return _asked; }
    }

    /// <summary>The last cause for which one was made.</summary>
    public StatusCause LastCause { get; private set; }

    /// <summary>Times that the journal refused one, or that it had no counter; it is tried again.</summary>
    public int Refusals { get; private set; }

    /// <summary>Status frames in the journal that were made for a cause.</summary>
    public int MadeFor(StatusCause cause)
    {
        return _made[(int)cause];
    }

    /// <inheritdoc/>
    public void Request(StatusCause cause, bool isLong)
    {
        if (cause <= StatusCause.None || cause > StatusCause.LossesChanged)
        {
            throw new ArgumentOutOfRangeException(nameof(cause));
        }

        _askedLong |= isLong;
        bool overrides = cause == StatusCause.KeyChanged || _asked == StatusCause.None || _asked == StatusCause.FaultsChanged
            || _asked == StatusCause.LossesChanged;
        _asked = overrides ? cause : _asked;
    }

    /// <summary>Makes a status if one is due; to be called often.</summary>
    public void Poll(long monotonicMs)
    {
        if (_asked == StatusCause.None && _state.Faults != _toldFaults)
        {
            Request(StatusCause.FaultsChanged, false);
        }

        if (_asked == StatusCause.None && monotonicMs >= _lossesNotBeforeMs && AreLossesUntold())
        {
            // Long, for what the policy dropped stands there.
            Request(StatusCause.LossesChanged, true);
        }

        if (_asked == StatusCause.None && _owedLong && FrameBytesMax >= StatusFrame.LongBytes)
        {
            Request(StatusCause.Command, true);
        }

        if (_asked == StatusCause.None && monotonicMs - _madeMs >= _options.IntervalMs)
        {
            Request(StatusCause.Interval, _options.LongEvery > 0 && _sinceLong + 1 >= _options.LongEvery);
        }

        if (_asked != StatusCause.None && IsDue(monotonicMs) && _retry.IsDue(monotonicMs))
        {
            Make(monotonicMs);
        }
    }

    private bool IsDue(long monotonicMs)
    {
        switch (_asked)
        {
            case StatusCause.Start:
                return _clock.UtcMs != UtcTime.Unknown || monotonicMs - _startMs >= _options.StartWaitMaxMs;
            case StatusCause.KeyChanged:
                return true;
            case StatusCause.FaultsChanged:
                return monotonicMs - _madeMs >= _options.FaultsMinMs;
            default:
                return monotonicMs - _madeMs >= _options.RequestMinMs;
        }
    }

    private void Make(long monotonicMs)
    {
        Fill(monotonicMs);
        if (_outbox.Store(_report, FrameBytesMax) != OutboxResult.Stored)
        {
            Refusals++;
            _retry.Failed(monotonicMs);
            return;
        }

        bool toldLong = (StatusFrame.FlagsFor(_report, FrameBytesMax) & StatusFrame.LongFlag) != 0;
        _owedLong = toldLong ? false : _owedLong || _askedLong;
        _sinceLong = toldLong ? 0 : _sinceLong + 1;
        _retry.Succeeded();
        LastCause = _asked;
        _made[(int)_asked]++;
        _madeMs = monotonicMs;
        _toldFaults = _report.Faults;
        if (_report.HasLosses)
        {
            LossesAreTold(monotonicMs);
        }

        _asked = StatusCause.None;
        _askedLong = false;
    }

    // At a start nothing is told yet, so what the journal has counted in earlier lives is told again in each.
    private bool AreLossesUntold()
    {
        return IsUntold(_state.FramesDamaged, _toldFramesDamaged) || IsUntold(_state.SosDropped, _toldSosDropped)
            || IsUntold(_state.EventsLost, _toldEventsLost) || IsUntold(_state.FixesLost, _toldFixesLost);
    }

    private static bool IsUntold(int count, int told)
    {
        return count != Fix.Unknown && count != told;
    }

    private void LossesAreTold(long monotonicMs)
    {
        _toldFramesDamaged = _report.FramesDamaged;
        _toldSosDropped = _report.SosDropped;
        _toldEventsLost = _report.EventsLost;
        _toldFixesLost = _report.FixesLost;
        _lossesNotBeforeMs = monotonicMs + _options.LossesMinMs;
    }

    private void Fill(long monotonicMs)
    {
        _report.Clear();
        _state.CopyTo(_report);
        _report.UtcMs = _clock.UtcMs;
        _report.OnBattery = _condition.OnBattery;
        _report.IsLong = _askedLong;

        // In no other: a shore that does not know the losses yet refuses a frame that has them, and nothing but that frame.
        _report.HasLosses = _asked == StatusCause.LossesChanged;
        long uptimeS = (monotonicMs - _startMs) / 1000;
        _report.UptimeS = uptimeS < UptimeSMax ? (int)uptimeS : UptimeSMax;
        _report.LiveCounter = _liveCounters.TryPeek(out uint live) ? live : StatusReport.NoCounter;

        // What an old fix said of the sky says nothing of now.
        if (_own.IsKnown && _own.AgeMs(monotonicMs) <= OwnPosition.FreshMs)
        {
            _report.Satellites = _own.Last.Satellites;
            _report.HdopE1 = _own.Last.HdopE2 == Fix.Unknown ? Fix.Unknown : (_own.Last.HdopE2 + 5) / 10;
        }
    }
}
