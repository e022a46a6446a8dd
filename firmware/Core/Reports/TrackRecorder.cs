using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Core.Tracks;

namespace BoatTelemetry.Core.Reports;

/// <summary>
/// Keeps the accepted fixes, at an interval that follows from what the boat is at, in track blocks that become durable
/// frames. Allocates nothing after construction. One thread.
/// </summary>
/// <remarks>
/// The open block is in RAM: a loss of power loses it, at most <see cref="TrackRecorderOptions.LossMaxMs"/> of the track.
/// A block that the journal refuses waits while the next one fills, and is then lost and counted.
/// </remarks>
public sealed class TrackRecorder
{
    /// <summary>The shortest frame that can be asked for.</summary>
    public const int FrameBytesLeast = TrackEncoder.PayloadBytesLeast + SealBytes;

    private const int SealBytes = FrameHeader.DurableBytes + FrameLimits.LongTagBytes;

    // 100 kn, the fastest that GnssOptions lets pass, is 51.4 m/s.
    private const long ReachCmPerS = 5_145;

    private readonly TrackRecorderOptions _options;
    private readonly DurableOutbox _outbox;
    private readonly IClock _clock;
    private readonly TrackEncoder _encoder;
    private readonly LivePosition _grid = new LivePosition();
    private readonly UnitCondition _noCondition = new UnitCondition();
    private readonly RetryDelay _retry = new RetryDelay();
    private readonly byte[] _waiting = new byte[TrackBlock.PayloadBytesMax];
    private int _waitingBytes;
    private int _waitingFixes;
    private int _frameBytesMax;
    private int _intervalS;
    private bool _hasLast;
    private long _lastS;
    private int _lastLatitudeE7;
    private int _lastLongitudeE7;
    private long _lastFixMs;
    private long _blockSinceMs;
    private bool _atRest;
    private int _orderedS;
    private long _orderedUntilMs;

    public TrackRecorder(TrackRecorderOptions options, DurableOutbox outbox, IClock clock)
    {
        options.Check();
        _options = options;
        _outbox = outbox;
        _clock = clock;
        _frameBytesMax = options.FrameBytesMax;
        _encoder = new TrackEncoder(FrameLimits.FrameBytesMax - SealBytes, options.WithSpeed);
        _encoder.Limit(_frameBytesMax - SealBytes);
    }

    /// <summary>The longest frame of the next block on.</summary>
    public int FrameBytesMax
    {
        get
        {
            return _frameBytesMax;
        }

        set
        {
            if (value < FrameBytesLeast || value > FrameLimits.FrameBytesMax)
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            _frameBytesMax = value;
        }
    }

    /// <summary>Fixes that are in a block, stored or not.</summary>
    public int FixesRecorded { get; private set; }

    /// <summary>Fixes that came before their time, by the interval.</summary>
    public int FixesSkipped { get; private set; }

    /// <summary>Fixes that could not be dated: neither the receiver nor the clock knows the day.</summary>
    public int FixesUndated { get; private set; }

    /// <summary>Fixes that no block takes: a date outside 1970 to 2106.</summary>
    public int FixesRefused { get; private set; }

    /// <summary>Fixes of blocks that the journal refused for so long that the next block was full.</summary>
    public int FixesLost { get; private set; }

    /// <summary>Blocks in the journal.</summary>
    public int BlocksStored { get; private set; }

    /// <summary>Bytes of their frames.</summary>
    public long BytesStored { get; private set; }

    /// <summary>Fixes in RAM: the open block and one that waits for the journal.</summary>
    public int FixesInRam
    {
        get { return _encoder.Fixes + _waitingFixes; }
    }

    /// <summary>Orders an interval, 0 for the configured ones, until a time. False, with nothing changed, if out of range.</summary>
    public bool TryOrder(int intervalS, long untilMs)
    {
        if (!IsOrder(intervalS))
        {
            return false;
        }

        _orderedS = intervalS;
        _orderedUntilMs = untilMs;
        return true;
    }

    /// <summary>Whether <see cref="TryOrder"/> would take this interval.</summary>
    public bool IsOrder(int intervalS)
    {
        return intervalS == 0 || (intervalS >= _options.IntervalFloorS && intervalS <= _options.IntervalCeilingS);
    }

    /// <summary>Takes an accepted fix.</summary>
    public void Record(Fix fix, BoatMode mode, long monotonicMs)
    {
        long utcS = DatedS(fix);
        if (utcS == UtcTime.Unknown)
        {
            FixesUndated++;
            return;
        }

        bool rests = MotionWatch.IsAtRest(mode);
        int intervalS = IntervalS(mode, monotonicMs);
        if (intervalS != _intervalS || rests != _atRest)
        {
            // A stop or a start, too: what was until then is worth keeping at once.
            Flush(monotonicMs);
            _intervalS = intervalS;
            _atRest = rests;
        }

        _lastFixMs = monotonicMs;
        long stepS = _hasLast ? utcS - _lastS : intervalS;
        if (stepS == 0 || (stepS > 0 && stepS < intervalS))
        {
            FixesSkipped++;
            FlushIfOld(monotonicMs);
            return;
        }

        if (stepS < 0 || IsJump(fix, stepS))
        {
            Flush(monotonicMs);
        }

        FlushIfOld(monotonicMs);
        Add(fix, utcS, monotonicMs);
    }

    /// <summary>Stores what is due; to be called often, whether there are fixes or not.</summary>
    public void Poll(long monotonicMs)
    {
        if (_waitingBytes > 0)
        {
            StoreWaiting(monotonicMs);
        }

        if (_encoder.Fixes > 0 && monotonicMs - _lastFixMs >= _options.IdleFlushMs)
        {
            Flush(monotonicMs);
        }

        FlushIfOld(monotonicMs);
    }

    /// <summary>Stores the open block now: power is about to go, or a command asks for all there is.</summary>
    public void Flush(long monotonicMs)
    {
        if (_encoder.Fixes == 0)
        {
            return;
        }

        if (_waitingBytes > 0)
        {
            _retry.Succeeded();
            StoreWaiting(monotonicMs);
            FixesLost += _waitingFixes;
        }

        _waitingFixes = _encoder.Fixes;
        _waitingBytes = _encoder.Finish(_waiting, 0);
        _retry.Succeeded();
        StoreWaiting(monotonicMs);
    }

    // A receiver that tells no date: the day on which its time of day is nearest to the clock.
    private long DatedS(Fix fix)
    {
        if (fix.HasDate)
        {
            return fix.UtcMs / 1000;
        }

        long clockMs = _clock.UtcMs;
        if (clockMs == UtcTime.Unknown || clockMs < 0)
        {
            return UtcTime.Unknown;
        }

        int clockOfDayMs = (int)(clockMs % UtcTime.DayMs);
        return (clockMs + UtcTime.StepMs(clockOfDayMs, fix.TimeOfDayMs)) / 1000;
    }

    private int IntervalS(BoatMode mode, long monotonicMs)
    {
        if (_orderedS != 0 && monotonicMs < _orderedUntilMs)
        {
            return _orderedS;
        }

        _orderedS = 0;
        switch (mode)
        {
            case BoatMode.Moored:
                return _options.MooredIntervalS;
            case BoatMode.AtAnchor:
                return _options.AtAnchorIntervalS;
            default:
                return _options.UnderWayIntervalS;
        }
    }

    private bool IsJump(Fix fix, long stepS)
    {
        long reachCm = (stepS * ReachCmPerS) + (_options.JumpM * 100L);
        return _hasLast && EarthDistance.IsBeyond(_lastLatitudeE7, _lastLongitudeE7, fix.LatitudeE7, fix.LongitudeE7, reachCm);
    }

    private void FlushIfOld(long monotonicMs)
    {
        int lossMaxMs = _atRest ? _options.LossAtRestMaxMs : _options.LossMaxMs;
        if (_encoder.Fixes > 0 && monotonicMs - _blockSinceMs >= lossMaxMs)
        {
            Flush(monotonicMs);
        }
    }

    private void Add(Fix fix, long utcS, long monotonicMs)
    {
        _grid.Set(fix, _noCondition);
        TrackAddResult result = Encode(utcS, monotonicMs);
        if (TrackEncoder.NeedsNewBlock(result))
        {
            Flush(monotonicMs);
            result = Encode(utcS, monotonicMs);
        }

        if (result != TrackAddResult.Added)
        {
            FixesRefused++;
            return;
        }

        FixesRecorded++;
        _hasLast = true;
        _lastS = utcS;
        _lastLatitudeE7 = fix.LatitudeE7;
        _lastLongitudeE7 = fix.LongitudeE7;
    }

    private TrackAddResult Encode(long utcS, long monotonicMs)
    {
        if (_encoder.Fixes == 0)
        {
            _encoder.Limit(_frameBytesMax - SealBytes);
            _blockSinceMs = monotonicMs;
        }

        return _encoder.Add(utcS, _grid.LatitudeE5, _grid.LongitudeE5, _grid.SogDeciknots, _grid.CogDeg);
    }

    private void StoreWaiting(long monotonicMs)
    {
        if (!_retry.IsDue(monotonicMs))
        {
            return;
        }

        if (_outbox.StoreTrack(_waiting, _waitingBytes) != OutboxResult.Stored)
        {
            _retry.Failed(monotonicMs);
            return;
        }

        _retry.Succeeded();
        BlocksStored++;
        BytesStored += _outbox.FrameBytes;
        _waitingBytes = 0;
        _waitingFixes = 0;
    }
}
