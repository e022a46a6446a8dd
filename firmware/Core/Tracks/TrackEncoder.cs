namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// Packs fixes into the payloads of track blocks, one fix at a time, without loss on the grid of 1e-5 degree, 1 s,
/// 0.1 knot and 1 degree. Each block is read without any other. Nothing is allocated after construction.
/// </summary>
/// <remarks>
/// <code>
/// result = encoder.Add(fix);
/// if (TrackEncoder.NeedsNewBlock(result)) { length = encoder.Finish(buffer, offset); encoder.Add(fix); }
/// </code>
/// A block that said <see cref="TrackAddResult.BlockFull"/> holds everything that was added before, within the length
/// given at construction; it takes nothing more until <see cref="Finish"/>.
/// </remarks>
public sealed class TrackEncoder
{
    /// <summary>The shortest payload worth a block: its header and the code of one fix at its longest.</summary>
    public const int PayloadBytesLeast = TrackBlock.HeaderBytes + RangeEncoder.OverrunBytes - 4;

    // After so many moves between steps of 0.001' the receiver is taken to have no finer ones: one that has them
    // lands on them by chance with (9/25)^16, less than one in ten million.
    private const int MovesOnMinutesLeast = 16;

    // After so many equal intervals other than the nominal one, a new block is the cheaper way on.
    private const int IrregularAlikeMax = 12;

    private readonly int _codeBytesLargest;
    private readonly bool _withSpeed;
    private readonly RangeEncoder _coder;
    private readonly TrackModel _model = new TrackModel();
    private long _startS;
    private long _lastS;
    private int _startLatitudeE5;
    private int _startLongitudeE5;
    private int _lastLatitudeE5;
    private int _lastLongitudeE5;
    private int _codeBytesMax;
    private int _fixes;
    private int _intervalS;
    private int _lastIntervalS;
    private int _irregularAlike;
    private int _movesOnMinutes;
    private bool _startInMinutes;
    private bool _switchedBack;
    private bool _rateChanged;
    private bool _full;

    /// <param name="payloadBytesMax">
    /// The longest payload, <see cref="PayloadBytesLeast"/> to <see cref="TrackBlock.PayloadBytesMax"/>.
    /// </param>
    /// <param name="withSpeed">Whether speed and course are recorded.</param>
    public TrackEncoder(int payloadBytesMax, bool withSpeed)
    {
        if (payloadBytesMax < PayloadBytesLeast || payloadBytesMax > TrackBlock.PayloadBytesMax)
        {
            throw new System.ArgumentOutOfRangeException(nameof(payloadBytesMax));
        }

        _codeBytesLargest = payloadBytesMax - TrackBlock.HeaderBytes;
        _codeBytesMax = _codeBytesLargest;
        _withSpeed = withSpeed;
        _coder = new RangeEncoder(_codeBytesMax);
    }

    /// <summary>Fixes in the open block.</summary>
    public int Fixes
    {
        get { return _fixes; }
    }

    /// <summary>The length that <see cref="Finish"/> would return at most.</summary>
    public int PayloadBytes
    {
        get { return _fixes == 0 ? 0 : TrackBlock.HeaderBytes + _coder.LengthIfFinished; }
    }

    /// <summary>
    /// Makes the next blocks no longer than this, up to the length given at construction: what a link carries changes
    /// with its data rate.
    /// </summary>
    /// <exception cref="System.InvalidOperationException">A block is open.</exception>
    public void Limit(int payloadBytesMax)
    {
        if (_fixes != 0)
        {
            throw new System.InvalidOperationException();
        }

        if (payloadBytesMax < PayloadBytesLeast || payloadBytesMax > _codeBytesLargest + TrackBlock.HeaderBytes)
        {
            throw new System.ArgumentOutOfRangeException(nameof(payloadBytesMax));
        }

        _codeBytesMax = payloadBytesMax - TrackBlock.HeaderBytes;
    }

    /// <summary>Whether a result asks for <see cref="Finish"/> and the same fix again.</summary>
    public static bool NeedsNewBlock(TrackAddResult result)
    {
        return result == TrackAddResult.BlockFull || result == TrackAddResult.Gap || result == TrackAddResult.RateChanged;
    }

    /// <summary>Adds a fix to the open block, or begins one with it.</summary>
    /// <param name="utcS">Seconds since 1970-01-01, later than the last fix.</param>
    /// <param name="latitudeE5">1e-5 degree, -9,000,000 to 9,000,000.</param>
    /// <param name="longitudeE5">1e-5 degree, -18,000,000 to 18,000,000; 180 E is read back as 180 W.</param>
    /// <param name="sogDeciknots">0.1 knot, 0 to 4095 or <see cref="Gnss.Fix.Unknown"/>; ignored without speed.</param>
    /// <param name="cogDeg">Degree, 0 to 359 or <see cref="Gnss.Fix.Unknown"/>; ignored without speed.</param>
    public TrackAddResult Add(long utcS, int latitudeE5, int longitudeE5, int sogDeciknots, int cogDeg)
    {
        if (latitudeE5 < -TrackBlock.LatitudeMaxE5 || latitudeE5 > TrackBlock.LatitudeMaxE5
            || longitudeE5 < -TrackBlock.HalfTurnE5 || longitudeE5 > TrackBlock.HalfTurnE5
            || (_withSpeed && !IsSpeedAndCourse(sogDeciknots, cogDeg)))
        {
            return TrackAddResult.OutOfRange;
        }

        if (longitudeE5 == TrackBlock.HalfTurnE5)
        {
            longitudeE5 = -TrackBlock.HalfTurnE5;
        }

        if (_fixes == 0)
        {
            return Begin(utcS, latitudeE5, longitudeE5, sogDeciknots, cogDeg);
        }

        TrackAddResult result = IntervalResult(utcS);
        if (result != TrackAddResult.Added)
        {
            return result;
        }

        int intervalS = (int)(utcS - _lastS);
        _coder.Save();
        WatchStep(latitudeE5, longitudeE5);
        _model.EncodeInterval(_coder, intervalS);
        _model.EncodePosition(_coder, intervalS, latitudeE5, longitudeE5);
        _model.DeriveVelocity();
        _model.EncodeSpeedCourse(_coder, sogDeciknots, cogDeg);
        if (_coder.LengthIfFinished > _codeBytesMax)
        {
            _coder.Restore();
            _full = true;
            return TrackAddResult.BlockFull;
        }

        _irregularAlike = intervalS != _intervalS && intervalS == _lastIntervalS ? _irregularAlike + 1 : 0;
        _lastIntervalS = intervalS;
        _lastS = utcS;
        _lastLatitudeE5 = latitudeE5;
        _lastLongitudeE5 = longitudeE5;
        _fixes++;
        return TrackAddResult.Added;
    }

    /// <summary>Ends the open block and writes its payload.</summary>
    /// <param name="buffer">Has room for the length given at construction.</param>
    /// <param name="offset">Where the payload begins in it.</param>
    /// <returns>The payload's length; 0 if no fix was added.</returns>
    public int Finish(byte[] buffer, int offset)
    {
        if (_fixes == 0)
        {
            return 0;
        }

        int code = TrackBlock.IntervalCode(_fixes == 1 ? 1 : _intervalS);
        WriteHeader(buffer, offset, code);
        int length = TrackBlock.HeaderBytes + _coder.Finish(buffer, offset + TrackBlock.HeaderBytes);
        _fixes = 0;
        if (_rateChanged)
        {
            // The next block's first interval is taken as it comes.
            _rateChanged = false;
            _intervalS = 0;
        }

        return length;
    }

    private static bool IsSpeedAndCourse(int sogDeciknots, int cogDeg)
    {
        bool speed = sogDeciknots == Gnss.Fix.Unknown || (sogDeciknots >= 0 && sogDeciknots <= TrackBlock.SogMaxDeciknots);
        bool course = cogDeg == Gnss.Fix.Unknown || (cogDeg >= 0 && cogDeg < 360);
        return speed && course;
    }

    private TrackAddResult Begin(long utcS, int latitudeE5, int longitudeE5, int sogDeciknots, int cogDeg)
    {
        if (!TrackBlock.IsTime(utcS))
        {
            return TrackAddResult.BadTime;
        }

        if (!MinuteGrid.Contains(latitudeE5) || !MinuteGrid.Contains(longitudeE5))
        {
            _movesOnMinutes = 0;
        }

        _startInMinutes = _movesOnMinutes >= MovesOnMinutesLeast;
        _switchedBack = false;
        _full = false;
        _irregularAlike = 0;
        _lastIntervalS = 0;
        _startS = utcS;
        _startLatitudeE5 = latitudeE5;
        _startLongitudeE5 = longitudeE5;
        _lastS = utcS;
        _lastLatitudeE5 = latitudeE5;
        _lastLongitudeE5 = longitudeE5;
        _fixes = 1;
        _coder.Reset();
        _model.Start(latitudeE5, longitudeE5, _startInMinutes, _withSpeed);
        _model.EncodeSpeedCourse(_coder, sogDeciknots, cogDeg);
        return TrackAddResult.Added;
    }

    private TrackAddResult IntervalResult(long utcS)
    {
        if (utcS <= _lastS || !TrackBlock.IsTime(utcS))
        {
            return TrackAddResult.BadTime;
        }

        if (_full || _fixes == TrackBlock.FixesMax)
        {
            return TrackAddResult.BlockFull;
        }

        if (utcS - _lastS > TrackBlock.GapMaxS)
        {
            return TrackAddResult.Gap;
        }

        int intervalS = (int)(utcS - _lastS);
        if (_fixes == 1)
        {
            ChooseInterval(intervalS);
        }
        else if (_irregularAlike >= IrregularAlikeMax && intervalS == _lastIntervalS && IsNominal(intervalS))
        {
            _rateChanged = true;
            return TrackAddResult.RateChanged;
        }

        return TrackAddResult.Added;
    }

    // The first interval, unless it differs by the one second that the last block's source may be off.
    private void ChooseInterval(int firstS)
    {
        int difference = firstS - _intervalS;
        if (_intervalS == 0 || difference > 1 || difference < -1)
        {
            _intervalS = TrackBlock.IntervalS(TrackBlock.IntervalCode(firstS));
        }

        _model.SetInterval(_intervalS);
    }

    private static bool IsNominal(int intervalS)
    {
        return TrackBlock.IntervalS(TrackBlock.IntervalCode(intervalS)) == intervalS;
    }

    // Watches which step the receiver counts in, and switches the model when it knows.
    private void WatchStep(int latitudeE5, int longitudeE5)
    {
        if (!MinuteGrid.Contains(latitudeE5) || !MinuteGrid.Contains(longitudeE5))
        {
            _movesOnMinutes = 0;
            if (_model.InMinutes)
            {
                _switchedBack = true;
                SwitchStep();
            }
        }
        else if (latitudeE5 != _lastLatitudeE5 || longitudeE5 != _lastLongitudeE5)
        {
            _movesOnMinutes++;
            if (_movesOnMinutes >= MovesOnMinutesLeast && !_model.InMinutes && !_switchedBack)
            {
                SwitchStep();
            }
        }
    }

    private void SwitchStep()
    {
        _model.EncodeInterval(_coder, IntervalModel.StepSwitch);
        _model.TrySwitchStep();
    }

    private void WriteHeader(byte[] buffer, int offset, int intervalCode)
    {
        BlockHeader.Write(buffer, offset, _startS, _startLatitudeE5, _startLongitudeE5);

        // The longitude's low 3 bits are there; count:12, interval:7, speed:1, minutes:1.
        int rest = (_fixes << 9) | (intervalCode << 2) | (_withSpeed ? 2 : 0) | (_startInMinutes ? 1 : 0);
        buffer[offset + 10] = (byte)(buffer[offset + 10] | (rest >> 16));
        buffer[offset + 11] = (byte)(rest >> 8);
        buffer[offset + 12] = (byte)rest;
    }
}
