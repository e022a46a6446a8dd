using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Core.Tracks;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>Reads the body of an opened frame to its end, and tells of which time it is. One object, one thread.</summary>
internal sealed class BodyReader(FrameCodec codec, AdmissionMetrics metrics)
{
    private readonly TrackDecoder _track = new();
    private readonly SketchDecoder _sketch = new();

    /// <summary>
    /// A genuine frame is not always a readable one: its encoder may be at fault, or newer than this gateway. Then the reason is
    /// <see cref="FrameRejection.FieldOutOfRange"/>.
    /// </summary>
    /// <param name="receivedUtcMs">When it was heard, for the day that a live frame does not carry.</param>
    /// <param name="timeUtcMs">As <see cref="AdmittedFrame.TimeUtcMs"/>.</param>
    public FrameRejection Read(long receivedUtcMs, out long timeUtcMs)
    {
        timeUtcMs = UtcTime.Unknown;
        var rejection = codec.ReadBody();
        if (rejection != FrameRejection.None)
            return rejection;
        switch (codec.Header.Kind)
        {
            case FrameKind.Track:
                return ReadTrack(out timeUtcMs);
            case FrameKind.Sketch:
                return ReadSketch(out timeUtcMs);
            case FrameKind.Event:
                timeUtcMs = codec.Event.UtcMs;
                return FrameRejection.None;
            case FrameKind.Status:
                timeUtcMs = codec.Status.UtcMs;
                return FrameRejection.None;
            default:
                timeUtcMs = NearestInstant.Of(receivedUtcMs, codec.Position.SecondOfDay);
                return FrameRejection.None;
        }
    }

    private FrameRejection ReadTrack(out long timeUtcMs)
    {
        var result = _track.Open(codec.Body, 0, codec.BodyBytes);
        while (result == TrackReadResult.Fix)
            result = _track.Read();
        timeUtcMs = _track.UtcS * 1000;
        if (result == TrackReadResult.End)
            return FrameRejection.None;
        metrics.TrackFailures.Add(result);
        return FrameRejection.FieldOutOfRange;
    }

    private FrameRejection ReadSketch(out long timeUtcMs)
    {
        var result = _sketch.Open(codec.Body, 0, codec.BodyBytes);
        while (result == SketchReadResult.Vertex)
            result = _sketch.Read();
        timeUtcMs = _sketch.UtcS * 1000;
        if (result == SketchReadResult.End)
            return FrameRejection.None;
        metrics.SketchFailures.Add(result);
        return FrameRejection.FieldOutOfRange;
    }
}
