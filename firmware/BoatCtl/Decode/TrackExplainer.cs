using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Tracks;

namespace BoatTelemetry.BoatCtl.Decode;

/// <summary>Reads the fixes of track blocks and the vertices of sketches. One thread.</summary>
internal sealed class TrackExplainer
{
    private readonly TrackDecoder _track = new();
    private readonly SketchDecoder _sketch = new();

    /// <summary>All that can be read.</summary>
    /// <param name="kind">Track or sketch.</param>
    /// <param name="payload">From index 0.</param>
    /// <param name="bytes">Of the payload.</param>
    /// <param name="stopped">Where and why reading ended before the end; else empty.</param>
    public IReadOnlyList<ExplainedFix> Read(FrameKind kind, byte[] payload, int bytes, out string stopped) =>
        kind == FrameKind.Track ? Track(payload, bytes, out stopped) : Sketch(payload, bytes, out stopped);

    private List<ExplainedFix> Track(byte[] payload, int bytes, out string stopped)
    {
        List<ExplainedFix> fixes = [];
        var result = _track.Open(payload, 0, bytes);
        while (result == TrackReadResult.Fix && (result = _track.Read()) == TrackReadResult.Fix)
            fixes.Add(new ExplainedFix(_track.UtcS, _track.LatitudeE5, _track.LongitudeE5, Known(_track.SogDeciknots), Known(_track.CogDeg)));

        stopped = result == TrackReadResult.End ? "" : $"at fix {fixes.Count + 1} of the block: {result}";
        return fixes;
    }

    private List<ExplainedFix> Sketch(byte[] payload, int bytes, out string stopped)
    {
        List<ExplainedFix> vertices = [];
        var result = _sketch.Open(payload, 0, bytes);
        while (result == SketchReadResult.Vertex && (result = _sketch.Read()) == SketchReadResult.Vertex)
            vertices.Add(new ExplainedFix(_sketch.UtcS, _sketch.LatitudeE5, _sketch.LongitudeE5, null, null));

        stopped = result == SketchReadResult.End ? "" : $"at vertex {vertices.Count + 1} of the sketch: {result}";
        return vertices;
    }

    private static int? Known(int value) => value == Fix.Unknown ? null : value;
}
