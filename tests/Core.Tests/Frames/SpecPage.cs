#pragma warning disable MA0009, MA0023 // The only text these expressions meet is this repository's own page.
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Core.Tests.Frames;

/// <summary>A line of a worked example: a field, its width, its code, and what the report then says.</summary>
internal sealed record SpecRow(string Field, int Bits, decimal? Code, string? Name, string? Value);

/// <summary>One of the page's worked examples.</summary>
internal sealed record SpecExample(
    string Title, int Kind, int Flags, int Unit, uint Counter, IReadOnlyList<SpecRow> Rows, string Body, string Frame)
{
    // Where "unknown" is the name of a code and not the absence of a number.
    private static readonly string[] Enumerations = ["quality", "movement", "resetCause", "bilge", "confidence"];

    /// <summary>The example as an entry of the vectors, so that the same code packs and reads it.</summary>
    public FrameVector ToVector()
    {
        var fields = new JsonObject();
        foreach (var row in Rows.Where(row => row.Name is not null))
        {
            fields[row.Name!] = ValueOf(row.Name!, row.Value!);
        }

        return new FrameVector(new JsonObject
        {
            ["name"] = Title, ["kind"] = Kind, ["flags"] = Flags, ["unit"] = Unit, ["counter"] = Counter,
            ["direction"] = Kind >= 7 ? "down" : "up", ["key"] = SpecPage.Key,
            ["area"] = new JsonObject { ["originLatitudeE5"] = -1_200_000, ["originLongitudeE5"] = 9_000_000 },
            ["fields"] = fields, ["body"] = Body, ["frame"] = Frame,
        });
    }

    private static JsonNode? ValueOf(string name, string value) => value switch
    {
        _ when name == "faults" => new JsonArray([.. value.Split(',').Where(fault => fault != "none").Select(fault => JsonValue.Create(fault))]),
        "unknown" when !Enumerations.Contains(name, StringComparer.Ordinal) => null,
        "true" or "false" => value == "true",
        _ when name != "key" && long.TryParse(value, CultureInfo.InvariantCulture, out var number) => number,
        _ => value,
    };
}

/// <summary>docs/FRAME-SPEC.md, read by the tests that hold code and page to each other.</summary>
internal static partial class SpecPage
{
    public const string Key = "000102030405060708090A0B0C0D0E0F";

    public static string Text { get; } = File.ReadAllText(RepositoryPaths.InRepository("docs", "FRAME-SPEC.md"));

    public static IReadOnlyList<SpecExample> Examples { get; } =
        [.. Block().Matches(Text).Select(match => Parse(match.Groups[1].Value))];

    /// <summary>Name and width of the fields that the page gives the body of an example, from its layout lines.</summary>
    public static IReadOnlyList<(string Name, int Bits)> Layout(SpecExample example)
    {
        var section = Text[Text.IndexOf(Heading(example.Kind), StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", 4, StringComparison.Ordinal)];
        var lines = LayoutLine().Matches(section).Select(match => match.Groups[1].Value).ToArray();
        var (parts, second) = example.Kind switch
        {
            1 or 2 => (lines[..1], example.Kind == 2),
            5 => ((example.Flags & 4) != 0 ? lines[..2] : lines[..1], (example.Flags & 8) != 0),
            6 => ([lines[0], .. (example.Flags & 8) != 0 ? lines[1..2] : [], .. (example.Flags & 4) != 0 ? lines[2..3] : []], false),
            7 => (lines[..(example.Rows.Count / 2)], false),
            8 => ([lines[0], lines[(int)example.Rows[0].Code!]], false),
            _ => (lines[..1], false),
        };
        return [.. string.Join(' ', parts).Split(' ', '\n').Select(item => Field(item, second)).Where(field => field.Bits > 0)];
    }

    /// <summary>The rows of the table below a heading, cells trimmed.</summary>
    public static IEnumerable<string[]> Table(string heading)
    {
        var at = Text.IndexOf(heading, StringComparison.Ordinal);
        return Text[at..].Split('\n').Skip(1)
            .SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|')).Skip(2)
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray());
    }

    private static (string Name, int Bits) Field(string item, bool second)
    {
        var parts = item.Split(':', '|');
        return (parts[0], int.Parse(second && parts.Length > 2 ? parts[2] : parts[1]));
    }

    private static string Heading(int kind) => kind switch
    {
        1 or 2 => "## Kind 1, 2:",
        3 or 4 => "## Tracks",
        _ => $"## Kind {kind}:",
    };

    private static SpecExample Parse(string block)
    {
        var lines = block.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var title = lines[0]["example".Length..].Trim();
        var numbers = Who().Match(lines[1]);
        string Hex(string label) => string.Concat(lines
            .SkipWhile(line => !line.StartsWith(label, StringComparison.Ordinal))
            .TakeWhile((line, i) => i == 0 || line.StartsWith(' ')).Select(line => line[label.Length..].Trim()));
        return new SpecExample(
            title,
            title[0] - '0',
            numbers.Groups[3].Success ? int.Parse(numbers.Groups[3].Value) : 0,
            int.Parse(numbers.Groups[1].Value),
            uint.Parse(numbers.Groups[2].Value),
            [.. lines.Skip(2).TakeWhile(line => !line.StartsWith("body ", StringComparison.Ordinal)).Select(ParseRow)],
            Hex("body"),
            Hex("frame "));
    }

    private static SpecRow ParseRow(string line)
    {
        var match = Row().Match(line);
        if (!match.Success)
        {
            throw new FormatException($"not a field of a worked example: {line}");
        }

        return new SpecRow(
            match.Groups[1].Value,
            int.Parse(match.Groups[2].Value),
            match.Groups[3].Value == "-" ? null : decimal.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture),
            match.Groups[4].Success ? match.Groups[4].Value : null,
            match.Groups[5].Success ? match.Groups[5].Value : null);
    }

    [GeneratedRegex(@"```text\n(example .*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^unit (\d+), counter (\d+)(?:, flags (\d+))?$")]
    private static partial Regex Who();

    [GeneratedRegex(@"^(\w+)\s+(\d+)  (\d+|-)(?:\s+(\w+) = (\S+)|\s+at least .*)?$")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+:\d+(?:\|\d+)?(?:[ \n]\w+:\d+(?:\|\d+)?)*)`")]
    private static partial Regex LayoutLine();
}
