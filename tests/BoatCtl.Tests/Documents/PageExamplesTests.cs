using System.CommandLine.Parsing;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Documents;

/// <summary>docs/boatctl.md: what follows a command in a console block is what the command says, and every other command line is one that exists.</summary>
public sealed class PageExamplesTests
{
    private static readonly string[] _page = File.ReadAllLines(RepositoryPaths.InRepository("docs", "boatctl.md"));

    public static TheoryData<string> Sessions() => [.. Blocks("console").Select(block => string.Join('\n', block))];

    public static TheoryData<string> Lines() =>
        [.. Blocks("sh").SelectMany(block => block).Select(line => line.Split('|')[0].Replace("eval \"$(", "", StringComparison.Ordinal).Replace(")\"", "", StringComparison.Ordinal).Trim()).Where(line => line.StartsWith("boatctl ", StringComparison.Ordinal)).Distinct()];

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Page_Session_IsWhatTheCommandSays(string session)
    {
        // "$ boatctl ...", and what it says.
        var (command, expected) = (session.Split('\n')[0][2..], session[(session.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        var run = BoatCtlRun.Of([.. CommandLineParser.SplitCommandLine(command).Skip(1)]);
        Assert.Equal(expected, run.Out.ReplaceLineEndings("\n").TrimEnd('\n'));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void Page_CommandThatNeedsMore_IsUnderstood(string command)
    {
        var shell = new Shell(TextWriter.Null, TextWriter.Null, isTerminal: false);
        var asked = BoatCtlCommands.Create(shell, PortCatalog.OfSystem()).Parse([.. CommandLineParser.SplitCommandLine(command).Skip(1)]);
        Assert.Empty(asked.Errors.Select(error => error.Message));
    }

    private static IEnumerable<List<string>> Blocks(string kind)
    {
        List<string>? block = null;
        foreach (var line in _page)
        {
            if (block is null && line == $"```{kind}")
            {
                block = [];
            }
            else if (block is not null && line == "```")
            {
                yield return block;
                block = null;
            }
            else
            {
                block?.Add(line);
            }
        }
    }
}
