using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Tests.Frames;
using BoatTelemetry.Core.Tests.Tracks;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Decoders.Tests.Wireshark;

/// <summary>gateway/Decoders/wireshark/boat-telemetry.lua under tshark, against the vectors and Core's track decoder.</summary>
public sealed class DissectorTests(ITestOutputHelper output) : IDisposable
{
    private const string Key = "000102030405060708090A0B0C0D0E0F";
    private const string WrongKey = "FF0102030405060708090A0B0C0D0E0F";
    private const int RandomPackets = 3_000;

    // What every frame shows besides the fields of its body.
    private static readonly string[] _frameFields =
        ["version", "kind", "unit", "flags", "counter", "counter_low", "sealed", "body_length", "tag", "tag_status", "body"];

    private readonly Tshark _tshark = new();

    public void Dispose() => _tshark.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Frame_EveryVectorWithKey_ShowsItsFields(bool forwarded)
    {
        var shown = 0;
        foreach (var group in FrameVectors.Good.Where(v => v.Kind is not (3 or 4)).GroupBy(Area))
        {
            // Live counters ascend in a capture.
            var vectors = group.OrderBy(v => v.Counter).ToList();
            Write(vectors, forwarded);

            var packets = await _tshark.DissectAsync([.. Preferences(vectors, Key), .. group.Key]);

            Assert.Equal(vectors.Count, packets.Count);
            for (var i = 0; i < vectors.Count; i++)
            {
                AssertHeader(vectors[i], packets[i]);
                AssertFields(vectors[i], packets[i]);
                shown++;
            }
        }

        output.WriteLine($"{shown} vectors");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Frame_EveryVectorWithoutKey_ShowsHeaderAndBytes(bool forwarded)
    {
        Write(FrameVectors.Good, forwarded);

        var packets = await _tshark.DissectAsync();

        for (var i = 0; i < packets.Count; i++)
        {
            var vector = FrameVectors.Good[i];
            AssertHeader(vector, packets[i]);
            Assert.Equal("no key", packets[i].One("boat.tag_status"));
            var body = vector.Body.Length;
            var tag = vector.Kind is 3 or 4 or 8 ? 16 : 8;
            Assert.Equal(vector.Frame[^(body + tag)..^tag], Hex(packets[i].One("boat.sealed")));
            Assert.Equal(vector.Frame[^tag..], Hex(packets[i].One("boat.tag")));
            Assert.Empty(BodyFields(packets[i]));
        }
    }

    [Fact]
    public async Task Frame_WrongKey_ShowsTheBadTagAndNoBody()
    {
        Write(FrameVectors.Good, forwarded: false);

        var packets = await _tshark.DissectAsync(Preferences(FrameVectors.Good, WrongKey));

        Assert.All(packets, packet =>
        {
            Assert.Equal("bad", packet.One("boat.tag_status"));
            Assert.Equal("TagMismatch", packet.One("boat.rejection"));
            Assert.Empty(BodyFields(packet).Except(["rejection", "tag_bad"]));
        });
    }

    [Fact]
    public async Task Frame_KeysInFileAndTwoForOneUnit_OpensWithEither()
    {
        var vector = FrameVectors.GoodOne("event area: SOS, three persons");
        Write([vector], forwarded: false);
        await File.WriteAllTextAsync(_tshark.FilePath("keys"), $"# old and new\n77 {WrongKey}\n77 {Key} # new\n");

        var packets = await _tshark.DissectAsync($"boat.key_file:{_tshark.FilePath("keys")}");

        Assert.Equal("sos", packets.Single().One("boat.event"));
    }

    [Fact]
    public async Task Frame_BadVector_ShowsItsReason()
    {
        var count = 0;
        foreach (var group in FrameVectors.Bad.Where(v => v.Frame != "").GroupBy(Area))
        {
            var vectors = group.ToList();
            Write(vectors, forwarded: true);

            // Only the counter that the vector names, for some were sealed with a later one.
            var packets = await _tshark.DissectAsync(
                [$"boat.keys:76:{Key},77:{Key}", "boat.counters:76:5000,77:5000", "boat.down_counters:77:5000", "boat.cycles:0", .. group.Key]);

            for (var i = 0; i < vectors.Count; i++)
                Assert.Equal((vectors[i].Name, vectors[i].Rejection), (vectors[i].Name, packets[i].One("boat.rejection")));
            count += vectors.Count;
        }

        output.WriteLine($"{count} bad vectors");
    }

    [Fact]
    public async Task Frame_CounterSomeCyclesAhead_IsFound()
    {
        var vector = FrameVectors.GoodOne("live area: Batam, under way, alarm");
        Write([vector], forwarded: false);

        var found = await _tshark.DissectAsync($"boat.keys:77:{Key}");
        var notFound = await _tshark.DissectAsync($"boat.keys:77:{Key}", "boat.cycles:0");

        Assert.Equal("5000", found.Single().One("boat.counter"));
        Assert.Equal("bad", notFound.Single().One("boat.tag_status"));
    }

    [Fact]
    public async Task Datagram_SeveralFramesAndACutOne_ShowsTheWholeOnes()
    {
        var frames = FrameVectors.Good.Where(v => v.Kind == 5).Select(v => Convert.FromHexString(v.Frame)).ToList();
        using (var capture = new Capture(_tshark.CapturePath))
        {
            capture.AddFrames([frames[0], frames[1]]);
            capture.AddDatagram(1, Capture.FramesPort, [0, (byte)frames[0].Length, .. frames[0], 24, 1, 2]);
        }

        var packets = await _tshark.DissectAsync();

        Assert.Equal(2, packets[0].All("boat.kind").Count);
        Assert.Single(packets[1].All("boat.kind"));
        Assert.Contains("boat_udp.cut", packets[1].Names);
        Assert.DoesNotContain("boat_udp.cut", packets[0].Names);
    }

    // docs/ingest.md, "Cellular units": what CellularLink sends, and what the gateway answers, is one bare frame.
    [Fact]
    public async Task Datagram_OneBareFrame_IsDissectedAsUnitsSendIt()
    {
        var vectors = FrameVectors.Good.Where(v => v.Unit == 77 && v.Key == Key && v.Kind is 3 or 5 or 7).ToList();
        Assert.Equal([3, 5, 7], vectors.Select(v => v.Kind).Distinct().Order());
        using (var capture = new Capture(_tshark.CapturePath))
        {
            foreach (var vector in vectors)
                capture.AddDatagram(40_000, Capture.FramesPort, Convert.FromHexString(vector.Frame));
        }

        var packets = await _tshark.DissectAsync($"boat.keys:77:{Key}");

        Assert.Equal(vectors.Select(v => $"{v.Kind}"), packets.Select(packet => packet.One("boat.kind")));
        Assert.All(packets.Where(packet => packet.One("boat.kind") is "3" or "5"), packet => Assert.Equal("good", packet.One("boat.tag_status")));
        Assert.All(packets, packet => Assert.DoesNotContain("boat_udp.cut", packet.Names));
    }

    [Fact]
    public async Task Forwarder_EveryDatagram_ShowsItsHeader()
    {
        using (var capture = new Capture(_tshark.CapturePath))
        {
            for (var identifier = 0; identifier <= 5; identifier++)
                capture.AddForwarder(identifier, identifier == 0 ? """{"stat":{"rxnb":2}}""" : "");
        }

        var packets = await _tshark.DissectAsync();

        for (var identifier = 0; identifier <= 5; identifier++)
        {
            Assert.Equal("2", packets[identifier].One("boat_semtech.version"));
            Assert.Equal("0x1234", packets[identifier].One("boat_semtech.token"));
            Assert.Equal($"{identifier}", packets[identifier].One("boat_semtech.identifier"));
            var eui = identifier is 0 or 2 or 5 ? "AA555A0000000001" : null;
            Assert.Equal(eui, Hex(packets[identifier].One("boat_semtech.gateway")));
        }

        Assert.Equal("""{"stat":{"rxnb":2}}""", packets[0].One("boat_semtech.json"));
    }

    [Fact]
    public async Task Forwarder_UrlSafeBase64WithoutPadding_IsRead()
    {
        using (var capture = new Capture(_tshark.CapturePath))
        {
            foreach (var vector in FrameVectors.Good)
                capture.AddForwarded(Convert.FromHexString(vector.Frame), vector.IsUplink, urlSafe: true);
        }

        var packets = await _tshark.DissectAsync();

        for (var i = 0; i < packets.Count; i++)
            AssertHeader(FrameVectors.Good[i], packets[i]);
    }

    [Fact]
    public async Task TrackAndSketch_Vectors_ShowTheirPoints()
    {
        await AssertPointsAsync(FrameKind.Track, [.. TrackVectors.Tracks.Select(vector => vector.Payload)]);
        await AssertPointsAsync(FrameKind.Sketch, [.. TrackVectors.Sketches.Select(vector => vector.Payload)]);
    }

    [Fact]
    public async Task Track_RandomTracks_ShowsCoresFixes()
    {
        var random = Seed.New(output);
        var payloads = new List<byte[]>();
        for (var i = 0; i < 60; i++)
            payloads.AddRange(TrackBlocks.Encode(RandomTracks.Next(random, random.Next(1, 120)), random.Next(60, 208), random.Next(2) == 0));

        await AssertPointsAsync(FrameKind.Track, payloads);
    }

    [SharedDataTheory]
    [InlineData("signalk-plaka.log")]
    [InlineData("gpsd-bundg_zeus_9.log")]
    public async Task Track_RecordedLog_ShowsCoresFixes(string log) =>
        await AssertPointsAsync(FrameKind.Track, TrackBlocks.Encode(NmeaLog.Read(RepositoryPaths.Shared("nmea", log)).Take(1_500), 207, withSpeed: true));

    [SharedDataFact]
    public async Task Sketch_RecordedLog_ShowsCoresVertices() =>
        await AssertPointsAsync(
            FrameKind.Sketch, SketchedTrack.Of(NmeaLog.Read(RepositoryPaths.Shared("nmea", "signalk-plaka.log")), 10, 51).Payloads);

    [Fact]
    public async Task Anything_RandomAndMutatedDatagrams_RaisesNoLuaError()
    {
        var random = Seed.New(output);
        using (var capture = new Capture(_tshark.CapturePath))
        {
            for (var i = 0; i < RandomPackets; i++)
                AddRandom(random, capture);
        }

        // RunAsync throws on a Lua error.
        var text = await _tshark.RunAsync(["-V"], Preferences(FrameVectors.Good, Key));

        Assert.Contains("BoatTelemetry frame", text, StringComparison.Ordinal);
    }

    // Noise, damaged vectors, and bodies of noise under a good tag; as frames, in packet-forwarder JSON, or bare on its port.
    private static void AddRandom(Random random, Capture capture)
    {
        var vector = FrameVectors.Good[random.Next(FrameVectors.Good.Count)];
        var frame = Convert.FromHexString(vector.Frame);
        switch (random.Next(4))
        {
            case 0:
                frame = new byte[random.Next(1, 255)];
                random.NextBytes(frame);
                break;
            case 1:
                frame = frame[..random.Next(1, frame.Length + 1)];
                frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                var body = new byte[vector.Kind == 3 ? random.Next(13, 208) : vector.Kind == 4 ? random.Next(12, 52) : vector.Body.Length / 2];
                random.NextBytes(body);
                frame = Convert.FromHexString(ReferencePacker.Frame(vector, Convert.ToHexString(body)));
                break;
        }

        switch (random.Next(4))
        {
            case 0:
                capture.AddDatagram(9, Capture.FramesPort, frame);
                break;
            case 1:
                capture.AddDatagram(9, Capture.ForwarderPort, frame);
                break;
            case 2:
                capture.AddForwarded(frame, vector.IsUplink, urlSafe: true);
                break;
            default:
                capture.AddFrames(frame);
                break;
        }
    }

    private async Task AssertPointsAsync(FrameKind kind, IReadOnlyList<byte[]> payloads)
    {
        using var aes = new SimulatedAes(Convert.FromHexString(Key));
        var cipher = new AesCcm(aes);
        var codec = new FrameCodec();
        using (var capture = new Capture(_tshark.CapturePath))
        {
            for (var i = 0; i < payloads.Count; i++)
            {
                var frame = new byte[FrameLimits.FrameBytesMax];
                payloads[i].CopyTo(frame, FrameHeader.DurableBytes);
                capture.AddFrames(frame[..codec.SealTrack(kind, payloads[i].Length, cipher, 77, (uint)i, frame, 0)]);
            }
        }

        var packets = await _tshark.DissectAsync($"boat.keys:77:{Key}");

        var points = 0;
        for (var i = 0; i < payloads.Count; i++)
        {
            var data = (kind == FrameKind.Track ? CorePayloads.Track(null, payloads[i], 0) : CorePayloads.Sketch(null, payloads[i], 0)).Data!;
            var expected = data[kind == FrameKind.Track ? "fixes" : "vertices"]!.AsArray().Select(p => p!.AsObject()).ToList();
            Assert.Equal(expected.Select(p => (string)p["time"]!), packets[i].All("boat.time").Select(Time));
            foreach (var name in new[] { "lat_deg", "lon_deg", "sog_kn", "cog_deg" })
            {
                var numbers = expected.Where(p => p[name] is not null).Select(p => p[name]!.Deserialize<double>());
                Assert.Equal(numbers, packets[i].All($"boat.{name}").Select(Number));
            }

            points += expected.Count;
        }

        output.WriteLine($"{payloads.Count} payloads, {points} points");
    }

    private void Write(IEnumerable<FrameVector> vectors, bool forwarded)
    {
        using var capture = new Capture(_tshark.CapturePath);
        foreach (var vector in vectors)
        {
            var frame = Convert.FromHexString(vector.Frame);
            if (forwarded)
                capture.AddForwarded(frame, vector.IsUplink);
            else
                capture.AddFrames(frame);
        }
    }

    // Each unit's key, and its first live counters.
    private static string[] Preferences(IEnumerable<FrameVector> vectors, string key)
    {
        var units = vectors.GroupBy(v => v.Unit).ToList();
        return
        [
            $"boat.keys:{string.Join(',', units.Select(u => $"{u.Key}:{key}"))}",
            $"boat.counters:{First(units, [1, 2])}",
            $"boat.down_counters:{First(units, [7])}",
        ];
    }

    private static string First(IEnumerable<IGrouping<int, FrameVector>> units, int[] kinds) =>
        string.Join(',', units.Select(u => (Unit: u.Key, Live: u.Where(v => kinds.Contains(v.Kind)).ToList()))
            .Where(u => u.Live.Count > 0).Select(u => $"{u.Unit}:{u.Live.Min(v => v.Counter)}"));

    private static readonly Dictionary<string, string[]> _areas = [];

    // One array for each area, so that it can be a key.
    private static string[] Area(FrameVector vector)
    {
        var name = $"{vector.OriginLatitudeE5} {vector.OriginLongitudeE5}";
        lock (_areas)
        {
            if (!_areas.TryGetValue(name, out var preferences))
            {
                preferences = [$"boat.area_lat:{vector.OriginLatitudeE5 / 1e5}", $"boat.area_lon:{vector.OriginLongitudeE5 / 1e5}"];
                _areas[name] = preferences;
            }

            return preferences;
        }
    }

    private static void AssertHeader(FrameVector vector, DissectedPacket packet)
    {
        var isLive = vector.Kind is 1 or 2 or 7;
        Assert.Equal("1", packet.One("boat.version"));
        Assert.Equal($"{vector.Kind}", packet.One("boat.kind"));
        Assert.Equal($"{vector.Unit}", packet.One("boat.unit"));
        Assert.Equal($"{vector.Body.Length / 2}", packet.One("boat.body_length"));
        Assert.Equal(isLive ? $"{vector.Counter % 4096}" : null, packet.One("boat.counter_low"));
        if (!isLive)
        {
            Assert.Equal($"{vector.Counter}", packet.One("boat.counter"));
            Assert.Equal($"0x{vector.Flags:x2}", packet.One("boat.flags"));
        }
    }

    private static void AssertFields(FrameVector vector, DissectedPacket packet)
    {
        Assert.Equal((vector.Name, "good"), (vector.Name, packet.One("boat.tag_status")));
        Assert.Equal(vector.Body, Hex(packet.One("boat.body")));
        Assert.Equal($"{vector.Counter}", packet.One("boat.counter"));
        var expected = DecoderFields.Data(vector.Kind, vector.Flags, null, vector.ExpectedFields());
        expected.Remove("kind");
        if (expected["faults"] is { } faults && faults.AsArray().Count == 0)
            expected.Remove("faults");
        if (vector.Kind == 5)
            expected["code"] ??= 0;
        Assert.Equal(expected.Select(f => f.Key).Order(), BodyFields(packet).Order());
        foreach (var (name, value) in expected)
            Assert.Equal((vector.Name, name, Text(name, value!)), (vector.Name, name, Shown(name, value!, packet)));
    }

    private static string Text(string name, JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Array => string.Join(',', value.AsArray().Select(v => (string)v!)),
        JsonValueKind.Number => JsonNode.Parse(value.ToJsonString())!.GetValue<double>().ToString("R", CultureInfo.InvariantCulture),
        JsonValueKind.String => (string)value!,
        _ => (bool)value ? "true" : "false",
    };

    private static string? Shown(string name, JsonNode value, DissectedPacket packet)
    {
        var values = packet.All($"boat.{name}");
        var kind = value.GetValueKind();
        return name switch
        {
            "time" or "expiry" => Time(values.Single()),
            "key" => Hex(values.Single()),
            "faults" => string.Join(',', values),
            _ when kind == JsonValueKind.Number => Number(values.Single()).ToString("R", CultureInfo.InvariantCulture),
            _ when kind == JsonValueKind.String => values.Single(),
            _ => values.Single() is "1" or "True" ? "true" : "false",
        };
    }

    private static IEnumerable<string> BodyFields(DissectedPacket packet) =>
        packet.Names.Where(n => n.StartsWith("boat.", StringComparison.Ordinal)).Select(n => n[5..]).Except(_frameFields);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string? Hex(string? bytes) => bytes?.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();

    // 4.0: "Mar  4, 2026 03:04:05.000000000 UTC"; 4.4: "2026-03-04T03:04:05.000000000Z".
    private static string Time(string shown)
    {
        var text = shown.Replace("UTC", "", StringComparison.Ordinal).Replace("Z", "", StringComparison.Ordinal).Split('.')[0];
        var time = DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.AssumeUniversal);
        return DecoderFields.Time(new DateTimeOffset(time.ToUniversalTime()).ToUnixTimeMilliseconds());
    }
}
