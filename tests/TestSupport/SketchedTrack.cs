using BoatTelemetry.Core.Tracks;

namespace BoatTelemetry.TestSupport;

/// <summary>A track through the sketch and back, and how far the drawn boat is from the true one, in floating point.</summary>
public sealed class SketchedTrack
{
    private const double EarthRadiusM = 6_371_008.8;

    private SketchedTrack(List<byte[]> payloads, List<LogFix> vertices, double worstM)
    {
        (Payloads, Vertices, WorstM) = (payloads, vertices, worstM);
    }

    public IReadOnlyList<byte[]> Payloads { get; }

    /// <summary>All vertices; a frame begins with the last vertex of the one before.</summary>
    public IReadOnlyList<LogFix> Vertices { get; }

    /// <summary>The largest synchronised Euclidean distance of any fix, metres on the mean sphere.</summary>
    public double WorstM { get; }

    public static SketchedTrack Of(IReadOnlyList<LogFix> fixes, int boundM, int payloadBytesMax)
    {
        ArgumentNullException.ThrowIfNull(fixes);
        var payloads = Encode(fixes, boundM, payloadBytesMax);
        var vertices = new List<LogFix>();
        var worstM = 0.0;
        var fix = 0;
        foreach (var payload in payloads)
        {
            var frame = Decode(payload);
            vertices.AddRange(frame);
            for (; fix < fixes.Count && fixes[fix].UtcS <= frame[^1].UtcS; fix++)
            {
                worstM = Math.Max(worstM, DistanceM(frame, fixes[fix]));
            }
        }

        return fix == fixes.Count
            ? new SketchedTrack(payloads, vertices, worstM)
            : throw new InvalidOperationException($"{fixes.Count - fix} fixes are not drawn.");
    }

    private static List<byte[]> Encode(IReadOnlyList<LogFix> fixes, int boundM, int payloadBytesMax)
    {
        var encoder = new SketchEncoder(boundM, payloadBytesMax);
        var buffer = new byte[payloadBytesMax];
        var payloads = new List<byte[]>();
        foreach (var fix in fixes)
        {
            SketchAddResult result;
            var finished = 0;
            while (SketchEncoder.NeedsFinish(result = encoder.Add(fix.UtcS, fix.LatitudeE5, fix.LongitudeE5)))
            {
                payloads.Add(buffer[..encoder.Finish(buffer, 0)]);
                if (++finished > 3)
                {
                    throw new InvalidOperationException($"{fix}: {result} after {finished} frames.");
                }
            }

            if (result != SketchAddResult.Added)
            {
                throw new InvalidOperationException($"{fix}: {result}");
            }
        }

        for (int length; (length = encoder.Finish(buffer, 0)) != 0;)
        {
            payloads.Add(buffer[..length]);
        }

        return payloads;
    }

    private static List<LogFix> Decode(byte[] payload)
    {
        var decoder = new SketchDecoder();
        var result = decoder.Open(payload, 0, payload.Length);
        var vertices = new List<LogFix>();
        while (result == SketchReadResult.Vertex && (result = decoder.Read()) == SketchReadResult.Vertex)
        {
            vertices.Add(new LogFix(decoder.UtcS, decoder.LatitudeE5, decoder.LongitudeE5, int.MinValue, int.MinValue));
        }

        return result == SketchReadResult.End ? vertices : throw new InvalidOperationException($"Sketch frame: {result}");
    }

    private static double DistanceM(List<LogFix> frame, LogFix fix)
    {
        var next = frame.FindIndex(v => v.UtcS >= fix.UtcS);
        if (next < 0 || fix.UtcS < frame[0].UtcS)
        {
            throw new InvalidOperationException($"{fix} lies between two frames.");
        }

        var to = frame[next];
        var from = frame[Math.Max(0, next - 1)];
        var segmentS = Math.Max(1, (int)(to.UtcS - from.UtcS));
        var elapsedS = (int)(fix.UtcS - from.UtcS);
        var east = (int)Math.IEEERemainder(to.LongitudeE5 - from.LongitudeE5, 36_000_000);
        return HaversineM(
            Sketch.BetweenE7(from.LatitudeE5, to.LatitudeE5 - from.LatitudeE5, elapsedS, segmentS) / 1e7,
            Sketch.BetweenE7(from.LongitudeE5, east, elapsedS, segmentS) / 1e7,
            fix.LatitudeE5 / 1e5,
            fix.LongitudeE5 / 1e5);
    }

    private static double HaversineM(double latitude1, double longitude1, double latitude2, double longitude2)
    {
        var (phi1, phi2) = (double.DegreesToRadians(latitude1), double.DegreesToRadians(latitude2));
        var north = Math.Sin((phi2 - phi1) / 2);
        var east = Math.Sin(double.DegreesToRadians(longitude2 - longitude1) / 2);
        return 2 * EarthRadiusM * Math.Asin(Math.Sqrt((north * north) + (Math.Cos(phi1) * Math.Cos(phi2) * east * east)));
    }
}
