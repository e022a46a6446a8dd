using System.Text.Json.Nodes;
using BoatTelemetry.Core.Tests.Tracks;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Decoders.Tests.LoRaWan;

/// <summary>Tracks and sketches in JavaScript: the same fixes as Core's decoder, to the last digit.</summary>
public sealed class TrackPayloadTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Track_RandomTracks_GivesCoresFixes()
    {
        var random = Seed.New(output);
        var blocks = new List<byte[]>();
        for (var i = 0; i < 200; i++)
            blocks.AddRange(TrackBlocks.Encode(RandomTracks.Next(random, random.Next(1, 400)), random.Next(60, 208), random.Next(2) == 0));

        await AssertSameAsync(3, blocks);
    }

    [Fact]
    public async Task Track_Vectors_GiveTheirPoints()
    {
        var vectors = TrackVectors.Tracks;
        await AssertSameAsync(3, [.. vectors.Select(vector => vector.Payload)]);

        var (answers, _) = await Sandbox.CallAsync([.. vectors.Select(v => Sandbox.Decode(3, Sandbox.Payload(3, 0, 1, v.Payload)))]);
        for (var i = 0; i < vectors.Count; i++)
        {
            var read = answers[i]["result"]!["data"]!["fixes"]!.AsArray().Select(fix => (E5(fix!["lat_deg"]!), E5(fix["lon_deg"]!)));
            Assert.Equal(vectors[i].Points.Select(point => (point.LatitudeE5, point.LongitudeE5)), read);
        }
    }

    [Fact]
    public async Task Track_RejectedVectors_GiveTheirReasons()
    {
        var vectors = TrackVectors.RejectedTracks;
        var (answers, _) = await Sandbox.CallAsync([.. vectors.Select(v => Sandbox.Decode(3, Sandbox.Payload(3, 0, 1, v.Payload)))]);

        Assert.Equal(vectors.Select(vector => vector.Reason), answers.Select(Sandbox.Reason));
    }

    [Fact]
    public async Task Sketch_Vectors_GiveTheirVertices() =>
        await AssertSameAsync(4, [.. TrackVectors.Sketches.Select(vector => vector.Payload)]);

    [SharedDataTheory]
    [InlineData("signalk-plaka.log", false)]
    [InlineData("signalk-plaka.log", true)]
    [InlineData("gpsd-bundg_zeus_9.log", true)]
    [InlineData("signalk-gofree-merrimac.log", true)]
    [InlineData("gpsd-quectel-l76k-dual.log", true)]
    public async Task Track_RecordedLog_GivesCoresFixes(string log, bool withSpeed) =>
        await AssertSameAsync(3, TrackBlocks.Encode(NmeaLog.Read(RepositoryPaths.Shared("nmea", log)), 207, withSpeed));

    [SharedDataTheory]
    [InlineData("signalk-plaka.log", 10)]
    [InlineData("gpsd-bundg_zeus_9.log", 1)]
    public async Task Sketch_RecordedLog_GivesCoresVertices(string log, int boundM) =>
        await AssertSameAsync(4, SketchedTrack.Of(NmeaLog.Read(RepositoryPaths.Shared("nmea", log)), boundM, 51).Payloads);

    [Fact]
    public async Task TrackAndSketch_TurnedBits_GivesCoresResult()
    {
        var random = Seed.New(output);
        var track = TrackBlocks.Encode(RandomTracks.Next(random, 300), 207, withSpeed: true)[0];
        var damaged = new List<byte[]>();
        for (var i = 0; i < 1_000; i++)
        {
            var bytes = track.ToArray();
            if (random.Next(2) == 0)
                random.NextBytes(bytes.AsSpan(13));
            for (var turned = random.Next(1, 4); turned > 0; turned--)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            damaged.Add(bytes[..random.Next(13, bytes.Length + 1)]);
        }

        await AssertSameAsync(3, damaged);
        await AssertSameAsync(4, [.. damaged.Select(bytes => bytes[..Math.Min(bytes.Length, 51)])]);
    }

    private static int E5(JsonNode degrees) => (int)Math.Round((double)degrees * 1e5);

    private async Task AssertSameAsync(int kind, IReadOnlyList<byte[]> blocks)
    {
        const uint Counter = 70_000;
        var payloads = blocks.Select(block => Sandbox.Payload(kind, 0, Counter, block)).ToList();
        var (answers, slowestMs) = await Sandbox.CallAsync([.. payloads.Select(payload => Sandbox.Decode(kind, payload))]);

        var points = 0;
        for (var i = 0; i < payloads.Count; i++)
        {
            var (data, reason) = kind == 3 ? CorePayloads.Track(Counter, payloads[i], 5) : CorePayloads.Sketch(Counter, payloads[i], 5);
            var hex = Convert.ToHexString(payloads[i]);
            if (data is null)
            {
                Assert.Equal((hex, reason), (hex, Sandbox.Reason(answers[i])));
                continue;
            }

            points += data[kind == 3 ? "fixes" : "vertices"]!.AsArray().Count;
            var expected = JsonNode.Parse(new JsonObject { ["result"] = new JsonObject { ["data"] = data } }.ToJsonString());
            Assert.True(JsonNode.DeepEquals(expected, answers[i]), hex);
        }

        Assert.NotEmpty(payloads);
        output.WriteLine($"{payloads.Count} payloads, {points} points, the slowest took {slowestMs:0.0} ms");
    }
}
