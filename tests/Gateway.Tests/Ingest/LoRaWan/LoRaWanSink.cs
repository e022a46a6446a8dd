using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.LoRaWan;

namespace BoatTelemetry.Gateway.Tests.Ingest.LoRaWan;

/// <summary>Keeps what it is told.</summary>
internal sealed class LoRaWanSink : ILoRaWanSink
{
    public List<(byte[] Frame, Reception Reception)> Frames { get; } = [];

    public void Received(ReadOnlySpan<byte> frame, in Reception reception) => Frames.Add((frame.ToArray(), reception));
}

/// <summary>Counts, and keeps nothing.</summary>
internal sealed class CountingLoRaWanSink : ILoRaWanSink
{
    public int Frames { get; private set; }

    public void Received(ReadOnlySpan<byte> frame, in Reception reception) => Frames++;
}
