using System.Text.RegularExpressions;
using System.Xml.Linq;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>
/// What Visual Studio needs of the one solution: a configuration that builds the nanoFramework projects and nothing else, and packages
/// that are named where they are used. No build here reads either.
/// </summary>
public sealed partial class SolutionTests
{
    private const string Device = "Device|Any CPU";

    public static TheoryData<string> Folders => ["Core", "BoatUnit", "SelfTest"];

    [Fact]
    public void Solution_OfEachConfiguration_BuildsEitherDotNetOrTheDevice()
    {
        var solution = File.ReadAllText(RepositoryPaths.InRepository("BoatTelemetry.sln"));
        var projects = Project().Matches(solution).ToDictionary(match => match.Groups["id"].Value, match => match.Groups["path"].Value, StringComparer.OrdinalIgnoreCase);
        var built = Built().Matches(solution).Select(match => (Configuration: match.Groups["configuration"].Value, Path: projects[match.Groups["id"].Value])).ToList();

        Assert.Equal(
            projects.Values.Where(IsNano).Order(StringComparer.Ordinal), built.Where(one => one.Configuration == Device).Select(one => one.Path).Order(StringComparer.Ordinal));
        Assert.Equal(5, projects.Values.Count(IsNano));
        Assert.DoesNotContain(built, one => one.Configuration != Device && IsNano(one.Path));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Packages_OfAFolder_AreWhatItsNanoProjectsReference(string folder)
    {
        var path = RepositoryPaths.InRepository("firmware", folder);
        var named = XDocument.Load(Path.Combine(path, "packages.config")).Descendants("package").Select(one => $"{one.Attribute("id")!.Value}.{one.Attribute("version")!.Value}");
        var used = Directory.GetFiles(path, "*.nfproj").SelectMany(project => XDocument.Load(project).Descendants().Where(one => one.Name.LocalName == "HintPath"))
            .Select(hint => hint.Value.Split('\\')[3]).Distinct(StringComparer.Ordinal);

        Assert.Equal(named.Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));
    }

    private static bool IsNano(string path) => path.EndsWith(".nfproj", StringComparison.Ordinal);

    [GeneratedRegex("""^Project\("[^"]+"\) = "[^"]+", "(?<path>[^"]+proj)", "(?<id>[^"]+)"$""", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Project();

    [GeneratedRegex(@"^\s+(?<id>\{[^}]+\})\.(?<configuration>[^.]+)\.Build\.0 = ", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Built();
}
