using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.LoRaWan;

namespace BoatTelemetry.Gateway.Tests.Ingest.LoRaWan;

/// <summary>Keeps what it is told.</summary>
internal sealed class LoRaWanSink : ILoRaWanSink
{
    public List<(byte[] Frame, Reception Reception)> Frames { get; } = [];

    public List<LoRaWanRejection> Refusals { get; } = [];

    public void Received(ReadOnlySpan<byte> frame, in Reception reception) => Frames.Add((frame.ToArray(), reception));

    public void Refused(LoRaWanRejection rejection) => Refusals.Add(rejection);
}

/// <summary>Counts, and keeps nothing.</summary>
internal sealed class CountingLoRaWanSink : ILoRaWanSink
{
    public int Frames { get; private set; }

    public void Received(ReadOnlySpan<byte> frame, in Reception reception) => Frames++;

    public void Refused(LoRaWanRejection rejection)
    {
    }
}
