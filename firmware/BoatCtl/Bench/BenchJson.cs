using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>
/// JSON as the console reads it: text as UTF-8, and no escapes but \" \\ \n \r \t \b \f. System.Text.Json writes others,
/// \u for what lies beyond the basic plane among them, whatever its encoder.
/// </summary>
internal static class BenchJson
{
    /// <summary>Writes it on one line.</summary>
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                Append(text, '{', fields, '}', field =>
                {
                    Append(text, field.Key);
                    text.Append(':');
                    Append(text, field.Value);
                });
                break;
            case JsonArray items:
                Append(text, '[', items, ']', item => Append(text, item));
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                Append(text, value.GetValue<string>());
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }

    private static void Append<T>(StringBuilder text, char begin, IEnumerable<T> items, char end, Action<T> append)
    {
        text.Append(begin);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst)
                text.Append(',');

            isFirst = false;
            append(item);
        }

        text.Append(end);
    }

    private static void Append(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                _ => c.ToString(),
            });
        }

        text.Append('"');
    }
}
