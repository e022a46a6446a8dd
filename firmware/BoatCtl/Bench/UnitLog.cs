using System.Text;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>One note of the unit's log.</summary>
/// <param name="Number">Counts up from 1 at each start.</param>
/// <param name="AtMs">Milliseconds since the start.</param>
/// <param name="Code">What; a <see cref="LogEvent"/>.</param>
/// <param name="Value">A number that goes with it, or 0.</param>
/// <param name="Text">A text that goes with it, or null.</param>
internal sealed record LogNote(long Number, long AtMs, int Code, int Value, string? Text)
{
    /// <summary>What happened, in words; "code 7" where this program does not know it.</summary>
    public string Words => Enum.IsDefined((LogEvent)Code) ? Spaced(((LogEvent)Code).ToString()) : $"code {Code}";

    /// <summary>What goes with it, in words.</summary>
    public string Detail
    {
        get
        {
            var value = (LogEvent)Code == LogEvent.Started ? Spaced(((ResetCause)Value).ToString()) : Value == 0 ? string.Empty : $"{Value}";
            return string.IsNullOrEmpty(Text) ? value : $"{value} {Text}".Trim();
        }
    }

    public JsonObject Json() => new()
    {
        ["number"] = Number, ["atMs"] = AtMs, ["code"] = Code, ["what"] = Words, ["value"] = Value, ["text"] = Text,
    };

    private static string Spaced(string name)
    {
        var words = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && words.Length > 0)
                words.Append(' ');

            words.Append(char.ToLowerInvariant(c));
        }

        return words.ToString();
    }
}

/// <summary>Reads a unit's log.</summary>
internal static class UnitLog
{
    /// <summary>The notes that are kept, from this number on, and the newest one's number.</summary>
    /// <exception cref="BenchException">They could not be read to the end.</exception>
    public static (IReadOnlyList<LogNote> Notes, long Last) Read(BenchClient bench, long from)
    {
        var last = Number(bench.Ask("log", new JsonObject { ["from"] = from }), "last");
        var notes = new List<LogNote>();
        while (true)
        {
            var told = bench.NextEvent("log", bench.Timeout)
                ?? throw new BenchException(BenchOutcome.NoAnswer, "no-answer", $"{bench.Port} stopped in the middle of its log.");
            if (told.ContainsKey("done"))
                return (notes, last);

            notes.Add(new LogNote(
                Number(told, "number"), Number(told, "atMs"), (int)Number(told, "code"), (int)Number(told, "value"), told["text"]?.ToString()));
        }
    }

    private static long Number(JsonObject line, string field) => line[field] is JsonValue value && value.TryGetValue<long>(out var number) ? number : 0;
}
