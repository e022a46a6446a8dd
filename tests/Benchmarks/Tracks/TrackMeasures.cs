using System.IO.Compression;
using System.Text;
using BoatTelemetry.Core.Tracks;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Benchmarks.Tracks;

/// <summary>The sizes of a list of fixes under this project's codec and under those that people know.</summary>
internal static class TrackMeasures
{
    /// <summary>Frame header (7) and tag (8) around each payload.</summary>
    private const int SealBytes = 15;

    /// <summary>Payloads of the frames that fit SF9, SF8 and SF7 under a dwell limit of 400 ms.</summary>
    private static readonly int[] FrameBytes = [222, 138, 66];

    public static IEnumerable<(string Name, double Bytes)> All(List<LogFix> fixes)
    {
        var coded = Blocks(fixes, 222, withSpeed: false);
        yield return ("track blocks, code alone", coded.Sum(b => b.Length - TrackBlock.HeaderBytes));
        yield return ("track blocks, payload", coded.Sum(b => b.Length));
        foreach (var frameBytes in FrameBytes)
        {
            yield return ($"track blocks, frames of {frameBytes} B at most",
                Blocks(fixes, frameBytes, withSpeed: false).Sum(b => b.Length + SealBytes));
        }

        yield return ("track blocks with speed and course, 222 B",
            Blocks(fixes, 222, withSpeed: true).Sum(b => b.Length + SealBytes));
        var varints = DeltaVarints(fixes, withTime: true);
        yield return ("delta varints, positions", DeltaVarints(fixes, withTime: false).Length);
        yield return ("delta varints, positions and times", varints.Length);
        yield return ("delta varints, Brotli", Brotli(varints));
        var polyline = Polyline(fixes);
        yield return ("polyline, positions", polyline.Length);
        yield return ("polyline, Brotli", Brotli(polyline));
        yield return ("order-0 entropy of second-order residuals", SecondOrderEntropyBytes(fixes));
    }

    public static List<byte[]> Blocks(List<LogFix> fixes, int frameBytes, bool withSpeed)
    {
        var blocks = new List<byte[]>();
        var encoder = new TrackEncoder(frameBytes - SealBytes, withSpeed);
        var buffer = new byte[frameBytes];
        foreach (var fix in fixes)
        {
            var result = Add(encoder, fix);
            if (TrackEncoder.NeedsNewBlock(result))
            {
                blocks.Add(buffer[..encoder.Finish(buffer, 0)]);
                result = Add(encoder, fix);
            }

            if (result != TrackAddResult.Added)
            {
                throw new InvalidOperationException($"{fix}: {result}");
            }
        }

        blocks.Add(buffer[..encoder.Finish(buffer, 0)]);
        return blocks;
    }

    private static TrackAddResult Add(TrackEncoder encoder, LogFix fix) =>
        encoder.Add(fix.UtcS, fix.LatitudeE5, fix.LongitudeE5, fix.SogDeciknots, fix.CogDeg);

    private static byte[] DeltaVarints(List<LogFix> fixes, bool withTime)
    {
        using var bytes = new MemoryStream();
        var last = new LogFix(0, 0, 0, 0, 0);
        foreach (var fix in fixes)
        {
            if (withTime)
            {
                PutVarint(bytes, fix.UtcS - last.UtcS);
            }

            PutVarint(bytes, fix.LatitudeE5 - last.LatitudeE5);
            PutVarint(bytes, fix.LongitudeE5 - last.LongitudeE5);
            last = fix;
        }

        return bytes.ToArray();
    }

    private static void PutVarint(MemoryStream bytes, long value)
    {
        var zigzag = (ulong)((value << 1) ^ (value >> 63));
        while (zigzag >= 0x80)
        {
            bytes.WriteByte((byte)(zigzag | 0x80));
            zigzag >>= 7;
        }

        bytes.WriteByte((byte)zigzag);
    }

    /// <summary>Google's "Encoded polyline algorithm format", precision 5.</summary>
    private static byte[] Polyline(List<LogFix> fixes)
    {
        var text = new StringBuilder();
        var (latitude, longitude) = (0, 0);
        foreach (var fix in fixes)
        {
            PutPolyline(text, fix.LatitudeE5 - latitude);
            PutPolyline(text, fix.LongitudeE5 - longitude);
            (latitude, longitude) = (fix.LatitudeE5, fix.LongitudeE5);
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static void PutPolyline(StringBuilder text, int value)
    {
        var zigzag = (uint)((value << 1) ^ (value >> 31));
        while (zigzag >= 0x20)
        {
            text.Append((char)((0x20 | (zigzag & 0x1F)) + 63));
            zigzag >>= 5;
        }

        text.Append((char)(zigzag + 63));
    }

    private static int Brotli(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            brotli.Write(bytes);
        }

        return (int)packed.Length;
    }

    /// <summary>What an ideal order-0 coder that knows the log's own histogram would take, positions alone.</summary>
    private static double SecondOrderEntropyBytes(List<LogFix> fixes)
    {
        var residuals = fixes.Zip(fixes.Skip(1), fixes.Skip(2)).ToList();
        return (EntropyBits(residuals.Select(f => f.Third.LatitudeE5 - (2 * f.Second.LatitudeE5) + f.First.LatitudeE5))
            + EntropyBits(residuals.Select(f => f.Third.LongitudeE5 - (2 * f.Second.LongitudeE5) + f.First.LongitudeE5))) / 8;
    }

    private static double EntropyBits(IEnumerable<int> values)
    {
        var counts = values.CountBy(v => v).Select(pair => (double)pair.Value).ToList();
        var total = counts.Sum();
        return counts.Sum(count => -count * Math.Log2(count / total));
    }
}
