using BoatTelemetry.Core.Tracks;
using BoatTelemetry.TestSupport;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Tracks;

public sealed class SketchTests(ITestOutputHelper output)
{
    [SharedDataTheory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(31)]
    public void Sketch_OfEveryRecordedLog_KeepsItsBound(int boundM)
    {
        foreach (var file in Directory.GetFiles(RepositoryPaths.Shared("nmea"), "*.log"))
        {
            var fixes = NmeaLog.Read(file);
            Assert.InRange(SketchedTrack.Of(fixes, boundM, Sketch.PayloadBytesMax).WorstM, 0, boundM);
        }
    }

    /// <summary>Sizes are exact: a change of one byte is a change of the format or of the algorithm.</summary>
    [SharedDataTheory]
    [InlineData("signalk-plaka.log", 7, 345)]
    [InlineData("signalk-gps.log", 1, 23)]
    [InlineData("gpsd-bundg_zeus_9.log", 1, 16)]
    public void Sketch_WithinTenMetres_TakesItsBytes(string log, int frames, int payloadBytes)
    {
        var sketch = SketchedTrack.Of(NmeaLog.Read(RepositoryPaths.Shared("nmea", log)), 10, Sketch.PayloadBytesMax);

        Assert.Equal((frames, payloadBytes), (sketch.Payloads.Count, sketch.Payloads.Sum(p => p.Length)));
    }

    /// <summary>
    /// An hour of patrol at 8 knots with turns of 60 to 120 degrees over half a minute and receiver noise of 1.5 m (standard
    /// deviation, each axis). With a turn every 20 minutes an hour takes less than 100 B on the mean with all that is around
    /// it, with one every 10 minutes without. A single hour may take more: noise moves the vertices.
    /// </summary>
    [Theory]
    [InlineData(1200, 15, 75)]
    [InlineData(600, 0, 90)]
    public void Sketch_OfAnHoursPatrol_TakesLessThanAHundredBytesOnTheMean(int legS, int sealBytes, int bytesMaxMean)
    {
        var random = Seed.New(output);
        var bytes = new List<int>();
        for (var i = 0; i < 50; i++)
        {
            var sketch = SketchedTrack.Of(
                Patrol(random, (random.NextDouble() * 120) - 60, legS), 10, Sketch.PayloadBytesMax);
            bytes.Add(sketch.Payloads.Sum(p => p.Length + sealBytes));
            Assert.InRange(sketch.WorstM, 0, 10);
        }

        output.WriteLine($"mean {bytes.Average()} B, least {bytes.Min()}, most {bytes.Max()}");
        Assert.InRange(bytes.Average(), 1, bytesMaxMean);
    }

    /// <summary>Every fix of any track lies within the bound: the guarantee of the sketch, measured in floating point.</summary>
    [Fact]
    public void Sketch_OfAnyTrack_KeepsItsBound()
    {
        var random = Seed.New(output);
        var tracks =
            from seed in Gen.Choose(0, int.MaxValue - 1)
            from boundM in Gen.Choose(1, Sketch.BoundMaxM)
            from payloadBytesMax in Gen.Choose(SketchEncoder.PayloadBytesLeast, Sketch.PayloadBytesMax)
            select (Seed: seed, BoundM: boundM, PayloadBytesMax: payloadBytesMax);
        var property = Prop.ForAll(tracks.ToArbitrary(), t =>
        {
            var fixes = RandomTracks.Next(new Random(t.Seed), 400)
                .Where(f => Math.Abs(f.LatitudeE5) <= 8_500_000).ToList();
            return fixes.Count == 0 || SketchedTrack.Of(fixes, t.BoundM, t.PayloadBytesMax).WorstM <= t.BoundM;
        });
        property.Check(Config.QuickThrowOnFailure.WithMaxTest(600)
            .WithReplay((ulong)random.Next(), (ulong)(random.Next() | 1)));
    }

    [Fact]
    public void Sketch_ToItsHighestLatitude_KeepsItsBound()
    {
        var random = Seed.New(output);
        foreach (var boundM in new[] { 1, 2, 10, 31 })
        {
            var fixes = new List<LogFix>();
            for (var i = 0; i < 2000; i++)
            {
                fixes.Add(new LogFix(1000 + (i * 3), 8_400_000 + (i * 295), random.Next(-2000, 2000), 0, 0));
            }

            Assert.InRange(SketchedTrack.Of(fixes, boundM, Sketch.PayloadBytesMax).WorstM, 0, boundM);
        }
    }

    [Theory]
    [InlineData(SketchAddResult.BadTime, 1000, 0, 0)]
    [InlineData(SketchAddResult.BadTime, -1, 0, 0)]
    [InlineData(SketchAddResult.BadTime, 0x1_0000_0000, 0, 0)]
    [InlineData(SketchAddResult.OutOfRange, 1001, Sketch.LatitudeMaxE5 + 1, 0)]
    [InlineData(SketchAddResult.OutOfRange, 1001, 0, -18_000_001)]
    [InlineData(SketchAddResult.Gap, 1000 + Sketch.GapMaxS + 1, 0, 0)]
    [InlineData(SketchAddResult.Gap, 1001, 200_000, 0)]
    [InlineData(SketchAddResult.Added, 1000 + Sketch.GapMaxS, 100_000, 100_000)]
    public void Add_OfAnOddFix_GivesItsReason(SketchAddResult expected, long utcS, int latitudeE5, int longitudeE5)
    {
        var encoder = new SketchEncoder(10, Sketch.PayloadBytesMax);
        Assert.Equal(SketchAddResult.Added, encoder.Add(1000, 0, 0));

        Assert.Equal(expected, encoder.Add(utcS, latitudeE5, longitudeE5));
    }

    [Fact]
    public void Finish_WithoutNews_WritesNothing()
    {
        var encoder = new SketchEncoder(10, Sketch.PayloadBytesMax);
        var buffer = new byte[Sketch.PayloadBytesMax];
        Assert.Equal(0, encoder.Finish(buffer, 0));
        encoder.Add(1000, 1, 2);
        Assert.Equal(Sketch.HeaderBytes, encoder.Finish(buffer, 0));
        Assert.Equal(0, encoder.Finish(buffer, 0));
    }

    [Fact]
    public void Encoder_OverAHundredThousandFixes_AllocatesNothing()
    {
        var track = RandomTracks.Next(new Random(11), 5000).Where(f => Math.Abs(f.LatitudeE5) < 8_900_000).ToList();
        var encoder = new SketchEncoder(10, Sketch.PayloadBytesMax);
        var buffer = new byte[Sketch.PayloadBytesMax];
        AddAll(encoder, track, buffer, 0);
        Assert.Equal(0, Allocated.Least(_ =>
        {
            for (var round = 1; round <= 20; round++)
            {
                AddAll(encoder, track, buffer, round * 100_000_000L);
            }
        }));
    }

    [Fact]
    public void Decoder_OfAnyBytes_EndsInAResult()
    {
        var random = Seed.New(output);
        var decoder = new SketchDecoder();
        var good = SketchedTrack.Of(Patrol(random, 10, 600), 10, Sketch.PayloadBytesMax).Payloads[0];
        var bytes = new byte[Sketch.PayloadBytesMax + 2];
        for (var i = 0; i < 200_000; i++)
        {
            var count = RandomBytes.Fill(random, bytes, good);
            var result = decoder.Open(bytes, 0, count);
            for (var reads = 0; result == SketchReadResult.Vertex; reads++)
            {
                Assert.InRange(reads, 0, Sketch.VerticesMax + 1);
                Assert.InRange(decoder.LatitudeE5, -9_000_000, 9_000_000);
                Assert.InRange(decoder.LongitudeE5, -18_000_000, 17_999_999);
                result = decoder.Read();
            }
        }
    }

    /// <summary>The format, bit for bit: 10 m, a first vertex and two more, with a turn between.</summary>
    [Fact]
    public void Sketch_OfATurn_IsTheseBytes()
    {
        var vector = Assert.Single(TrackVectors.Sketches);
        var payload = Assert.Single(SketchedTrack.Of([.. vector.Fixes], vector.BoundM, Sketch.PayloadBytesMax).Payloads);
        Assert.Equal(Convert.ToHexString(vector.Payload), Convert.ToHexString(payload));

        var decoder = new SketchDecoder();
        var vertices = new List<(long, int, int)>();
        Assert.Equal(SketchReadResult.Vertex, decoder.Open(vector.Payload, 0, vector.Payload.Length));
        while (decoder.Read() == SketchReadResult.Vertex)
        {
            vertices.Add((decoder.UtcS, decoder.LatitudeE5, decoder.LongitudeE5));
        }

        Assert.Equal(vector.Vertices.Select(vertex => (vertex.UtcS, vertex.LatitudeE5, vertex.LongitudeE5)), vertices);
    }

    private static void AddAll(SketchEncoder encoder, List<LogFix> track, byte[] buffer, long laterS)
    {
        foreach (var fix in track)
        {
            var utcS = fix.UtcS - track[0].UtcS + laterS;
            while (SketchEncoder.NeedsFinish(encoder.Add(utcS, fix.LatitudeE5, fix.LongitudeE5)))
            {
                encoder.Finish(buffer, 0);
            }
        }
    }

    private static List<LogFix> Patrol(Random random, double latitude, int legS)
    {
        const double SpeedMps = 8 * 0.514444;
        var (north, east, course) = (0.0, 0.0, random.NextDouble() * Math.Tau);
        var turn = 0.0;
        var fixes = new List<LogFix>();
        for (var second = 0; second < 3600; second++)
        {
            if (second % legS == 0)
            {
                turn = (random.Next(2) == 0 ? -1 : 1) * Math.PI * (0.33 + (random.NextDouble() * 0.33)) / 30;
            }

            course += second % legS < 30 ? turn : 0;
            north += SpeedMps * Math.Cos(course);
            east += SpeedMps * Math.Sin(course);
            fixes.Add(new LogFix(
                1_700_000_000 + second,
                (int)Math.Round((latitude * 1e5) + ((north + Noise(random)) / 1.112)),
                (int)Math.Round(10_000_000 + ((east + Noise(random)) / (1.112 * Math.Cos(latitude * Math.PI / 180)))),
                0,
                0));
        }

        return fixes;
    }

    private static double Noise(Random random) => (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 3;
}
