using System.Text.Json;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Tracks;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// What the message of a track block or a sketch says beside what all messages of frames say:
/// docs/schemas/track.schema.json. One message a frame, whatever it holds: the fixes stand as arrays of
/// seconds since <c>start</c>, longitude, latitude and, if the block has them, speed and course. The largest block there is,
/// 4,095 fixes, makes some 170,000 bytes this way.
/// </summary>
internal sealed class TrackMessage
{
    /// <summary>What the payload is, and in which version.</summary>
    public const string Schema = "patrol/v1/track";

    private readonly TrackDecoder _track = new();
    private readonly SketchDecoder _sketch = new();

    /// <summary>
    /// False if the payload is none that an encoder writes: then what was written is of no use, since half a track would look
    /// like a boat that stopped.
    /// </summary>
    public bool TryWrite(Utf8JsonWriter json, FrameKind kind, byte[] body, int length) =>
        kind == FrameKind.Track ? TryWriteBlock(json, body, length) : TryWriteSketch(json, body, length);

    private bool TryWriteBlock(Utf8JsonWriter json, byte[] body, int length)
    {
        if (_track.Open(body, 0, length) != TrackReadResult.Fix)
            return false;
        json.WriteString("form"u8, "block"u8);
        json.WriteNumber("interval_s"u8, _track.IntervalS);
        var startS = _track.UtcS;
        json.Second("start"u8, startS * 1000);
        WriteColumns(json, _track.WithSpeed);
        json.WriteStartArray("fixes"u8);
        TrackReadResult result;
        while ((result = _track.Read()) == TrackReadResult.Fix)
        {
            json.WriteStartArray();
            json.WriteNumberValue(_track.UtcS - startS);
            json.Fixed(_track.LongitudeE5, 5);
            json.Fixed(_track.LatitudeE5, 5);
            if (_track.WithSpeed)
            {
                WriteOrNull(json, _track.SogDeciknots, 1);
                WriteOrNull(json, _track.CogDeg, 0);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        return result == TrackReadResult.End;
    }

    private bool TryWriteSketch(Utf8JsonWriter json, byte[] body, int length)
    {
        if (_sketch.Open(body, 0, length) != SketchReadResult.Vertex)
            return false;
        json.WriteString("form"u8, "sketch"u8);
        json.WriteNumber("bound_m"u8, _sketch.BoundM);
        var startS = _sketch.UtcS;
        json.Second("start"u8, startS * 1000);
        WriteColumns(json, withSpeed: false);
        json.WriteStartArray("fixes"u8);
        SketchReadResult result;
        while ((result = _sketch.Read()) == SketchReadResult.Vertex)
        {
            json.WriteStartArray();
            json.WriteNumberValue(_sketch.UtcS - startS);
            json.Fixed(_sketch.LongitudeE5, 5);
            json.Fixed(_sketch.LatitudeE5, 5);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        return result == SketchReadResult.End;
    }

    private static void WriteColumns(Utf8JsonWriter json, bool withSpeed)
    {
        json.WriteStartArray("columns"u8);
        json.WriteStringValue("offset_s"u8);
        json.WriteStringValue("lon_deg"u8);
        json.WriteStringValue("lat_deg"u8);
        if (withSpeed)
        {
            json.WriteStringValue("sog_kn"u8);
            json.WriteStringValue("cog_deg"u8);
        }

        json.WriteEndArray();
    }

    // A place in an array cannot be left out.
    private static void WriteOrNull(Utf8JsonWriter json, int value, int decimals)
    {
        if (value == Fix.Unknown)
            json.WriteNullValue();
        else
            json.Fixed(value, decimals);
    }
}
