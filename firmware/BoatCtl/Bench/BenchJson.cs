using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>JSON as the console reads it: text as UTF-8, and no escapes but \" \\ \n \r \t \b \f.</summary>
internal static partial class BenchJson
{
    private static readonly JsonSerializerOptions _asText = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>On one line.</summary>
    public static string Write(JsonObject line) => line.ToJsonString(_asText);

    /// <summary>
    /// Whether the console can take it. The library writes as \u what is not text, and what lies beyond U+FFFF, which the
    /// unit's platform could not keep either.
    /// </summary>
    public static bool IsTaken(string json) => !HexEscape().IsMatch(json);

    [GeneratedRegex(@"(?<!\\)(?:\\\\)*\\u", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex HexEscape();
}
