using System.Text.Json;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>Values and differences of a configuration, for people and for programs.</summary>
internal static class ConfigText
{
    /// <summary>A value as typed; what one side does not have is what a restore sets: its default.</summary>
    public static string Of(JsonNode? value) => value switch
    {
        null => "(default)",
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>() is { Length: > 0 } some ? some : "(empty)",
        _ => value.ToJsonString(),
    };

    public static JsonObject Json(ConfigDifference difference, string before, string after) =>
        new() { ["key"] = difference.Key, [before] = difference.Before?.DeepClone(), [after] = difference.After?.DeepClone() };

    public static void Table(TextPage page, IEnumerable<ConfigDifference> differences, string before, string after) =>
        page.Table(["key", before, after], differences.Select(d => new Cell[] { d.Key, new(Of(d.Before), Tone.Weak), Of(d.After) }));
}
