using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.BoatCtl.Decode;

/// <summary>What is said of a frame, as JSON and as text.</summary>
internal static class FrameReport
{
    /// <summary>One document for a frame.</summary>
    public static JsonObject Json(InputFrame input, FrameExplanation frame) => new()
    {
        ["line"] = input.Line == 0 ? null : input.Line,
        ["heard"] = input.Heard.Length == 0 ? null : input.Heard,
        ["frame"] = Convert.ToHexString(frame.Frame),
        ["kind"] = frame.Kind is { } kind ? (int)kind : null,
        ["kind_name"] = frame.Kind is { } named ? HeaderExplainer.NameOf(named) : null,
        ["unit"] = frame.Unit,
        ["counter"] = frame.Counter,
        ["opened"] = frame.IsOpened,
        ["rejection"] = frame.Rejection == FrameRejection.None ? null : frame.Rejection.ToString(),
        ["stopped"] = frame.Stopped.Length == 0 ? null : frame.Stopped,
        ["fields"] = new JsonArray([.. frame.Fields.Select(field => (JsonNode)Json(field))]),
        ["fixes"] = frame.Fixes.Count == 0 ? null : new JsonArray([.. frame.Fixes.Select(fix => (JsonNode)Json(fix))]),
    };

    /// <summary>A line of a file that is no frame.</summary>
    public static JsonObject BadLine(string line) => new() { ["error"] = "no-frame", ["message"] = line };

    /// <summary>The same for people.</summary>
    public static void Text(TextPage page, InputFrame input, FrameExplanation frame)
    {
        var place = input.Line == 0 ? "" : $"line {input.Line}: ";
        var heard = input.Heard.Length == 0 ? "" : $", heard {input.Heard}";
        page.Line($"{place}{frame.Frame.Length} bytes{Who(frame)}{heard}");
        page.Table(
            ["bits", "field", "raw", "meaning"],
            frame.Fields.Select(field => (IReadOnlyList<Cell>)
            [
                field.Bits == 1 ? $"{field.FromBit}" : $"{field.FromBit}-{field.FromBit + field.Bits - 1}",
                field.Name,
                field.Raw?.ToString(CultureInfo.InvariantCulture) ?? "-",
                field.Problem is null ? new Cell(field.Meaning, field.IsUnknown ? Tone.Weak : Tone.Plain) : new Cell($"{field.Meaning}; {field.Problem}", Tone.Bad),
            ]));
        if (frame.Fixes.Count > 0)
        {
            page.Table(
                ["time", "lat", "lon", "kn", "degrees"],
                frame.Fixes.Select(fix => (IReadOnlyList<Cell>)
                [
                    BodyFields.Utc(fix.UtcS * 1000),
                    Degrees(fix.LatitudeE5),
                    Degrees(fix.LongitudeE5),
                    fix.SogDeciknots is { } sog ? BodyFields.Number(sog / 10m) : "-",
                    fix.CogDeg?.ToString(CultureInfo.InvariantCulture) ?? "-",
                ]));
        }

        page.Line((frame.Rejection, frame.IsOpened) switch
        {
            (FrameRejection.None, true) => new Cell("good", Tone.Good),
            (FrameRejection.None, false) => new Cell("the header is good; the rest is sealed", Tone.Weak),
            _ => new Cell($"{frame.Rejection}: stopped {frame.Stopped}", Tone.Bad),
        });
    }

    private static string Who(FrameExplanation frame)
    {
        if (frame.Kind is not { } kind)
            return "";
        var counter = frame.Counter is { } number ? $", counter {number}" : "";
        return $", {HeaderExplainer.NameOf(kind)}, unit {frame.Unit}{counter}";
    }

    private static JsonObject Json(ExplainedField field)
    {
        var json = new JsonObject
        {
            ["part"] = BodyFields.CamelCase(field.Part.ToString()),
            ["name"] = field.Name,
            ["from_bit"] = field.FromBit,
            ["bits"] = field.Bits,
            ["raw"] = field.Raw,
            ["meaning"] = field.Meaning,
        };
        if (field.IsUnknown)
            json["unknown"] = true;
        if (field.Report is { } report)
            json[report] = JsonSerializer.SerializeToNode(field.Value);
        if (field.Problem is { } problem)
            json["problem"] = problem;
        return json;
    }

    private static JsonObject Json(ExplainedFix fix) => new()
    {
        ["time"] = BodyFields.Utc(fix.UtcS * 1000),
        ["lat_deg"] = fix.LatitudeE5 / 100_000m,
        ["lon_deg"] = fix.LongitudeE5 / 100_000m,
        ["sog_kn"] = fix.SogDeciknots / 10m,
        ["cog_deg"] = fix.CogDeg,
    };

    private static string Degrees(int degreesE5) => (degreesE5 / 100_000m).ToString("0.00000", CultureInfo.InvariantCulture);
}
