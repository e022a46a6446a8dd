using BoatTelemetry.Simulator.Sea;

namespace BoatTelemetry.Simulator.Air;

/// <summary>A shore station: where its antenna stands and what it can do.</summary>
/// <param name="Position">Where it is.</param>
/// <param name="AntennaHeightM">Above the sea, metres.</param>
/// <param name="AntennaGainDbi">Of the antenna with its cable, dBi.</param>
public sealed record ShoreStation(GeoPoint Position, double AntennaHeightM = 45, double AntennaGainDbi = 6)
{
    /// <summary>A mast on the hill at Nongsa, Batam.</summary>
    public static readonly ShoreStation Nongsa = new(new GeoPoint(1.1970, 104.0960));

    private const double NearM = 5000;

    /// <summary>A station some kilometres from a boat, for logs that were recorded anywhere.</summary>
    public static ShoreStation Near(GeoPoint boat) => new(boat.Moved(NearM, 0));
}

/// <summary>How strong a frame comes in.</summary>
/// <param name="SignalDbm">Of the signal alone (<c>rssis</c>), dBm.</param>
/// <param name="ChannelDbm">Of signal and noise together (<c>rssi</c>), dBm.</param>
/// <param name="SnrDb">Signal to noise as the chip tells it (<c>lsnr</c>), dB.</param>
public readonly record struct SignalLevel(double SignalDbm, double ChannelDbm, double SnrDb);

/// <summary>
/// What the sea does to a signal: the greater loss of free space and of the plane-earth two-ray model (ITU-R P.525-4;
/// Rappaport, Wireless Communications, 4.6), with a log-normal scatter for waves and the boat's own rolling.
/// </summary>
/// <remarks>
/// A plausible figure, not a coverage study: no horizon, no ducting, no islands in between. Thermal noise over 125 kHz at
/// a noise figure of 6 dB is -117 dBm.
/// </remarks>
public sealed class SeaPropagation
{
    private const double FrequencyMhz = 923.2;
    private const double TransmitDbm = 14;
    private const double BoatAntennaDbi = 2;
    private const double BoatAntennaHeightM = 4;
    private const double NoiseDbm = -117;
    private const double ScatterDb = 3;
    private const double NearestM = 10;

    // A concentrator's demodulator tells no more than about this, however strong the signal.
    private const double SnrToldDbMax = 14;

    private readonly Random _random;

    public SeaPropagation(ShoreStation station, int seed)
    {
        ArgumentNullException.ThrowIfNull(station);
        Station = station;
        _random = new Random(seed);
    }

    /// <summary>Who hears.</summary>
    public ShoreStation Station { get; set; }

    /// <summary>The level at which the station hears a boat there, now.</summary>
    public SignalLevel LevelFrom(GeoPoint boat) => LevelFrom(boat, TransmitDbm);

    /// <summary>The same at another power of the sender's, dBm; also of the station's own, heard by the boat.</summary>
    public SignalLevel LevelFrom(GeoPoint boat, double transmitDbm)
    {
        var signal = transmitDbm + BoatAntennaDbi + Station.AntennaGainDbi - LossDb(boat) + (ScatterDb * Gaussian());
        var channel = 10 * Math.Log10(Math.Pow(10, signal / 10) + Math.Pow(10, NoiseDbm / 10));
        return new SignalLevel(signal, channel, Math.Min(signal - NoiseDbm, SnrToldDbMax));
    }

    /// <summary>The loss on the way, dB.</summary>
    public double LossDb(GeoPoint boat)
    {
        var distanceM = Math.Max(NearestM, boat.DistanceToM(Station.Position));
        var freeSpace = 32.4 + (20 * Math.Log10(FrequencyMhz)) + (20 * Math.Log10(distanceM / 1000));
        var planeEarth = (40 * Math.Log10(distanceM)) - (20 * Math.Log10(Station.AntennaHeightM * BoatAntennaHeightM));
        return Math.Max(freeSpace, planeEarth);
    }

    private double Gaussian() =>
        Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(Math.Tau * _random.NextDouble());
}
