using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Tests.Frames;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Decoders.Tests.LoRaWan;

/// <summary>gateway/Decoders/lorawan/boat-telemetry.js against the vectors, and against Core on anything else.</summary>
public sealed class PayloadCodecTests(ITestOutputHelper output)
{
    private const int RandomPayloads = 200_000;

    // What The Things Stack takes: https://www.thethingsindustries.com/docs/integrations/payload-formatters/javascript
    private const int FormatterBytesMax = 40_960;

    private static readonly OperatingArea _area = OperatingArea.Indonesia;

    // Arrows, templates, spreads, BigInt literals, and declarations and modules of ES2015; require and console.
    private const string NewerThanEs5 =
        @"=>|`|^\s*(?:let|const|class|import|export)\s|\.\.\.|\brequire\(|\bconsole\.|\b[0-9]+n\b";

    [Fact]
    public void File_Size_IsWhatTheThingsStackTakes() =>
        Assert.InRange(new FileInfo(Sandbox.CodecPath).Length, 1, FormatterBytesMax);

    [Fact]
    public void File_Syntax_IsEs5() =>
        Assert.DoesNotMatch(
            new Regex(NewerThanEs5, RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10)),
            string.Join('\n', File.ReadLines(Sandbox.CodecPath).Select(line => line.Split("//")[0])));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Decode_EveryVector_GivesItsFields(bool strict)
    {
        var vectors = FrameVectors.Good.Where(v => v.Kind is not (3 or 4)).ToList();
        var calls = vectors.Select(v => WithArea(Sandbox.Decode(v.Kind, Payload(v)), v)).ToList();

        var (answers, _) = await Sandbox.CallAsync(calls, strict);

        for (var i = 0; i < vectors.Count; i++)
        {
            var vector = vectors[i];
            uint? counter = vector.Kind is 1 or 2 or 7 ? null : vector.Counter;
            AssertSame(DecoderFields.Data(vector.Kind, vector.Flags, counter, vector.ExpectedFields()), answers[i], vector.Name);
        }

        output.WriteLine($"{vectors.Count} vectors");
    }

    [Fact]
    public async Task Decode_BadVectorWhosePayloadCanTravel_GivesItsReason()
    {
        var cases = FrameVectors.Bad.Select(v => (Vector: v, Call: BadCall(v))).Where(c => c.Call is not null).ToList();
        cases.ForEach(c => WithArea(c.Call!, c.Vector));

        var (answers, _) = await Sandbox.CallAsync([.. cases.Select(c => c.Call!)]);

        Assert.True(cases.Count > 60, $"only {cases.Count} bad vectors fit LoRaWAN");
        for (var i = 0; i < cases.Count; i++)
            Assert.Equal((cases[i].Vector.Name, cases[i].Vector.Rejection), (cases[i].Vector.Name, Sandbox.Reason(answers[i])));
        output.WriteLine($"{cases.Count} bad vectors");
    }

    [Fact]
    public async Task EncodeDownlink_DecodedVector_GivesItsPayload()
    {
        var vectors = FrameVectors.Good.Where(v => v.Kind is 7 or 8).ToList();
        var calls = vectors.Select(v => Order(OrderData(v))).ToList();

        var (answers, _) = await Sandbox.CallAsync(calls);

        for (var i = 0; i < vectors.Count; i++)
        {
            var expected = new JsonObject
            {
                ["result"] = new JsonObject
                {
                    ["bytes"] = new JsonArray([.. Payload(vectors[i]).Select(b => (JsonNode)(int)b)]),
                    ["fPort"] = vectors[i].Kind,
                },
            };
            Assert.Equal((vectors[i].Name, expected.ToJsonString()), (vectors[i].Name, answers[i].ToJsonString()));
        }
    }

    [Theory]
    [InlineData("""{"kind":"acknowledgement","base_counter":-1,"bitmap":0}""", "base_counter is -1, allowed: whole numbers from 0 to 4294967295")]
    [InlineData("""{"kind":"acknowledgement","base_counter":4294967296,"bitmap":0}""", "base_counter is 4294967296, allowed: ")]
    [InlineData("""{"kind":"acknowledgement","base_counter":1.5,"bitmap":0}""", "base_counter is 1.5, allowed: ")]
    [InlineData("""{"kind":"acknowledgement","base_counter":1}""", "bitmap is missing, allowed: ")]
    [InlineData("""{"kind":"acknowledgement","base_counter":1,"bitmap":0,"bitmpa":0}""", "bitmpa is no field of this order, allowed: ")]
    [InlineData("""{"kind":"acknowledgement","base_counter":1,"bitmap":0,"selective_first":9}""", "selective_bitmap is missing, allowed: ")]
    [InlineData("""{"kind":"acknowledgement","base_counter":1,"bitmap":0,"selective_bitmap":2147483648}""", "selective_first is missing, allowed: ")]
    [InlineData("""{"kind":"acknowledgement","base_counter":1,"bitmap":0,"selective_first":9,"selective_bitmap":2147483647}""", "selective_bitmap is 2147483647, allowed: whole numbers from 2147483648 to 4294967295")]
    [InlineData("""{"kind":"position"}""", "kind is \"position\", allowed: acknowledgement, command")]
    [InlineData("""{"kind":"command","command":"reboot"}""", "command is \"reboot\", allowed: report_interval, ")]
    [InlineData("""{"kind":"command","command":"report_interval","live_interval_s":65536,"track_interval_s":0,"duration_min":0}""", "live_interval_s is 65536, allowed: whole numbers from 0 to 65535")]
    [InlineData("""{"kind":"command","command":"report_interval","live_interval_s":0,"track_interval_s":256,"duration_min":0}""", "track_interval_s is 256, allowed: whole numbers from 0 to 255")]
    [InlineData("""{"kind":"command","command":"report_interval","live_interval_s":0,"track_interval_s":0,"duration_min":"9"}""", "duration_min is \"9\", allowed: whole numbers from 0 to 65535")]
    [InlineData("""{"kind":"command","command":"status_request","long_status":1}""", "long_status is 1, allowed: true, false")]
    [InlineData("""{"kind":"command","command":"backlog_range","from_counter":7,"to_counter":6}""", "to_counter is 6, allowed: from_counter (7) or more")]
    [InlineData("""{"kind":"command","command":"sos_acknowledged","event_counter":7,"sos_code":256}""", "sos_code is 256, allowed: whole numbers from 0 to 255")]
    [InlineData("""{"kind":"command","command":"key_change","key":"00"}""", "key is not a key, allowed: 32 hexadecimal digits")]
    [InlineData("""{"kind":"command","command":"status_request","long_status":true,"expiry":"2009-12-31T23:59:59Z"}""", "expiry is \"2009-12-31T23:59:59Z\", allowed: 2010-01-01T00:00:00Z to 2078-01-19T03:13:52Z")]
    [InlineData("""{"kind":"command","command":"status_request","long_status":true,"expiry":"2078-01-19T03:13:53Z"}""", "expiry is \"2078-01-19T03:13:53Z\", allowed: ")]
    [InlineData("""{"kind":"command","command":"status_request","long_status":true,"expiry":"2026-02-30T00:00:00Z"}""", "expiry is \"2026-02-30T00:00:00Z\", allowed: ")]
    [InlineData("""{"kind":"command","command":"status_request","long_status":true,"expiry":1772596800}""", "expiry is 1772596800, allowed: ")]
    [InlineData("""{"kind":"command","command":"status_request","long_status":true,"counter":-1}""", "counter is -1, allowed: ")]
    [InlineData("null", "kind is missing, allowed: ")]
    public async Task EncodeDownlink_FieldOutOfRange_NamesFieldValueAndWhatIsAllowed(string data, string error)
    {
        var (answers, _) = await Sandbox.CallAsync([Order(JsonNode.Parse(data))]);

        var result = answers[0]["result"]!;
        Assert.Empty(result["bytes"]!.AsArray());
        Assert.Contains(result["errors"]!.AsArray(), e => ((string)e!).StartsWith(error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task EncodeDownlink_CommandWithoutCounter_CountsSecondsSince2010()
    {
        var order = Order(new JsonObject { ["kind"] = "command", ["command"] = "status_request", ["long_status"] = true });
        var before = Seconds2010();

        var (answers, _) = await Sandbox.CallAsync([order]);

        var bytes = answers[0]["result"]!["bytes"]!.AsArray().Select(b => (long)b!).ToArray();
        Assert.InRange((bytes[1] << 24) | (bytes[2] << 16) | (bytes[3] << 8) | bytes[4], before, Seconds2010());
        static long Seconds2010() => DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1_262_304_000;
    }

    [Theory]
    [InlineData("2026-03-04T03:04:06Z", "2026-03-04T03:04:05Z")]
    [InlineData("2026-03-04T15:04:04Z", "2026-03-04T03:04:05Z")]
    [InlineData("2026-03-04T15:04:05Z", "2026-03-04T03:04:05Z")]
    [InlineData("2026-03-04T15:04:06Z", "2026-03-05T03:04:05Z")]
    [InlineData("2026-03-01T00:00:00Z", "2026-03-01T03:04:05Z")]
    public async Task DecodeUplink_LivePositionWithReceptionTime_TakesTheNearestInstant(string received, string time)
    {
        var vector = FrameVectors.GoodOne("live area: Batam, under way, alarm");
        var call = Sandbox.Decode(vector.Kind, Payload(vector));
        call["recvTime"] = received;

        var (answers, _) = await Sandbox.CallAsync([call]);

        Assert.Equal(time, (string?)answers[0]["result"]!["data"]!["time"]);
    }

    [Theory]
    [InlineData("area_origin_lat_deg", "91")]
    [InlineData("area_origin_lat_deg", "south")]
    [InlineData("area_origin_lon_deg", "-180.1")]
    public async Task DecodeUplink_AreaVariableOutOfRange_IsAnError(string name, string value)
    {
        var call = Sandbox.Decode(1, new byte[11]);
        call["variables"] = new JsonObject { [name] = value };

        var (answers, _) = await Sandbox.CallAsync([call]);

        Assert.StartsWith($"variable {name} is {value}, allowed are", (string)answers[0]["result"]!["errors"]![0]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decode_RandomAndMutatedPayloads_IsWhatCoreReads()
    {
        var random = Seed.New(output);
        var payloads = Enumerable.Range(0, RandomPayloads).Select(_ => Next(random)).ToList();

        var (answers, slowestMs) = await Sandbox.CallAsync([.. payloads.Select(p => Sandbox.Decode(p.Port, p.Bytes))]);

        var accepted = 0;
        for (var i = 0; i < payloads.Count; i++)
        {
            var expected = CorePayloads.Read(payloads[i].Port, payloads[i].Bytes, _area);
            var what = $"fPort {payloads[i].Port} {Convert.ToHexString(payloads[i].Bytes)}";
            if (expected.Data is null)
                Assert.Equal((what, expected.Reason), (what, Sandbox.Reason(answers[i])));
            else
                AssertSame(expected.Data, answers[i], what);
            accepted += expected.Data is null ? 0 : 1;
        }

        output.WriteLine($"{payloads.Count} payloads, {accepted} accepted, the slowest took {slowestMs:0.0} ms");
        Assert.InRange(accepted, RandomPayloads / 20, RandomPayloads);

        // Against a hang, not a measurement: the slowest are the 4,095 fixes of a block of noise, tens of milliseconds here.
        Assert.InRange(slowestMs, 0, 10_000);
    }

    // A third noise of any length, a third noise of a good length, a third vectors with up to four bits turned.
    private static (int Port, byte[] Bytes) Next(Random random)
    {
        var vector = FrameVectors.Good[random.Next(FrameVectors.Good.Count)];
        var bytes = Payload(vector);
        switch (random.Next(3))
        {
            case 0:
                bytes = new byte[random.Next(230)];
                random.NextBytes(bytes);
                return (random.Next(11), bytes);
            case 1:
                random.NextBytes(bytes.AsSpan(vector.Kind is 1 or 2 or 7 ? 0 : 5));
                break;
            default:
                for (var turned = random.Next(5); turned > 0; turned--)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                break;
        }

        return (vector.Kind, bytes);
    }

    private static byte[] Payload(FrameVector vector) =>
        Sandbox.Payload(vector.Kind, vector.Flags, vector.Counter, Convert.FromHexString(vector.Body));

    // As decoded, except that an order may have milliseconds.
    private static JsonObject OrderData(FrameVector vector)
    {
        var data = DecoderFields.Data(vector.Kind, vector.Flags, vector.Kind == 7 ? null : vector.Counter, vector.Fields);
        if (vector.Fields["expiryUtcMs"] is { } expiry)
            data["expiry"] = DateTimeOffset.FromUnixTimeMilliseconds((long)expiry).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        return data;
    }

    private static JsonObject Order(JsonNode? data) => new() { ["fn"] = "encodeDownlink", ["data"] = data };

    private static JsonObject WithArea(JsonObject call, FrameVector vector)
    {
        if (vector.OriginLatitudeE5 != _area.OriginLatitudeE5 || vector.OriginLongitudeE5 != _area.OriginLongitudeE5)
        {
            call["variables"] = new JsonObject
            {
                ["area_origin_lat_deg"] = $"{vector.OriginLatitudeE5 / 1e5}",
                ["area_origin_lon_deg"] = $"{vector.OriginLongitudeE5 / 1e5}",
            };
        }

        return call;
    }

    // LoRaWAN has no version, no tag and no direction of its own; what else can be wrong with a frame travels too.
    private static JsonObject? BadCall(FrameVector vector)
    {
        var frame = Convert.FromHexString(vector.Frame);
        if (vector.Rejection == nameof(FrameRejection.FieldOutOfRange))
            return Sandbox.Decode(vector.Kind, Sandbox.Payload(vector.Kind, vector.Flags, vector.Counter, Convert.FromHexString(vector.Body)));
        if (vector.Rejection is not ("TooShort" or "TooLong" or "ReservedBits" or "UnknownKind") || frame.Length < 4)
            return null;
        var kind = (frame[0] >> 2) & 15;
        var function = vector.IsUplink ? "decodeUplink" : "decodeDownlink";
        if (vector.Rejection == "UnknownKind")
            return Sandbox.Decode(function, kind, frame.AsSpan(4));
        var header = kind is 1 or 2 or 7 ? 4 : 7;
        var tag = kind is 3 or 4 or 8 ? 8 : 4;
        if (frame.Length < header + tag)
            return null;
        return Sandbox.Decode(function, kind, Sandbox.Payload(kind, frame.Length > 4 ? frame[2] & 15 : 0, 5000, frame.AsSpan(header..^tag)));
    }

    private static void AssertSame(JsonObject data, JsonObject answer, string what)
    {
        var expected = JsonNode.Parse(new JsonObject { ["result"] = new JsonObject { ["data"] = data.DeepClone() } }.ToJsonString());
        if (!JsonNode.DeepEquals(expected, answer))
            Assert.Fail($"{what}\nexpected {expected!.ToJsonString()}\nactual   {answer.ToJsonString()}");
    }
}
