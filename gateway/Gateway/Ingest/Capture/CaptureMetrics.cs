using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Ingest.Capture;

/// <summary>What recording and replaying count.</summary>
public sealed class CaptureMetrics
{
    public CaptureMetrics(GatewayMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Frames = metrics.FramesQueued;
        Recorded = new(metrics.Meter, "capture.recorded", "Receptions written to a capture file.");
        Dropped = new(metrics.Meter, "capture.dropped", "Receptions not recorded: the queue was full, or the file could not be written.");
        Failures = new(metrics.Meter, "capture.failures", "Capture files that could not be opened or written.");
        Replayed = new(metrics.Meter, "replay.frames", "Receptions of a capture given to the admission.");
        Rejections = new(metrics.Meter, "replay.rejections", "Lines of a capture of no use, by reason.");
    }

    /// <summary>Frames given to the admission, of all ingests together.</summary>
    public EventCounter Frames { get; }

    public EventCounter Recorded { get; }

    public EventCounter Dropped { get; }

    public EventCounter Failures { get; }

    public EventCounter Replayed { get; }

    public ReasonCounter<CaptureRejection> Rejections { get; }
}
