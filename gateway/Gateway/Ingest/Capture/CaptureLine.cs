using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace BoatTelemetry.Gateway.Ingest.Capture;

// A capture file, docs/ingest.md: lines of JSON, each ended by \n. The first says what it is:
//
//   {"format":"boat-telemetry-capture","version":1,"begun":"2026-11-23T00:00:00.000Z"}
//
// Each other is one reception. What was not told is left out:
//
//   {"received_utc_ms":1772593446000,"monotonic_ms":500000,"source":"packet-forwarder aa555a0000000000","link":"lora",
//    "frame":"4404d388...","concentrator":"aa555a0000000000","rssi_dbm":-103,"snr_db":-7.5,"frequency_hz":923200000,
//    "spreading_factor":7,"bandwidth_hz":125000,"concentrator_us":946084334}

/// <summary>Why a line of a capture is of no use.</summary>
public enum CaptureRejection
{
    /// <summary>Not rejected.</summary>
    None = 0,

    /// <summary>The first line is not a capture's.</summary>
    NotACapture,

    /// <summary>A capture of a version that this code does not know.</summary>
    VersionNotKnown,

    /// <summary>Not JSON, or not an object.</summary>
    JsonMalformed,

    /// <summary>Longer than a line can be.</summary>
    LineTooLong,

    /// <summary>Without a frame, or its frame is not hexadecimal or longer than one can be.</summary>
    FrameMissing,

    /// <summary>Without the time of reception.</summary>
    TimeMissing,

    /// <summary>The last line has no end: the gateway was killed, or the disk was full, while it was written.</summary>
    TornTail,
}

/// <summary>Writes and reads the lines of a capture.</summary>
internal static class CaptureLine
{
    /// <summary>The version that this code writes, and the newest that it reads.</summary>
    public const int Version = 1;

    /// <summary>Named limit: bytes of a line without its end; a frame takes 510, names and numbers some 400.</summary>
    public const int BytesMax = 2048;

    public const byte End = (byte)'\n';

    private const int EuiDigits = 16;

    private static readonly string[] _links = ["lora", "cellular", "wifi", "serial"];

    /// <summary>The first line, with its end.</summary>
    public static byte[] Header(DateTimeOffset begun) => Encoding.ASCII.GetBytes(
        $"{{\"format\":\"boat-telemetry-capture\",\"version\":{Version},\"begun\":\"{begun.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fff}Z\"}}\n");

    /// <summary>Writes a reception.</summary>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> frame, in Reception reception)
    {
        Span<byte> hex = stackalloc byte[Datagram.FrameBytesMax * 2];
        json.WriteStartObject();
        json.WriteNumber("received_utc_ms"u8, reception.ReceivedUtcMs);
        json.WriteNumber("monotonic_ms"u8, reception.ReceivedMonotonicMs);
        if (reception.Source is { } source)
            json.WriteString("source"u8, source.Name);
        json.WriteString("link"u8, _links[(int)reception.Link]);
        Convert.TryToHexStringLower(frame, hex, out var digits);
        json.WriteString("frame"u8, hex[..digits]);
        if (reception.Concentrator != 0)
        {
            Utf8Formatter.TryFormat(reception.Concentrator, hex, out _, new StandardFormat('x', EuiDigits));
            json.WriteString("concentrator"u8, hex[..EuiDigits]);
        }

        WriteKnown(json, "rssi_dbm"u8, reception.RssiDbm);
        if (reception.SnrDecibelE1 != Reception.Unknown)
            json.WriteNumber("snr_db"u8, reception.SnrDecibelE1 / 10m);
        WriteKnown(json, "frequency_hz"u8, reception.FrequencyHz);
        WriteKnown(json, "spreading_factor"u8, reception.SpreadingFactor);
        WriteKnown(json, "bandwidth_hz"u8, reception.BandwidthHz);
        WriteKnown(json, "concentrator_us"u8, reception.ConcentratorUs);
        json.WriteEndObject();
    }

    /// <summary>Reads the first line.</summary>
    public static CaptureRejection ReadHeader(ReadOnlySpan<byte> line)
    {
        var isCapture = false;
        long version = 0;
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return CaptureRejection.NotACapture;
            while (json.Read() && json.TokenType != JsonTokenType.EndObject)
            {
                if (json.ValueTextEquals("format"u8))
                    isCapture = json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals("boat-telemetry-capture"u8);
                else if (json.ValueTextEquals("version"u8))
                    version = JsonFields.Scaled(ref json, 1, int.MaxValue);
                else
                    JsonFields.Skip(ref json);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return CaptureRejection.NotACapture;
        }

        if (!isCapture)
            return CaptureRejection.NotACapture;
        return version is >= 1 and <= Version ? CaptureRejection.None : CaptureRejection.VersionNotKnown;
    }

    /// <summary>Reads a reception. Keys that it does not know are left alone.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="frame">Takes the frame, <see cref="Datagram.FrameBytesMax"/> bytes.</param>
    /// <param name="length">Bytes of the frame.</param>
    /// <param name="reception">How it was heard; without source and path.</param>
    /// <param name="source">The name of the source; empty if it is not told.</param>
    public static CaptureRejection Read(ReadOnlySpan<byte> line, Span<byte> frame, out int length, out Reception reception, out string source)
    {
        reception = new Reception { ReceivedUtcMs = Reception.Unknown, ReceivedMonotonicMs = Reception.Unknown };
        length = 0;
        source = "";
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return CaptureRejection.JsonMalformed;
            while (json.Read() && json.TokenType != JsonTokenType.EndObject)
            {
                if (json.ValueTextEquals("frame"u8))
                    length = ReadFrame(ref json, frame);
                else if (json.ValueTextEquals("source"u8))
                    source = ReadText(ref json);
                else
                    TakeReception(ref json, ref reception);
            }

            json.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return CaptureRejection.JsonMalformed;
        }

        if (length == 0)
            return CaptureRejection.FrameMissing;
        return reception.ReceivedUtcMs == Reception.Unknown ? CaptureRejection.TimeMissing : CaptureRejection.None;
    }

    private static void TakeReception(ref Utf8JsonReader json, ref Reception reception)
    {
        if (json.ValueTextEquals("received_utc_ms"u8))
            reception.ReceivedUtcMs = JsonFields.Scaled(ref json, 1, 1e14);
        else if (json.ValueTextEquals("monotonic_ms"u8))
            reception.ReceivedMonotonicMs = JsonFields.Scaled(ref json, 1, 1e14);
        else if (json.ValueTextEquals("link"u8))
            reception.Link = ReadLink(ref json);
        else if (json.ValueTextEquals("concentrator"u8))
            reception.Concentrator = JsonFields.Eui(ref json);
        else if (json.ValueTextEquals("rssi_dbm"u8))
            reception.RssiDbm = (int)JsonFields.Scaled(ref json, 1, 1000);
        else if (json.ValueTextEquals("snr_db"u8))
            reception.SnrDecibelE1 = (int)JsonFields.Scaled(ref json, 10, 10_000);
        else if (json.ValueTextEquals("frequency_hz"u8))
            reception.FrequencyHz = JsonFields.Scaled(ref json, 1, 10e9);
        else if (json.ValueTextEquals("spreading_factor"u8))
            reception.SpreadingFactor = (int)JsonFields.Scaled(ref json, 1, 12);
        else if (json.ValueTextEquals("bandwidth_hz"u8))
            reception.BandwidthHz = (int)JsonFields.Scaled(ref json, 1, 2_000_000);
        else if (json.ValueTextEquals("concentrator_us"u8))
            reception.ConcentratorUs = JsonFields.Scaled(ref json, 1, uint.MaxValue);
        else
            JsonFields.Skip(ref json);
    }

    private static int ReadFrame(ref Utf8JsonReader json, Span<byte> frame)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String
            && !json.ValueIsEscaped
            && json.ValueSpan.Length <= frame.Length * 2
            && Convert.FromHexString(json.ValueSpan, frame, out _, out var written) == OperationStatus.Done)
        {
            return written;
        }

        json.Skip();
        return 0;
    }

    private static string ReadText(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
            return json.GetString()!;
        json.Skip();
        return "";
    }

    private static UplinkLink ReadLink(ref Utf8JsonReader json)
    {
        json.Read();
        for (var i = 0; json.TokenType == JsonTokenType.String && i < _links.Length; i++)
        {
            if (json.ValueTextEquals(_links[i]))
                return (UplinkLink)i;
        }

        json.Skip();
        return UplinkLink.Lora;
    }

    private static void WriteKnown(Utf8JsonWriter json, ReadOnlySpan<byte> name, long value)
    {
        if (value != Reception.Unknown)
            json.WriteNumber(name, value);
    }
}
