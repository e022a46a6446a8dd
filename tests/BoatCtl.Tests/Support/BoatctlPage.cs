using System.Text;
using System.Text.RegularExpressions;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.BoatCtl.Tests.Support;

/// <summary>The command lines of docs/boatctl.md with what the page says they say.</summary>
internal static partial class BoatctlPage
{
    public const string Name = "docs/boatctl.md";

    private const string Prompt = "$ boatctl ";

    /// <summary>Those that a test runs, or all, in the page's order.</summary>
    public static IReadOnlyList<(string[] Arguments, string Expected)> Examples(string? test = null)
    {
        var examples = new List<(string[] Arguments, StringBuilder Expected)>();
        foreach (var block in MarkdownPage.Read(Name).Parts.Where(part => part.Language == "console" && (test is null || part.Value("runs") == test)))
        {
            foreach (var line in block.Content)
            {
                if (line.StartsWith(Prompt, StringComparison.Ordinal))
                    examples.Add((Words(line[Prompt.Length..]), new StringBuilder()));
                else if (examples.Count > 0)
                    examples[^1].Expected.Append(line).Append('\n');
            }
        }

        return [.. examples.Select(example => (example.Arguments, example.Expected.ToString()))];
    }

    // As a shell splits it, as far as the page needs: single quotes keep spaces together.
    private static string[] Words(string line) =>
        [.. Word().Matches(line).Select(match => match.Value.Replace("'", string.Empty, StringComparison.Ordinal))];

    [GeneratedRegex("(?:'[^']*'|[^ '])+", RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Word();
}
