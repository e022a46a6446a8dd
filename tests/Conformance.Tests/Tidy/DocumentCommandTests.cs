using System.Diagnostics;
using System.Text.RegularExpressions;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Conformance.Tests.Tidy;

/// <summary>
/// A command in a document is run by a test or says why not: the line before its block is a comment, "runs: TEST" with the name of the
/// test, or "needs: hardware", "needs: network" (a package feed), "needs: root" (or systemd, or a container engine), "needs: time" (longer
/// than a test may take). "syntax" is the form of a command, with placeholders.
/// </summary>
public sealed partial class DocumentCommandTests
{
    private static readonly string[] _needs = ["hardware", "network", "root", "time"];

    private static readonly Lazy<string> _tests = new(() => string.Concat(
        Directory.EnumerateFiles(RepositoryPaths.InRepository("tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)));

    public static TheoryData<string> Documents() => [.. MarkdownPage.Names()];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_Commands_AreRunOrSayWhyNot(string document)
    {
        var faults = MarkdownPage.Read(document).Parts.Where(part => part.IsCommand).Select(Fault).OfType<string>();
        Assert.Empty(faults);
    }

    // So that no command hides in a block that nobody takes for one.
    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_Blocks_SayTheirLanguage(string document)
    {
        var page = MarkdownPage.Read(document);
        Assert.Empty(page.Parts.Where(part => part.Language?.Length == 0).Select(part => $"line {part.Line}: a fenced block without a language"));
        Assert.Empty(page.Prose.Where(line => IndentedCommand().IsMatch(line)).Select(line => $"a command that is indented and not fenced: {line.Trim()}"));
    }

    [Fact]
    public void Makefile_TargetsOfTheDocuments_Exist()
    {
        var commands = MarkdownPage.Names().SelectMany(name => MarkdownPage.Read(name).Parts).Where(part => part.IsCommand)
            .SelectMany(part => part.Content).Where(line => line.StartsWith("make ", StringComparison.Ordinal)).Distinct().ToList();
        Assert.NotEmpty(commands);
        Assert.All(commands, command => Assert.True(IsKnownToMake(command), command));
    }

    private static string? Fault(MarkdownPart part)
    {
        if (part.Value("syntax") is not null)
            return null;
        if (part.Value("needs") is { } needs)
            return _needs.Contains(needs) ? null : $"line {part.Line}: needs \"{needs}\", and not one of {string.Join(", ", _needs)}";
        if (part.Value("runs") is { } test)
            return HasTest(test) ? null : $"line {part.Line}: there is no test {test}";
        return $"line {part.Line}: no comment before it says which test runs it, or what it needs: {(part.Content.Count > 0 ? part.Content[0] : "")}";
    }

    private static bool HasTest(string name) =>
        _tests.Value.Contains($"public async Task {name}(", StringComparison.Ordinal) || _tests.Value.Contains($"public void {name}(", StringComparison.Ordinal);

    // -n tells what would be done, and fails where there is no such target.
    private static bool IsKnownToMake(string command)
    {
        var words = command.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var arguments = words[1..].Where(word => !word.StartsWith("LOG=", StringComparison.Ordinal)).Append($"LOG={RepositoryPaths.InRepository("README.md")}");
        using var make = Process.Start(new ProcessStartInfo(ToolPath.Find("make", package: "make"), ["-n", "-C", RepositoryPaths.Root, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = make.StandardError.ReadToEndAsync();
        make.StandardOutput.ReadToEnd();
        errors.GetAwaiter().GetResult();
        make.WaitForExit();
        return make.ExitCode == 0;
    }

    [GeneratedRegex(@"^ {4,}\$?\s?(?:sudo |make |dotnet |gateway |boatctl |mosquitto|nanoff |docker |podman |systemctl |openssl |tshark |sqlite3 |curl |git |npx )", RegexOptions.None, 1000)]
    private static partial Regex IndentedCommand();
}
