using System.Globalization;
using System.Text;
using BoatTelemetry.Simulator.Sea;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>What kind of receiver it is, and what sky it has.</summary>
public sealed record SimulatedReceiverOptions
{
    /// <summary>Which of all noises.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Epochs after power-on without a position, as after a cold start (u-blox NEO-M8 datasheet: 26 s).</summary>
    public int ColdStartEpochs { get; init; } = 26;

    /// <summary>The standard deviation of the position, metres each way (the same datasheet: 2.5 m CEP).</summary>
    public double NoiseM { get; init; } = 2.1;

    /// <summary>The chance of an epoch to begin a time without position: a bridge, a crane, a wet antenna plug.</summary>
    public double DropoutChance { get; init; }
}

/// <summary>
/// A receiver at 1 Hz that sends GGA and RMC (what the boat unit asks its receiver for): true state in, bytes out.
/// </summary>
public sealed class SimulatedReceiver
{
    /// <summary>The longest epoch: two sentences of at most 82 characters.</summary>
    public const int EpochBytesMax = 2 * 82;

    // A receiver's error wanders with the satellites and the ionosphere rather than jumping anew each second.
    private const double ErrorTimeConstantS = 60;
    private const int DropoutEpochsMax = 20;

    // Below this a receiver cannot tell a course and leaves the field empty.
    private const double CourseFromKn = 0.3;
    private const double SpeedNoiseKn = 0.05;

    private readonly SimulatedReceiverOptions _options;
    private readonly Random _random;
    private double _errorNorthM;
    private double _errorEastM;
    private int _epoch;
    private int _dropoutEpochsLeft;

    public SimulatedReceiver(SimulatedReceiverOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _random = new Random(options.Seed);
        _errorNorthM = options.NoiseM * Gaussian();
        _errorEastM = options.NoiseM * Gaussian();
    }

    /// <summary>Epochs that had no position.</summary>
    public int VoidEpochs { get; private set; }

    /// <summary>
    /// Writes the sentences of one epoch to the beginning of <paramref name="buffer"/> (of at least
    /// <see cref="EpochBytesMax"/> bytes) and returns their length, bytes.
    /// </summary>
    public int WriteEpoch(BoatState truth, DateTime utc, byte[] buffer)
    {
        Wander();
        var text = HasPosition() ? Valid(truth, utc) : Void(utc);
        _epoch++;
        return Encoding.ASCII.GetBytes(text, buffer);
    }

    private bool HasPosition()
    {
        if (_dropoutEpochsLeft > 0)
            _dropoutEpochsLeft--;
        else if (_random.NextDouble() < _options.DropoutChance)
            _dropoutEpochsLeft = 1 + _random.Next(DropoutEpochsMax);

        return _epoch >= _options.ColdStartEpochs && _dropoutEpochsLeft == 0;
    }

    // The time is known from the first satellite on, long before a position; before that it is empty.
    private string Void(DateTime utc)
    {
        VoidEpochs++;
        var timeKnown = _epoch >= _options.ColdStartEpochs / 3;
        var time = timeKnown ? NmeaText.Time(utc) : string.Empty;
        var date = timeKnown ? NmeaText.Date(utc) : string.Empty;
        return NmeaText.Sentence($"GNGGA,{time},,,,,0,00,99.99,,,,,,")
            + NmeaText.Sentence($"GNRMC,{time},V,,,,,,,{date},,,N");
    }

    private string Valid(BoatState truth, DateTime utc)
    {
        var time = NmeaText.Time(utc);
        var position = NmeaText.Position(truth.Position.Moved(_errorNorthM, _errorEastM));
        var satellites = 9 + (int)(3 * Math.Sin(_epoch / 300.0));
        var hdop = 8.0 / satellites;
        var speedKn = Math.Abs(truth.SpeedKn + (SpeedNoiseKn * Gaussian()));
        var course = speedKn < CourseFromKn ? string.Empty : Course(truth.CourseDeg, speedKn);
        return NmeaText.Sentence(string.Create(
                CultureInfo.InvariantCulture, $"GNGGA,{time},{position},1,{satellites:00},{hdop:0.00},{3 + _errorNorthM:0.0},M,8.4,M,,"))
            + NmeaText.Sentence(string.Create(
                CultureInfo.InvariantCulture, $"GNRMC,{time},A,{position},{speedKn:0.000},{course},{NmeaText.Date(utc)},,,A"));
    }

    // The course is the direction of a noisy velocity, so it scatters the more the slower the boat is.
    private string Course(double courseDeg, double speedKn)
    {
        var noisy = courseDeg + double.RadiansToDegrees(SpeedNoiseKn / speedKn * Gaussian());
        var hundredths = (int)Math.Round(GeoPoint.Wrapped(noisy) * 100) % 36_000;
        return (hundredths / 100m).ToString("0.00", CultureInfo.InvariantCulture);
    }

    private void Wander()
    {
        var keep = Math.Exp(-1 / ErrorTimeConstantS);
        var fresh = _options.NoiseM * Math.Sqrt(1 - (keep * keep));
        _errorNorthM = (_errorNorthM * keep) + (fresh * Gaussian());
        _errorEastM = (_errorEastM * keep) + (fresh * Gaussian());
    }

    // Box and Muller's transform.
    private double Gaussian() =>
        Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(Math.Tau * _random.NextDouble());
}
