namespace BoatTelemetry.Simulator.Air;

/// <summary>A PUSH_DATA that has not been acknowledged.</summary>
internal sealed class InFlight(byte[] datagram, int frames, long sentMs)
{
    public byte[] Datagram { get; } = datagram;

    public int Frames { get; } = frames;

    public long SentMs { get; set; } = sentMs;

    public int Attempts { get; set; } = 1;
}
