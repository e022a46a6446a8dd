using System.Text.Json;

namespace BoatTelemetry.BoatCtl.Decode;

/// <summary>A frame that was asked about.</summary>
/// <param name="Line">Of the file, from 1; 0 of an argument.</param>
/// <param name="Bytes">The frame.</param>
/// <param name="Heard">How a capture says it was heard; empty elsewhere.</param>
internal sealed record InputFrame(int Line, byte[] Bytes, string Heard);

/// <summary>What <c>decode</c> is given: hexadecimal digits, a file of lines of them, or a capture that a gateway wrote (docs/ingest.md).</summary>
internal static class FrameInput
{
    /// <summary>Named limit: bytes that are taken for a frame; a LoRa radio sends no more.</summary>
    public const int FrameBytesMax = 255;

    private const string CaptureFormat = "boat-telemetry-capture";
    private const int CaptureVersion = 1;
    private static readonly char[] _separators = [' ', '\t', '-', ':'];

    /// <summary>The frames, or null with what is wrong. A line that is none ends nothing: it is in <paramref name="bad"/>.</summary>
    public static IReadOnlyList<InputFrame>? Read(string hexOrFile, out List<string> bad, out string problem)
    {
        bad = [];
        problem = "";
        if (!File.Exists(hexOrFile))
        {
            if (TryHex(hexOrFile, out var bytes))
                return [new InputFrame(0, bytes, "")];
            problem = $"\"{hexOrFile}\" is no file, and no frame either: allowed are 1 to {FrameBytesMax} bytes in hexadecimal digits";
            return null;
        }

        string[] lines;
        try
        {
            lines = File.ReadAllLines(hexOrFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return null;
        }

        return lines.Length > 0 && lines[0].StartsWith('{') ? Capture(lines, bad, out problem) : Hex(lines, bad);
    }

    private static List<InputFrame> Hex(string[] lines, List<string> bad)
    {
        List<InputFrame> frames = [];
        for (var i = 0; i < lines.Length; i++)
        {
            var text = lines[i].Trim();
            if (text.Length == 0 || text[0] == '#')
                continue;
            if (TryHex(text, out var bytes))
                frames.Add(new InputFrame(i + 1, bytes, ""));
            else
                bad.Add($"line {i + 1}: not 1 to {FrameBytesMax} bytes in hexadecimal digits");
        }

        return frames;
    }

    private static List<InputFrame>? Capture(string[] lines, List<string> bad, out string problem)
    {
        problem = "";
        if (Parse(lines[0]) is not { } head || Text(head, "format") != CaptureFormat || !head.TryGetProperty("version", out var version)
            || version.ValueKind != JsonValueKind.Number || version.GetDouble() != CaptureVersion)
        {
            problem = $"line 1 is JSON and not the head of a capture of version {CaptureVersion}";
            return null;
        }

        List<InputFrame> frames = [];
        for (var i = 1; i < lines.Length; i++)
        {
            if (Parse(lines[i]) is { } line && Text(line, "frame") is { } hex && TryHex(hex, out var bytes))
                frames.Add(new InputFrame(i + 1, bytes, Heard(line)));
            else
                bad.Add($"line {i + 1}: no frame in it");
        }

        return frames;
    }

    private static string Heard(JsonElement line)
    {
        List<string> parts = [];
        if (line.TryGetProperty("received_utc_ms", out var utc) && utc.TryGetInt64(out var utcMs))
            parts.Add(BodyFields.Utc(utcMs));
        if (Text(line, "link") is { } link)
            parts.Add(link);
        if (Text(line, "concentrator") is { } concentrator)
            parts.Add($"concentrator {concentrator}");
        foreach (var (key, unit) in new[] { ("rssi_dbm", "dBm"), ("snr_db", "dB"), ("spreading_factor", "SF") })
        {
            if (line.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number)
                parts.Add(unit == "SF" ? $"SF{value.GetRawText()}" : $"{value.GetRawText()} {unit}");
        }

        return string.Join(", ", parts);
    }

    private static JsonElement? Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement element, string key) =>
        element.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool TryHex(string text, out byte[] bytes)
    {
        var digits = string.Concat(text.Split(_separators, StringSplitOptions.RemoveEmptyEntries));
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            digits = digits[2..];
        bytes = [];
        if (digits.Length is 0 or > FrameBytesMax * 2 || digits.Length % 2 != 0 || !digits.All(char.IsAsciiHexDigit))
            return false;
        bytes = Convert.FromHexString(digits);
        return true;
    }
}
