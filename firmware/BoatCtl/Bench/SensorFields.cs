using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BoatTelemetry.Core.Sensors;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>What the console's live view tells (docs/bench-console.md, sensors), for people: each field's name and its value in the unit that one reads.</summary>
internal static class SensorFields
{
    /// <summary>What stands for a value that the unit does not know.</summary>
    public const string Unknown = "unknown";

    private const string FaultsField = "faults";

    // The last part of a field's name says its unit.
    private static readonly (string Suffix, double Divisor, string Format, string Unit)[] _units =
    [
        ("Mv", 1_000, "0.000", "V"),
        ("Ma", 1_000, "0.000", "A"),
        ("Ms", 1_000, "0.0", "s"),
        ("Pa", 100, "0.0", "hPa"),
        ("Percent", 1, "0", "%"),
        ("Rpm", 1, "0", "rpm"),
        ("Dbm", 1, "0", "dBm"),
        ("Cdb", 100, "0.00", "dB"),
        ("Cm", 1, "0", "cm"),
        ("C", 1, "0", "°C"),
    ];

    /// <summary>Each field's path and its value as text, null where the unit does not know it; in the unit's order.</summary>
    public static IEnumerable<(string Name, string? Value)> Of(JsonObject view)
    {
        foreach (var (name, value) in view)
        {
            if (name == "event")
                continue;

            if (value is JsonObject inner)
            {
                // A link that is null is none; of everything else null is not known.
                foreach (var (field, text) in Of(inner))
                    yield return ($"{name}.{field}", text ?? (name == "links" && inner[field] is null && inner.ContainsKey(field) ? "not in use" : null));
            }
            else
            {
                // Of a link's failure null is none, and known.
                yield return (name, name == FaultsField ? FaultWords(Faults(view)) : name == "failure" ? Text(name, value) ?? "none" : Text(name, value));
            }
        }
    }

    /// <summary>The readings that nobody can rely on.</summary>
    public static SensorFaults Faults(JsonObject view) =>
        view[FaultsField] is JsonValue value && value.TryGetValue<int>(out var bits) ? (SensorFaults)bits : SensorFaults.None;

    /// <summary>A field's value as text; null where the unit does not know it or does not tell it.</summary>
    public static string? Text(string name, JsonNode? value)
    {
        if (value is null)
            return null;

        if (value.GetValueKind() == JsonValueKind.Number)
        {
            var number = value.GetValue<double>();
            foreach (var (suffix, divisor, format, unit) in _units)
            {
                if (name.EndsWith(suffix, StringComparison.Ordinal))
                    return (number / divisor).ToString(format, CultureInfo.InvariantCulture) + " " + unit;
            }

            return number.ToString(CultureInfo.InvariantCulture);
        }

        return value.GetValueKind() switch
        {
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            _ => value.ToString(),
        };
    }

    /// <summary>The names of faults, or "none".</summary>
    public static string FaultWords(SensorFaults faults) => faults == SensorFaults.None ? "none" : faults.ToString();
}
