using System.Text.RegularExpressions;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Conformance.Tests.Tidy;

/// <summary>A translation says the same as what it was translated from, as far as a program can tell.</summary>
public sealed partial class TranslationTests
{
    [Theory]
    [InlineData("docs/technician-guide.md", "docs/id/panduan-teknisi.md")]
    public void Translation_Structure_IsTheOriginals(string original, string translation)
    {
        var (from, to) = (MarkdownPage.Read(original), MarkdownPage.Read(translation));

        Assert.Equal(from.Headings.Select(Level), to.Headings.Select(Level));
        Assert.Equal(from.Parts.Select(Block), to.Parts.Select(Block));
        Assert.Equal(from.Prose.Count(IsRow), to.Prose.Count(IsRow));
        Assert.Equal(from.Prose.Count(IsItem), to.Prose.Count(IsItem));
    }

    // A step that one of them lacks shows in what is named or counted there; number words do not.
    [Theory]
    [InlineData("docs/technician-guide.md", "docs/id/panduan-teknisi.md")]
    public void Translation_EachSection_NamesTheSameThingsAndNumbers(string original, string translation)
    {
        var (from, to) = (Sections(MarkdownPage.Read(original)), Sections(MarkdownPage.Read(translation)));

        Assert.Equal(from.Count, to.Count);
        foreach (var (one, other) in from.Zip(to))
        {
            Assert.Equal($"{one.Heading}: {Named(one.Text)}", $"{one.Heading}: {Named(other.Text)}");
            Assert.Equal($"{one.Heading}: {Numbers(one.Text)}", $"{one.Heading}: {Numbers(other.Text)}");
        }
    }

    private static List<(string Heading, string Text)> Sections(MarkdownPage page)
    {
        List<(string Heading, string Text)> sections = [];
        foreach (var line in page.Prose)
        {
            if (line.StartsWith('#'))
                sections.Add((line, ""));
            else if (sections.Count > 0 && !line.StartsWith("<!--", StringComparison.Ordinal))
                sections[^1] = (sections[^1].Heading, sections[^1].Text + line + "\n");
        }

        return sections;
    }

    private static string Named(string text) => string.Join(", ", Code().Matches(text).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal));

    // Indonesian writes 0,4 where English writes 0.4.
    private static string Numbers(string text) => string.Join(
        ", ", Number().Matches(Target().Replace(Code().Replace(text, ""), "")).Select(match => match.Value.Replace(',', '.')).Order(StringComparer.Ordinal));

    private static int Level(string heading) => heading.TakeWhile(letter => letter == '#').Count();

    // Commands, files and what programs print are the same in every language.
    private static string Block(MarkdownPart part) => $"{part.Marker}|{part.Language}\n{string.Join('\n', part.Content)}";

    private static bool IsRow(string line) => line.StartsWith("| ", StringComparison.Ordinal);

    private static bool IsItem(string line) => line.StartsWith("- ", StringComparison.Ordinal);

    [GeneratedRegex("`[^`]+`", RegexOptions.None, 5_000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\([^)]*\)", RegexOptions.None, 5_000)]
    private static partial Regex Target();

    [GeneratedRegex(@"\d+(?:[.,]\d+)?", RegexOptions.None, 5_000)]
    private static partial Regex Number();
}
