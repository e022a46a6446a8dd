namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// What encoder and decoder know alike while they walk through a block: the last fix, the step that positions are counted
/// in, and the models of times, positions, speed and course. A block starts it anew, so it needs no other block.
/// </summary>
internal sealed class TrackModel
{
    private readonly IntervalModel _intervals = new IntervalModel();
    private readonly MotionAxis _north = new MotionAxis();
    private readonly MotionAxis _east = new MotionAxis();
    private readonly SpeedCourseModel _speedCourse = new SpeedCourseModel();
    private int _latitude;
    private int _longitude;
    private int _intervalS;
    private int _intervals16;
    private bool _withSpeed;

    /// <summary>Whether positions are counted in 0.001' and not in 1e-5 degree.</summary>
    internal bool InMinutes;

    internal int LatitudeE5
    {
        get { return InMinutes ? MinuteGrid.ToE5(_latitude) : _latitude; }
    }

    internal int LongitudeE5
    {
        get { return InMinutes ? MinuteGrid.ToE5(_longitude) : _longitude; }
    }

    /// <summary>Begins at a first fix.</summary>
    internal void Start(int latitudeE5, int longitudeE5, bool inMinutes, bool withSpeed)
    {
        InMinutes = inMinutes;
        _latitude = inMinutes ? MinuteGrid.FromE5(latitudeE5) : latitudeE5;
        _longitude = inMinutes ? MinuteGrid.FromE5(longitudeE5) : longitudeE5;
        _withSpeed = withSpeed;
        if (withSpeed)
        {
            _speedCourse.Reset();
        }
    }

    /// <summary>Tells the nominal interval, which is known at the second fix.</summary>
    internal void SetInterval(int intervalS)
    {
        _intervalS = intervalS;
        _intervals.Reset(intervalS);

        // A working boat makes 0 to 15 steps a second: the scale of not knowing is four, and less a second over minutes.
        int scale = intervalS > 15 ? 64 << 8 : (2 + (2 * intervalS)) << 8;
        _north.Reset(scale);
        _east.Reset(scale);
    }

    internal void EncodeInterval(RangeEncoder coder, int intervalS)
    {
        _intervals.Encode(coder, intervalS);
        _intervals16 = _intervals.Intervals16(intervalS);
    }

    /// <returns>Seconds since the last fix, or <see cref="IntervalModel.StepSwitch"/>.</returns>
    internal int DecodeInterval(RangeDecoder coder)
    {
        int intervalS = _intervals.Decode(coder);
        _intervals16 = _intervals.Intervals16(intervalS);
        return intervalS;
    }

    /// <summary>Changes the step of the positions: 0.001' to 1e-5 degree or back.</summary>
    /// <returns>False where the last fix does not lie on the new step's grid.</returns>
    internal bool TrySwitchStep()
    {
        int latitudeE5 = LatitudeE5;
        int longitudeE5 = LongitudeE5;
        if (!InMinutes && !(MinuteGrid.Contains(latitudeE5) && MinuteGrid.Contains(longitudeE5)))
        {
            return false;
        }

        InMinutes = !InMinutes;
        _latitude = InMinutes ? MinuteGrid.FromE5(latitudeE5) : latitudeE5;
        _longitude = InMinutes ? MinuteGrid.FromE5(longitudeE5) : longitudeE5;
        _north.Rescale(InMinutes);
        _east.Rescale(InMinutes);
        return true;
    }

    internal void EncodePosition(RangeEncoder coder, int intervalS, int latitudeE5, int longitudeE5)
    {
        int latitude = InMinutes ? MinuteGrid.FromE5(latitudeE5) : latitudeE5;
        int longitude = InMinutes ? MinuteGrid.FromE5(longitudeE5) : longitudeE5;
        int north = latitude - _latitude;
        int east = TrackBlock.Wrapped(longitude - _longitude, HalfTurn());
        int expected256 = intervalS == _intervalS ? 0 : Expected256();
        _north.Encode(coder, north, _intervals16);
        _east.Encode(coder, east, _intervals16);
        if (intervalS != _intervalS)
        {
            _intervals.Judge(intervalS, Magnitude(north) + Magnitude(east), expected256);
        }

        _latitude = latitude;
        _longitude = longitude;
    }

    /// <returns>Whether the position is on the globe.</returns>
    internal bool DecodePosition(RangeDecoder coder, int intervalS)
    {
        int expected256 = intervalS == _intervalS ? 0 : Expected256();
        int north = _north.Decode(coder, _intervals16);
        int east = _east.Decode(coder, _intervals16);
        if (intervalS != _intervalS)
        {
            _intervals.Judge(intervalS, Magnitude(north) + Magnitude(east), expected256);
        }

        int halfTurn = HalfTurn();
        if (east < -halfTurn || east > halfTurn)
        {
            return false;
        }

        _latitude += north;
        _longitude = TrackBlock.Wrapped(_longitude + east, halfTurn);
        int quarterTurn = halfTurn / 2;
        return _latitude >= -quarterTurn && _latitude <= quarterTurn;
    }

    internal void EncodeSpeedCourse(RangeEncoder coder, int sogDeciknots, int cogDeg)
    {
        if (_withSpeed)
        {
            _speedCourse.Encode(coder, sogDeciknots, cogDeg);
        }
    }

    internal int DecodeSpeed(RangeDecoder coder)
    {
        return _withSpeed ? _speedCourse.DecodeSpeed(coder) : Gnss.Fix.Unknown;
    }

    internal int DecodeCourse(RangeDecoder coder)
    {
        return _withSpeed ? _speedCourse.DecodeCourse(coder) : Gnss.Fix.Unknown;
    }

    /// <summary>Derives speed and course from the positions so far, for the speed and course that come next.</summary>
    internal void DeriveVelocity()
    {
        if (!_withSpeed)
        {
            return;
        }

        int north = _north.QuickVelocity;
        int east = _east.QuickVelocity;
        if (InMinutes)
        {
            north = north * 5 / 3;
            east = east * 5 / 3;
        }

        _speedCourse.Derive(north, east, LatitudeE5, _intervalS);
    }

    private int HalfTurn()
    {
        return InMinutes ? MinuteGrid.HalfTurn : TrackBlock.HalfTurnE5;
    }

    private int Expected256()
    {
        return Magnitude(_north.SmoothVelocity) + Magnitude(_east.SmoothVelocity);
    }

    private static int Magnitude(int value)
    {
        return value < 0 ? -value : value;
    }
}
