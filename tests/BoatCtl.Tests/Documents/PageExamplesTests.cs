using System.CommandLine.Parsing;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Documents;

/// <summary>docs/boatctl.md: the examples that need what no test of the page has are at least command lines that exist; PageTests runs the others.</summary>
public sealed class PageExamplesTests
{
    public static TheoryData<string> HardwareLines()
    {
        var lines = new TheoryData<string>();
        var isHardware = false;
        foreach (var line in File.ReadAllLines(RepositoryPaths.InRepository("docs", "boatctl.md")))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                isHardware = line == "```hardware";
            else if (isHardware && line.StartsWith("$ boatctl ", StringComparison.Ordinal))
                lines.Add(line[2..].Replace('\'', '"'));
        }

        return lines;
    }

    [Theory]
    [MemberData(nameof(HardwareLines))]
    public void Page_HardwareExample_IsUnderstood(string command)
    {
        var shell = new Shell(TextWriter.Null, TextWriter.Null, isTerminal: false);
        var asked = BoatCtlCommands.Create(shell, PortCatalog.OfSystem()).Parse([.. CommandLineParser.SplitCommandLine(command).Skip(1)]);
        Assert.Empty(asked.Errors.Select(error => error.Message));
    }
}
