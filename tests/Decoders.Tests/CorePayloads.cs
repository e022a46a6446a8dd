using System.Text.Json.Nodes;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Tests.Frames;
using BoatTelemetry.Core.Tracks;

namespace BoatTelemetry.Decoders.Tests;

/// <summary>What Core reads from a payload, in the decoders' words: the data, or the reason why not.</summary>
internal static class CorePayloads
{
    public static (JsonObject? Data, string? Reason) Read(int port, byte[] payload, OperatingArea area)
    {
        var kind = (FrameKind)port;
        if (!FrameLimits.IsDefined(kind))
            return (null, nameof(FrameRejection.UnknownKind));
        if (!FrameLimits.IsDurable(kind))
            return ReadBody(kind, 0, null, payload, 0, area);
        if (payload.Length < 5)
            return (null, nameof(FrameRejection.TooShort));
        if ((payload[0] & 15) != 0)
            return (null, nameof(FrameRejection.ReservedBits));
        var counter = ((uint)payload[1] << 24) | ((uint)payload[2] << 16) | ((uint)payload[3] << 8) | payload[4];
        return ReadBody(kind, payload[0] >> 4, counter, payload, 5, area);
    }

    public static (JsonObject? Data, string? Reason) Track(uint? counter, byte[] bytes, int offset)
    {
        var decoder = new TrackDecoder();
        var result = decoder.Open(bytes, offset, bytes.Length - offset);
        var fixes = new JsonArray();
        while (result == TrackReadResult.Fix && (result = decoder.Read()) == TrackReadResult.Fix)
        {
            var fix = Point(decoder.UtcS, decoder.LatitudeE5, decoder.LongitudeE5);
            if (decoder.SogDeciknots != Fix.Unknown)
                fix["sog_kn"] = decoder.SogDeciknots / 10.0;
            if (decoder.CogDeg != Fix.Unknown)
                fix["cog_deg"] = decoder.CogDeg;
            fixes.Add(fix);
        }

        if (result != TrackReadResult.End)
            return (null, result.ToString());
        return (Durable("track", counter, ("interval_s", decoder.IntervalS), ("fixes", fixes)), null);
    }

    public static (JsonObject? Data, string? Reason) Sketch(uint? counter, byte[] bytes, int offset)
    {
        var decoder = new SketchDecoder();
        var result = decoder.Open(bytes, offset, bytes.Length - offset);
        var vertices = new JsonArray();
        while (result == SketchReadResult.Vertex && (result = decoder.Read()) == SketchReadResult.Vertex)
            vertices.Add(Point(decoder.UtcS, decoder.LatitudeE5, decoder.LongitudeE5));
        if (result != SketchReadResult.End)
            return (null, result.ToString());
        return (Durable("sketch", counter, ("bound_m", decoder.BoundM), ("vertices", vertices)), null);
    }

    private static (JsonObject? Data, string? Reason) ReadBody(
        FrameKind kind, int flags, uint? counter, byte[] payload, int offset, OperatingArea area)
    {
        var codec = new FrameCodec();
        var rejection = codec.ReadBody(kind, flags, area, payload, offset, payload.Length - offset);
        if (rejection != FrameRejection.None)
            return (null, rejection.ToString());
        return kind switch
        {
            FrameKind.Track => Track(counter, payload, offset),
            FrameKind.Sketch => Sketch(counter, payload, offset),
            _ => (DecoderFields.Data((int)kind, flags, counter, VectorFrames.ToJson(Report(kind, codec))), null),
        };
    }

    private static object Report(FrameKind kind, FrameCodec codec) => kind switch
    {
        FrameKind.LiveArea or FrameKind.LiveWorld => codec.Position,
        FrameKind.Event => codec.Event,
        FrameKind.Status => codec.Status,
        FrameKind.Acknowledgement => codec.Acknowledgement,
        _ => codec.Command,
    };

    private static JsonObject Durable(string kind, uint? counter, params (string Name, JsonNode Value)[] more)
    {
        var data = new JsonObject { ["kind"] = kind };
        if (counter is { } number)
            data["counter"] = number;
        foreach (var (name, value) in more)
            data[name] = value;
        return data;
    }

    private static JsonObject Point(long utcS, int latitudeE5, int longitudeE5) =>
        new() { ["time"] = DecoderFields.Time(utcS * 1000), ["lat_deg"] = latitudeE5 / 1e5, ["lon_deg"] = longitudeE5 / 1e5 };
}
