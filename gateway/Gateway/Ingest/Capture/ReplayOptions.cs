namespace BoatTelemetry.Gateway.Ingest.Capture;

/// <summary>What is to be replayed, instead of every ingest.</summary>
/// <param name="Files">Capture files in their order.</param>
/// <param name="Speed">How many times faster than it came; null is as fast as the gateway takes it.</param>
public sealed record ReplayOptions(IReadOnlyList<string> Files, double? Speed);
