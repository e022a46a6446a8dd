using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BoatTelemetry.TestSupport;

/// <summary>
/// Checks JSON against a JSON Schema (draft 2020-12) of exactly the keywords that docs/schemas uses; a schema with another
/// one is a failure, so that none is passed over in silence. Stricter than the draft in one thing: an object whose schema
/// names properties may have no others, though the published schemas allow them for what may come later.
/// </summary>
public sealed class JsonSchemaCheck
{
    private static readonly string[] _silent = ["$schema", "title", "description"];

    private readonly JsonElement _schema;

    public JsonSchemaCheck(string schema)
    {
        _schema = JsonDocument.Parse(schema).RootElement;
    }

    /// <summary>The schema in docs/schemas whose messages say this of themselves, as in <c>patrol/v1/position</c>.</summary>
    public static JsonSchemaCheck Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(File.ReadAllText(RepositoryPaths.InRepository("docs", "schemas", $"{name[(name.LastIndexOf('/') + 1)..]}.schema.json")));
    }

    /// <summary>Everything that is wrong; empty if nothing is.</summary>
    public IReadOnlyList<string> ErrorsIn(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        List<string> errors = [];
        HashSet<string> known = [];
        Check(_schema, document.RootElement, "$", errors, known);
        CheckKnown(document.RootElement, "$", known, errors);
        return errors;
    }

    private static void Check(JsonElement schema, JsonElement value, string path, List<string> errors, HashSet<string> known)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (!_silent.Contains(keyword.Name) && !IsSatisfied(keyword, schema, value, path, errors, known))
                errors.Add($"{path}: {Short(value)} is not {keyword.Name} {Short(keyword.Value)}");
        }
    }

    private static bool IsSatisfied(
        JsonProperty keyword, JsonElement schema, JsonElement value, string path, List<string> errors, HashSet<string> known)
    {
        var wanted = keyword.Value;
        switch (keyword.Name)
        {
            case "type":
                return wanted.ValueKind == JsonValueKind.Array ? wanted.EnumerateArray().Any(type => Is(type, value)) : Is(wanted, value);
            case "const":
                return JsonElement.DeepEquals(wanted, value);
            case "enum":
                return wanted.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value));
            case "minimum":
                return value.ValueKind != JsonValueKind.Number || value.GetDecimal() >= wanted.GetDecimal();
            case "maximum":
                return value.ValueKind != JsonValueKind.Number || value.GetDecimal() <= wanted.GetDecimal();
            case "minLength":
                return value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= wanted.GetInt32();
            case "maxLength":
                return value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= wanted.GetInt32();
            case "pattern":
                return value.ValueKind != JsonValueKind.String
                    || Regex.IsMatch(value.GetString()!, wanted.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1));
            case "format":
                return IsDateTime(wanted, value);
            case "minItems":
                return value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= wanted.GetInt32();
            case "maxItems":
                return value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= wanted.GetInt32();
            case "required":
                return value.ValueKind != JsonValueKind.Object
                    || wanted.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _));
            case "oneOf":
                return Matches(wanted, value, path, known) == 1;
            case "additionalProperties":
                return wanted.ValueKind == JsonValueKind.False
                    && (value.ValueKind != JsonValueKind.Object
                        || value.EnumerateObject().All(property => schema.GetProperty("properties").TryGetProperty(property.Name, out _)));
            default:
                return IsSatisfiedBelow(keyword, value, path, errors, known);
        }
    }

    private static bool IsSatisfiedBelow(JsonProperty keyword, JsonElement value, string path, List<string> errors, HashSet<string> known)
    {
        switch (keyword.Name)
        {
            case "properties":
                foreach (var property in keyword.Value.EnumerateObject())
                {
                    var at = $"{path}.{property.Name}";
                    if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(property.Name, out var inner))
                        continue;
                    known.Add(at);
                    Check(property.Value, inner, at, errors, known);
                }

                return true;
            case "items":
            case "prefixItems":
                var i = 0;
                foreach (var item in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : default)
                {
                    if (keyword.Name == "items")
                        Check(keyword.Value, item, $"{path}[{i}]", errors, known);
                    else if (i < keyword.Value.GetArrayLength())
                        Check(keyword.Value[i], item, $"{path}[{i}]", errors, known);
                    i++;
                }

                return true;
            default:
                throw new NotSupportedException($"{path}: a schema with the keyword {keyword.Name}");
        }
    }

    private static int Matches(JsonElement alternatives, JsonElement value, string path, HashSet<string> known)
    {
        var count = 0;
        foreach (var alternative in alternatives.EnumerateArray())
        {
            List<string> errors = [];
            HashSet<string> knownHere = [];
            Check(alternative, value, path, errors, knownHere);
            if (errors.Count > 0)
                continue;
            count++;
            known.UnionWith(knownHere);
        }

        return count;
    }

    private static bool Is(JsonElement type, JsonElement value) => type.GetString() switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && decimal.IsInteger(value.GetDecimal()),
        var other => throw new NotSupportedException($"a schema with the type {other}"),
    };

    // RFC 3339 in UTC, which is what docs/mqtt.md promises beyond the format's own meaning.
    private static bool IsDateTime(JsonElement format, JsonElement value)
    {
        if (format.GetString() != "date-time")
            throw new NotSupportedException($"a schema with the format {format}");
        return value.ValueKind != JsonValueKind.String
            || DateTimeOffset.TryParseExact(
                value.GetString(), ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);
    }

    private static void CheckKnown(JsonElement value, string path, HashSet<string> known, List<string> errors)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject())
            {
                if (!known.Contains($"{path}.{property.Name}"))
                    errors.Add($"{path}.{property.Name} is in no schema");
                CheckKnown(property.Value, $"{path}.{property.Name}", known, errors);
            }
        }

        var i = 0;
        foreach (var item in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : default)
            CheckKnown(item, $"{path}[{i++}]", known, errors);
    }

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 80 } text ? text[..80] + "..." : value.GetRawText();
}
