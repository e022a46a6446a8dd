using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// Joins the sentences of one instant into a fix. An epoch is open from its first timed sentence until a sentence of
/// another instant comes, or the line is quiet, or the bytes end.
/// </summary>
/// <remarks>
/// <para>
/// Sentences without a time (VTG, HDT, THS, GSA) belong to the open epoch unless that has one of their type already:
/// then to the next one. So both orders come out right, VTG last (most receivers) and VTG first (signalk-plaka.log).
/// If a VTG is lost where VTG comes first, speeds are one epoch early until the line is quiet once. A second GSA is of
/// another satellite system and is dropped.
/// </para>
/// <para>
/// Position, status, mode and date sentences without a time (receivers without a fix) join the open epoch unless it
/// has one of their type; there they can make it void, never give it a position.
/// </para>
/// </remarks>
internal sealed class EpochMerger
{
    /// <summary>Untimed values are of no use to an epoch that is later by more than this.</summary>
    private const int UntimedAgeMaxMs = 2_000;

    private readonly IFixSink _sink;
    private readonly FixGate _gate;
    private readonly GnssCounters _counters;
    private readonly long _positionSpreadMaxCm;
    private readonly DateCarry _dates = new DateCarry();
    private readonly Fix _fix = new Fix();

    // The open epoch.
    private bool _open;
    private int _kindBits;
    private int _positionRank;
    private PositionClaim _claim;

    // Values of untimed sentences: the open epoch's, the next one's, and those of an epoch that had no position.
    private UntimedValues _own = new UntimedValues();
    private UntimedValues _next = new UntimedValues();
    private UntimedValues _left = new UntimedValues();
    private int _leftTimeOfDayMs;

    // The epoch before: the rest of it may come after the line was quiet.
    private int _closedTimeOfDayMs = Fix.Unknown;
    private PositionClaim _closedClaim;

    public EpochMerger(GnssOptions options, IFixSink sink, GnssCounters counters)
    {
        _sink = sink;
        _counters = counters;
        _gate = new FixGate(options, counters);
        _positionSpreadMaxCm = 100L * options.JumpMarginM;
    }

    public void Take(NmeaReading reading, long nowMonotonicMs)
    {
        if (reading.Kind >= NmeaKind.Vtg)
        {
            TakeUntimed(reading, nowMonotonicMs);
            return;
        }

        bool timed = reading.TimeOfDayMs != Fix.Unknown;
        if (!timed && reading.Kind == NmeaKind.Zda)
        {
            return;
        }

        bool sameEpoch = timed ? reading.TimeOfDayMs == _fix.TimeOfDayMs : (_kindBits & (int)reading.Kind) == 0;
        if (!_open || !sameEpoch)
        {
            Close();
            Open(reading.TimeOfDayMs, nowMonotonicMs);
        }

        Merge(reading);
    }

    /// <summary>Hands the open epoch over, if there is one.</summary>
    public void Close()
    {
        if (!_open)
        {
            return;
        }

        _open = false;
        FixRefusal refusal = Verdict();
        CompleteUntimed(refusal);
        CompleteDate();
        _closedTimeOfDayMs = _fix.TimeOfDayMs;
        _closedClaim = _claim;
        if (refusal == FixRefusal.None)
        {
            refusal = _gate.Examine(_fix);
        }

        if (refusal == FixRefusal.None)
        {
            _counters.FixesAccepted++;
            _sink.OnFix(_fix);
        }
        else
        {
            _counters.Count(refusal);
            _sink.OnRefused(_fix, refusal);
        }
    }

    private void Open(int timeOfDayMs, long nowMonotonicMs)
    {
        _open = true;
        _kindBits = 0;
        _positionRank = 0;
        _fix.Clear();
        _fix.TimeOfDayMs = timeOfDayMs;
        _fix.ReceivedMonotonicMs = nowMonotonicMs;

        // What made the first half of an epoch worthless makes the second half so.
        bool rest = timeOfDayMs != Fix.Unknown && timeOfDayMs == _closedTimeOfDayMs;
        _claim = rest && _closedClaim > PositionClaim.Valid ? _closedClaim : PositionClaim.None;

        UntimedValues own = _next;
        _next = _own;
        _own = own;
        _next.Clear();
        if (nowMonotonicMs - _own.ReceivedMonotonicMs > UntimedAgeMaxMs)
        {
            _own.Clear();
        }
    }

    private void Merge(NmeaReading reading)
    {
        bool first = (_kindBits & (int)reading.Kind) == 0;
        _kindBits |= (int)reading.Kind;
        if (_claim < reading.Claim)
        {
            _claim = reading.Claim;
        }

        if (reading.DayNumber != Fix.Unknown && (!_fix.HasDate || (first && reading.Kind == NmeaKind.Rmc)))
        {
            _fix.DayNumber = reading.DayNumber;
        }

        if (reading.Claim != PositionClaim.Valid)
        {
            return;
        }

        bool timedAlike = reading.TimeOfDayMs == _fix.TimeOfDayMs;
        if (timedAlike && reading.LatitudeE7 != Fix.Unknown && reading.LongitudeE7 != Fix.Unknown)
        {
            MergePosition(reading);
        }

        if (first && reading.Kind == NmeaKind.Rmc)
        {
            _fix.SogMilliknots = reading.SogMilliknots;
            _fix.CogCdeg = reading.CogCdeg;
        }

        _fix.AltitudeCm = _fix.AltitudeCm == Fix.Unknown ? reading.AltitudeCm : _fix.AltitudeCm;
        _fix.HdopE2 = _fix.HdopE2 == Fix.Unknown ? reading.HdopE2 : _fix.HdopE2;
        _fix.Satellites = _fix.Satellites == Fix.Unknown ? reading.Satellites : _fix.Satellites;
        _fix.Quality = _fix.Quality < reading.Quality ? reading.Quality : _fix.Quality;
    }

    private void MergePosition(NmeaReading reading)
    {
        if (_positionRank != 0 && PositionsDisagree(reading))
        {
            _claim = _claim < PositionClaim.Contradictory ? PositionClaim.Contradictory : _claim;
            return;
        }

        // RMC over GNS over GGA over GLL: the kinds' bits in that order.
        int rank = (int)NmeaKind.Zda - (int)reading.Kind;
        if (rank > _positionRank)
        {
            _positionRank = rank;
            _fix.LatitudeE7 = reading.LatitudeE7;
            _fix.LongitudeE7 = reading.LongitudeE7;
        }
    }

    private bool PositionsDisagree(NmeaReading reading)
    {
        return EarthDistance.IsBeyond(
            reading.LatitudeE7, reading.LongitudeE7, _fix.LatitudeE7, _fix.LongitudeE7, _positionSpreadMaxCm);
    }

    private void TakeUntimed(NmeaReading reading, long nowMonotonicMs)
    {
        if (_open && !_own.Has(reading.Kind))
        {
            _own.Put(reading, nowMonotonicMs);
        }
        else if (!_open || reading.Kind != NmeaKind.Gsa)
        {
            if (nowMonotonicMs - _next.ReceivedMonotonicMs > UntimedAgeMaxMs)
            {
                _next.Clear();
            }

            _next.Put(reading, nowMonotonicMs);
        }
    }

    private FixRefusal Verdict()
    {
        switch (_claim)
        {
            case PositionClaim.Void:
                return FixRefusal.Void;
            case PositionClaim.NotMeasured:
                return FixRefusal.NotMeasured;
            case PositionClaim.OutOfRange:
                return FixRefusal.OutOfRange;
            case PositionClaim.Contradictory:
                return FixRefusal.Contradictory;
            default:
                break;
        }

        if (_positionRank == 0)
        {
            return FixRefusal.NoPosition;
        }

        return _fix.TimeOfDayMs == Fix.Unknown ? FixRefusal.NoTime : FixRefusal.None;
    }

    private void CompleteUntimed(FixRefusal refusal)
    {
        _own.Complete(_fix, 0);
        if (_left.KindBits != 0 && LeftIsNear())
        {
            _left.Complete(_fix, _own.KindBits);
        }

        if (refusal != FixRefusal.NoPosition)
        {
            _left.Clear();
        }
        else if (_own.KindBits != 0 && _fix.TimeOfDayMs != Fix.Unknown)
        {
            UntimedValues left = _own;
            _own = _left;
            _left = left;
            _leftTimeOfDayMs = _fix.TimeOfDayMs;
        }
    }

    private bool LeftIsNear()
    {
        if (_fix.TimeOfDayMs == Fix.Unknown
            || _fix.ReceivedMonotonicMs - _left.ReceivedMonotonicMs > UntimedAgeMaxMs)
        {
            return false;
        }

        int stepMs = UtcTime.StepMs(_leftTimeOfDayMs, _fix.TimeOfDayMs);
        return stepMs >= -UntimedAgeMaxMs && stepMs <= UntimedAgeMaxMs;
    }

    private void CompleteDate()
    {
        if (_fix.TimeOfDayMs == Fix.Unknown || _claim > PositionClaim.Valid)
        {
            return;
        }

        if (_fix.HasDate)
        {
            _dates.Learn(_fix.DayNumber, _fix.TimeOfDayMs, _fix.ReceivedMonotonicMs);
        }
        else
        {
            _fix.DayNumber = _dates.DayNumberAt(_fix.TimeOfDayMs, _fix.ReceivedMonotonicMs);
        }
    }
}
