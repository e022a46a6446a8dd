namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// Reads a track block's payload, one fix a call. Any bytes end in a result, never in an exception, and after at most
/// <see cref="TrackBlock.FixesMax"/> fixes. That the bytes are a unit's own is for the frame's tag to say.
/// </summary>
public sealed class TrackDecoder
{
    // Steps change to 0.001' once and back once.
    private const int StepSwitchesMax = 2;

    private readonly RangeDecoder _coder = new RangeDecoder();
    private readonly TrackModel _model = new TrackModel();
    private TrackReadResult _failure;
    private int _left;
    private int _stepSwitches;
    private bool _first;

    /// <summary>UTC of the fix just read, seconds since 1970-01-01.</summary>
    public long UtcS;

    /// <summary>1e-5 degree.</summary>
    public int LatitudeE5;

    /// <summary>1e-5 degree, -18,000,000 to 17,999,999.</summary>
    public int LongitudeE5;

    /// <summary>0.1 knot, or <see cref="Gnss.Fix.Unknown"/>.</summary>
    public int SogDeciknots;

    /// <summary>Degree, or <see cref="Gnss.Fix.Unknown"/>.</summary>
    public int CogDeg;

    /// <summary>Fixes in the block, from its header.</summary>
    public int Fixes;

    /// <summary>The block's nominal interval, seconds.</summary>
    public int IntervalS;

    /// <summary>Whether the block carries speed and course.</summary>
    public bool WithSpeed;

    /// <summary>Opens a payload, whose bytes stay the caller's and must not change until all fixes are read.</summary>
    /// <returns><see cref="TrackReadResult.Fix"/> if there is a first fix to read, else what is wrong.</returns>
    public TrackReadResult Open(byte[] payload, int offset, int count)
    {
        _left = 0;
        _first = true;
        _stepSwitches = 0;
        _failure = TrackReadResult.End;
        if (count < TrackBlock.HeaderBytes || count > TrackBlock.PayloadBytesMax)
        {
            return Fail(TrackReadResult.BadLength);
        }

        UtcS = BlockHeader.StartS(payload, offset);
        LatitudeE5 = BlockHeader.LatitudeE5(payload, offset);
        LongitudeE5 = BlockHeader.LongitudeE5(payload, offset);
        int rest = (payload[offset + 10] << 16) | BlockHeader.Word(payload, offset + 11);
        Fixes = (rest >> 9) & 0xFFF;
        IntervalS = TrackBlock.IntervalS((rest >> 2) & 0x7F);
        WithSpeed = (rest & 2) != 0;
        if (Fixes == 0)
        {
            return Fail(TrackReadResult.NoFixes);
        }

        bool inMinutes = (rest & 1) != 0;
        if (LatitudeE5 > TrackBlock.LatitudeMaxE5 || LongitudeE5 >= TrackBlock.HalfTurnE5
            || (inMinutes && !(MinuteGrid.Contains(LatitudeE5) && MinuteGrid.Contains(LongitudeE5))))
        {
            return Fail(TrackReadResult.OutOfRange);
        }

        _left = Fixes;
        _coder.Reset(payload, offset + TrackBlock.HeaderBytes, count - TrackBlock.HeaderBytes);
        _model.Start(LatitudeE5, LongitudeE5, inMinutes, WithSpeed);
        _model.SetInterval(IntervalS);
        return TrackReadResult.Fix;
    }

    /// <summary>Reads the next fix into the fields.</summary>
    public TrackReadResult Read()
    {
        if (_left == 0)
        {
            return _failure;
        }

        _left--;
        if (_first)
        {
            _first = false;
            return ReadSpeedCourse();
        }

        int intervalS = _model.DecodeInterval(_coder);
        if (intervalS == IntervalModel.StepSwitch)
        {
            _stepSwitches++;
            if (_stepSwitches > StepSwitchesMax || !_model.TrySwitchStep())
            {
                return Fail(TrackReadResult.BadStepSwitch);
            }

            intervalS = _model.DecodeInterval(_coder);
            if (intervalS == IntervalModel.StepSwitch)
            {
                return Fail(TrackReadResult.BadStepSwitch);
            }
        }

        UtcS += intervalS;
        if (!_model.DecodePosition(_coder, intervalS) || !TrackBlock.IsTime(UtcS))
        {
            return Fail(TrackReadResult.OutOfRange);
        }

        LatitudeE5 = _model.LatitudeE5;
        LongitudeE5 = _model.LongitudeE5;
        _model.DeriveVelocity();
        return ReadSpeedCourse();
    }

    private TrackReadResult ReadSpeedCourse()
    {
        SogDeciknots = _model.DecodeSpeed(_coder);
        CogDeg = _model.DecodeCourse(_coder);
        bool speed = SogDeciknots == Gnss.Fix.Unknown || (SogDeciknots >= 0 && SogDeciknots <= TrackBlock.SogMaxDeciknots);
        bool course = CogDeg == Gnss.Fix.Unknown || CogDeg >= 0;
        return speed && course ? TrackReadResult.Fix : Fail(TrackReadResult.OutOfRange);
    }

    private TrackReadResult Fail(TrackReadResult failure)
    {
        _left = 0;
        _failure = failure;
        return failure;
    }
}
