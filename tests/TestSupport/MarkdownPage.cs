using System.Text.RegularExpressions;

namespace BoatTelemetry.TestSupport;

/// <summary>
/// A document of the repository: its headings, its fenced blocks, and the comments on the line before a block that say what becomes of
/// it ("runs: TEST", "needs: hardware", "file: NAME", "prints").
/// </summary>
public sealed partial class MarkdownPage
{
    private static readonly string[] _shells = ["sh", "bash", "shell", "console", "zsh", "powershell", "pwsh"];

    private MarkdownPage(string name, IReadOnlyList<string> headings, IReadOnlyList<MarkdownPart> parts, IReadOnlyList<string> prose)
    {
        Name = name;
        Headings = headings;
        Parts = parts;
        Prose = prose;
    }

    /// <summary>Its path in the repository.</summary>
    public string Name { get; }

    /// <summary>With their number signs, in order.</summary>
    public IReadOnlyList<string> Headings { get; }

    /// <summary>Blocks, and comments that stand alone, in order.</summary>
    public IReadOnlyList<MarkdownPart> Parts { get; }

    /// <summary>Every line outside fenced blocks.</summary>
    public IReadOnlyList<string> Prose { get; }

    /// <summary>What its headings are called in links, as GitHub makes them: lower case, without punctuation, hyphens for blanks, -1 behind a second one.</summary>
    public IReadOnlySet<string> Anchors
    {
        get
        {
            var anchors = new HashSet<string>(StringComparer.Ordinal);
            var seen = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var heading in Headings)
            {
                var text = Linked().Replace(heading.TrimStart('#').Trim(), "${text}");
                var slug = Punctuation().Replace(text.ToLowerInvariant(), "").Replace(' ', '-');
                var count = seen.GetValueOrDefault(slug);
                seen[slug] = count + 1;
                anchors.Add(count == 0 ? slug : $"{slug}-{count}");
            }

            return anchors;
        }
    }

    /// <summary>Every document of the repository, none that was built or restored.</summary>
    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(RepositoryPaths.Root, "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(RepositoryPaths.Root, file).Replace('\\', '/'))
            .Where(name => !name.Split('/').Any(part => part is "artifacts" or "node_modules" or "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    /// <summary>Reads one, by its path in the repository.</summary>
    /// <exception cref="InvalidDataException">A fenced block has no end.</exception>
    public static MarkdownPage Read(string name)
    {
        List<string> headings = [], prose = [];
        List<MarkdownPart> parts = [];
        var comment = "";
        var number = 0;
        using var lines = File.ReadLines(RepositoryPaths.InRepository(name)).GetEnumerator();
        while (lines.MoveNext())
        {
            number++;
            var line = lines.Current;
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                var language = line[3..].Trim();
                var at = number;
                List<string> content = [];
                while (lines.MoveNext() && !lines.Current.StartsWith("```", StringComparison.Ordinal))
                    content.Add(lines.Current);
                number += content.Count + 1;
                if (lines.Current is null || !lines.Current.StartsWith("```", StringComparison.Ordinal))
                    throw new InvalidDataException($"{name}, line {at}: the block has no end.");
                parts.Add(new MarkdownPart(at, language, comment, content));
                comment = "";
                continue;
            }

            if (comment.Length > 0)
                parts.Add(new MarkdownPart(number - 1, null, comment, []));
            comment = Comment().Match(line) is { Success: true } found ? found.Groups["text"].Value : "";
            prose.Add(line);
            if (Heading().IsMatch(line))
                headings.Add(line);
        }

        return new MarkdownPage(name, headings, parts, prose);
    }

    internal static bool IsShell(string? language) => language is not null && _shells.Contains(language);

    [GeneratedRegex(@"^<!-- (?<text>[^>]+) -->$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex("^#{1,6} ", RegexOptions.None, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\([^)]*\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Linked();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]", RegexOptions.None, 1000)]
    private static partial Regex Punctuation();
}

/// <summary>A fenced block, or a comment that stands alone.</summary>
/// <param name="Line">Where it begins.</param>
/// <param name="Language">What stands behind the fence; empty for none, null for a comment alone.</param>
/// <param name="Marker">The comment on the line before it; empty for none.</param>
/// <param name="Content">Its lines.</param>
public sealed record MarkdownPart(int Line, string? Language, string Marker, IReadOnlyList<string> Content)
{
    /// <summary>Whether somebody is meant to type it.</summary>
    public bool IsCommand => MarkdownPage.IsShell(Language);

    /// <summary>What the marker says under a name, as in "runs: TEST; until: TEXT"; null if it does not.</summary>
    public string? Value(string name) => Marker.Split(';', StringSplitOptions.TrimEntries)
        .Where(item => item == name || item.StartsWith(name + ":", StringComparison.Ordinal))
        .Select(item => item[name.Length..].TrimStart(':').Trim())
        .FirstOrDefault();
}
