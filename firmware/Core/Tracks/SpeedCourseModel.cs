namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// Speed and course as the receiver reported them, against the last report and against the velocity of the coded
/// positions: a receiver smooths both in its own way, so <see cref="ResidualModel"/> weighs the two and their mean.
/// </summary>
internal sealed class SpeedCourseModel
{
    private const int FullTurnDeg = 360;
    private const int SpeedUnknown = 0;
    private const int CourseUnknown = 1;

    // A first report is anywhere: 30 deciknots and 60 degrees are the scales of not knowing.
    private const int FirstSpeedScale = 30 << 8;
    private const int FirstCourseScale = 60 << 8;

    // 1e-5 degree of a meridian is 1.112 m (WGS 84 mean), 1 m/s is 19.44 deciknots: 21.61 deciknots, times 256.
    private const int DeciknotsPerStep256 = 5533;

    // Components are cut to this many 1/256 steps before they are squared.
    private const int ComponentMax = 1 << 14;

    private const int SpeedMax256 = 1 << 20;

    private readonly ResidualModel _speed = new ResidualModel();
    private readonly ResidualModel _course = new ResidualModel();
    private readonly AdaptiveBits _unknown = new AdaptiveBits([RangeEncoder.Total / 64, RangeEncoder.Total / 64], 4);
    private int _lastSpeed;
    private int _lastCourse;
    private int _derivedSpeed256;
    private int _derivedCourse256;

    internal void Reset()
    {
        _speed.Reset(FirstSpeedScale);
        _course.Reset(FirstCourseScale);
        _unknown.Reset();
        _lastSpeed = 0;
        _lastCourse = 0;
        _derivedSpeed256 = 0;
        _derivedCourse256 = 0;
    }

    /// <summary>Takes the velocity that the positions show.</summary>
    /// <param name="north256">1/256 of 1e-5 degree of latitude an interval.</param>
    /// <param name="east256">1/256 of 1e-5 degree of longitude an interval.</param>
    /// <param name="latitudeE5">The latitude.</param>
    /// <param name="intervalS">The nominal interval.</param>
    internal void Derive(int north256, int east256, int latitudeE5, int intervalS)
    {
        int shift = 0;
        while (north256 > ComponentMax || north256 < -ComponentMax || east256 > ComponentMax || east256 < -ComponentMax)
        {
            north256 >>= 1;
            east256 >>= 1;
            shift++;
        }

        east256 = (east256 * Cosine.OfLatitudeQ12(latitudeE5)) >> 12;
        int length256 = IntegerMath.SquareRoot((north256 * north256) + (east256 * east256));
        int speed256 = (length256 * DeciknotsPerStep256 >> 8) / intervalS << shift;
        _derivedSpeed256 = speed256 > SpeedMax256 ? SpeedMax256 : speed256;
        if (length256 != 0)
        {
            _derivedCourse256 = IntegerMath.Bearing256(north256, east256);
        }
    }

    /// <summary>Codes a speed in deciknots and a course in degrees; either may be unknown.</summary>
    internal void Encode(RangeEncoder coder, int speedDeciknots, int courseDeg)
    {
        bool unknown = speedDeciknots == Gnss.Fix.Unknown;
        _unknown.Encode(coder, SpeedUnknown, unknown);
        if (!unknown)
        {
            int fromSpeed = DerivedSpeed();
            _speed.Encode(coder, speedDeciknots - _lastSpeed, 0, fromSpeed >> 1, fromSpeed);
            _lastSpeed = speedDeciknots;
        }

        unknown = courseDeg == Gnss.Fix.Unknown;
        _unknown.Encode(coder, CourseUnknown, unknown);
        if (!unknown)
        {
            int fromCourse = DerivedCourse();
            _course.Encode(coder, ShortestTurn(courseDeg - _lastCourse), 0, fromCourse >> 1, fromCourse);
            _lastCourse = courseDeg;
        }
    }

    /// <summary>The mirror of the first half of <see cref="Encode"/>: the speed, which may be out of range.</summary>
    internal int DecodeSpeed(RangeDecoder coder)
    {
        if (_unknown.Decode(coder, SpeedUnknown))
        {
            return Gnss.Fix.Unknown;
        }

        int derived = DerivedSpeed();
        _speed.Decode(coder, 0, derived >> 1, derived);
        int speed = _lastSpeed + _speed.Value;
        if (speed >= 0 && speed <= TrackBlock.SogMaxDeciknots)
        {
            _lastSpeed = speed;
        }

        return speed;
    }

    /// <summary>The mirror of the second half of <see cref="Encode"/>: the course, which may be out of range.</summary>
    internal int DecodeCourse(RangeDecoder coder)
    {
        if (_unknown.Decode(coder, CourseUnknown))
        {
            return Gnss.Fix.Unknown;
        }

        int derived = DerivedCourse();
        _course.Decode(coder, 0, derived >> 1, derived);
        int turn = _course.Value;
        if (turn <= -FullTurnDeg || turn >= FullTurnDeg)
        {
            return -1;
        }

        _lastCourse = (_lastCourse + turn + FullTurnDeg) % FullTurnDeg;
        return _lastCourse;
    }

    private int DerivedSpeed()
    {
        return _derivedSpeed256 - (_lastSpeed << 8);
    }

    private int DerivedCourse()
    {
        int derived = _derivedCourse256 - (_lastCourse << 8);
        if (derived > FullTurnDeg << 7)
        {
            return derived - (FullTurnDeg << 8);
        }

        return derived <= -(FullTurnDeg << 7) ? derived + (FullTurnDeg << 8) : derived;
    }

    private static int ShortestTurn(int turn)
    {
        if (turn > FullTurnDeg / 2)
        {
            return turn - FullTurnDeg;
        }

        return turn <= -FullTurnDeg / 2 ? turn + FullTurnDeg : turn;
    }
}
