using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Conformance.Tests.Tidy;

/// <summary>A translation says the same as what it was translated from, as far as a program can tell.</summary>
public sealed class TranslationTests
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

    private static int Level(string heading) => heading.TakeWhile(letter => letter == '#').Count();

    // Commands, files and what programs print are the same in every language.
    private static string Block(MarkdownPart part) => $"{part.Marker}|{part.Language}\n{string.Join('\n', part.Content)}";

    private static bool IsRow(string line) => line.StartsWith("| ", StringComparison.Ordinal);

    private static bool IsItem(string line) => line.StartsWith("- ", StringComparison.Ordinal);
}
