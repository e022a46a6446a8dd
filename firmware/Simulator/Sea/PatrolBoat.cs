namespace BoatTelemetry.Simulator.Sea;

/// <summary>
/// A patrol boat that sails a route: each leg at its own speed, with turns that take time, and stops to look at another
/// boat. The same seed gives the same voyage.
/// </summary>
public sealed class PatrolBoat
{
    // A 20 m patrol boat: about 0.3 kn/s either way, a comfortable turn of 3 degrees a second.
    private const double AccelerationKnPerS = 0.3;
    private const double TurnDegPerS = 3;
    private const double CruiseKnMin = 6;
    private const double CruiseKnMax = 24;
    private const double DriftKnMax = 0.8;
    private const double ArrivedM = 150;
    private const int StopSecondsMin = 60;
    private const int StopSecondsMax = 600;

    // One stop in about twenty minutes under way.
    private const double StopChancePerS = 1.0 / 1200;

    private readonly Random _random;
    private readonly PatrolRoute _route;
    private GeoPoint _position;
    private double _courseDeg;
    private double _speedKn;
    private double _legSpeedKn;
    private double _stopSpeedKn;
    private int _leg;
    private int _stopSecondsLeft;

    /// <param name="route">Where it patrols.</param>
    /// <param name="seed">Which of all voyages.</param>
    public PatrolBoat(PatrolRoute route, int seed)
    {
        ArgumentNullException.ThrowIfNull(route);
        _route = route;
        _random = new Random(seed);
        _leg = _random.Next(route.Count);
        var from = route[_leg];
        var to = route[_leg + 1];
        var part = _random.NextDouble() * 0.5;
        _position = new GeoPoint(
            double.Lerp(from.LatitudeDeg, to.LatitudeDeg, part), double.Lerp(from.LongitudeDeg, to.LongitudeDeg, part));
        _courseDeg = _position.BearingToDeg(to);
        NextLeg();
        _speedKn = _legSpeedKn;
    }

    /// <summary>The truth now.</summary>
    public BoatState State => new(_position, _speedKn, _courseDeg);

    /// <summary>Whether the boat lies stopped, or is about to.</summary>
    public bool Stopping => _stopSecondsLeft > 0;

    /// <summary>Lets a second pass.</summary>
    public void Step()
    {
        if (_position.DistanceToM(_route[_leg]) < ArrivedM)
            NextLeg();

        DecideOnStop();
        Steer();
        var way = _speedKn * GeoPoint.MetresPerNauticalMile / 3600;
        var course = double.DegreesToRadians(_courseDeg);
        _position = _position.Moved(way * Math.Cos(course), way * Math.Sin(course));
    }

    private void NextLeg()
    {
        _leg++;
        _legSpeedKn = CruiseKnMin + (_random.NextDouble() * (CruiseKnMax - CruiseKnMin));
    }

    private void DecideOnStop()
    {
        if (_stopSecondsLeft > 0)
        {
            _stopSecondsLeft--;
            return;
        }

        if (_random.NextDouble() < StopChancePerS)
        {
            _stopSecondsLeft = _random.Next(StopSecondsMin, StopSecondsMax);
            _stopSpeedKn = _random.NextDouble() * DriftKnMax;
        }
    }

    private void Steer()
    {
        var targetKn = Stopping ? _stopSpeedKn : _legSpeedKn;
        _speedKn += Math.Clamp(targetKn - _speedKn, -AccelerationKnPerS, AccelerationKnPerS);

        // Without way on there is no steering: a stopped boat keeps its course and drifts along it.
        if (_speedKn > 1)
        {
            var off = Math.IEEERemainder(_position.BearingToDeg(_route[_leg]) - _courseDeg, 360);
            _courseDeg = GeoPoint.Wrapped(_courseDeg + Math.Clamp(off, -TurnDegPerS, TurnDegPerS));
        }
    }
}
