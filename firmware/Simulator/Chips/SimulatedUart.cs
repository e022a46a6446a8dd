namespace BoatTelemetry.Simulator.Chips;

/// <summary>
/// Cuts what a receiver sends into the pieces in which a serial port hands it over: anywhere, not at sentences, each
/// when its last bit is in.
/// </summary>
public sealed class SimulatedUart
{
    // What the driver's event hands over at once depends on when its thread runs.
    private const int ChunkBytesMax = 64;
    private const int BitsPerByte = 10;

    private readonly Random _random;
    private readonly int _baud;

    /// <param name="baud">Bits a second; a byte takes ten.</param>
    /// <param name="seed">Which of all ways of cutting.</param>
    public SimulatedUart(int baud, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(baud);
        _baud = baud;
        _random = new Random(seed);
    }

    /// <summary>Where the next piece of <paramref name="length"/> bytes ends, if the last one ended at <paramref name="at"/>.</summary>
    public int NextEnd(int at, int length) => Math.Min(length, at + 1 + _random.Next(ChunkBytesMax));

    /// <summary>When so many bytes are in after the first one began, milliseconds.</summary>
    public int ArrivalMs(int bytes) => bytes * BitsPerByte * 1000 / _baud;
}
