using System.Text.RegularExpressions;
using BoatTelemetry.Core;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Conformance.Tests.Tidy;

/// <summary>The documents lead where they say, and the release is the same everywhere.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Documents() => [.. MarkdownPage.Names()];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_RelativeLinks_LeadToFiles(string document)
    {
        var path = RepositoryPaths.InRepository(document);
        var folder = Path.GetDirectoryName(path)!;
        var dead = Link().Matches(File.ReadAllText(path))
            .Select(match => match.Groups["target"].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.Combine(folder, target)));

        Assert.Empty(dead);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_LinksToHeadings_LeadToHeadings(string document)
    {
        var folder = Path.GetDirectoryName(document)!;
        var dead = Link().Matches(string.Join('\n', MarkdownPage.Read(document).Prose))
            .Select(match => match.Groups["target"].Value.Split('#'))
            .Where(target => target.Length == 2 && !target[0].Contains("://", StringComparison.Ordinal))
            .Where(target => target[0].Length == 0 || target[0].EndsWith(".md", StringComparison.Ordinal))
            .Where(target => !MarkdownPage.Read(target[0].Length == 0 ? document : Path.Combine(folder, target[0])).Anchors.Contains(target[1]))
            .Select(target => string.Join('#', target));

        Assert.Empty(dead);
    }

    [Fact]
    public void Release_VersionAndDay_AreTheSameEverywhere()
    {
        var properties = File.ReadAllText(RepositoryPaths.InRepository("Directory.Build.props"));
        Assert.Contains($"<Version>{FirmwareRelease.Version}</Version>", properties, StringComparison.Ordinal);

        var heading = ReleaseHeading().Match(File.ReadAllText(RepositoryPaths.InRepository("CHANGELOG.md")));
        Assert.True(heading.Success, "CHANGELOG.md has no heading of a release");
        Assert.Equal(FirmwareRelease.Version, heading.Groups["version"].Value);
        var day = DateTime.Parse(heading.Groups["day"].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(FirmwareRelease.DayNumber, (int)(day - DateTime.UnixEpoch).TotalDays);
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)|^  click \w+ ""(?<target>[^""]+)""$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^## \[(?<version>\d+\.\d+\.\d+)\] - (?<day>\d{4}-\d{2}-\d{2})$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReleaseHeading();
}
