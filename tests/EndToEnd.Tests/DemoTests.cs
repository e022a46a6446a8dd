using System.Globalization;
using System.Text.RegularExpressions;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.EndToEnd.Tests;

/// <summary>The demo as `make demo` starts it.</summary>
public sealed partial class DemoTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("boat-demo-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Demo_Duration_PrintsPositionsAndExitsZero()
    {
        await using var demo = new ProgramProcess("Demo", "--duration", "8");

        Assert.True(await demo.ExitAsync() == 0, demo.Output);
        var positions = PositionLine().Matches(demo.Output);
        Assert.True(positions.Count >= 2, demo.Output);
        Assert.Contains($"{positions.Count} positions arrived", demo.Output, StringComparison.Ordinal);
        AssertNothingRuns(demo);
    }

    [Fact]
    public async Task Demo_Log_EndsWithItWhenAllPositionsHaveArrived()
    {
        var log = Path.Combine(_folder.FullName, "own.log");
        OwnLog.Write(log, seed: 1);
        await using var demo = new ProgramProcess("Demo", "--log", log, "--speed", "max");

        Assert.True(await demo.ExitAsync() == 0, demo.Output);
        var count = PositionLine().Count(demo.Output);
        Assert.True(count >= OwnLog.FixesMin, $"{count} positions");
        Assert.Contains($"{count} positions arrived", demo.Output, StringComparison.Ordinal);
        AssertNothingRuns(demo);
    }

    [Fact]
    public async Task ClusterDemo_OneGatewayKilled_TheOthersPublishForAllBoats()
    {
        await using var demo = new ProgramProcess("Demo", "cluster", "--duration", "28");

        // Its own check: positions in their order, and every simulated boat heard of after the kill.
        Assert.True(await demo.ExitAsync() == 0, demo.Output);
        Assert.Contains("kill -9 of gateway 1", demo.Output, StringComparison.Ordinal);
        var end = ClusterSummary().Matches(demo.Output)[^1];
        Assert.Equal("0", end.Groups["disordered"].Value);
        Assert.True(int.Parse(end.Groups["receptions"].Value, CultureInfo.InvariantCulture) > 1, demo.Output);
        var processes = ClusterProcess().Matches(demo.Output);
        Assert.Equal(5, processes.Count);
        Assert.All(processes, process => Assert.False(ProcessSignals.IsAlive(int.Parse(process.Groups["id"].Value, CultureInfo.InvariantCulture)), process.Value));
    }

    [Fact]
    public async Task Demo_LogThatIsNotThere_FailsWithTheUnitsReason()
    {
        await using var demo = new ProgramProcess("Demo", "--log", Path.Combine(_folder.FullName, "none.log"));

        Assert.Equal(1, await demo.ExitAsync());
        Assert.Contains("demo failed: unit 1 ended with code 1", demo.Output, StringComparison.Ordinal);
        Assert.Contains("none.log", demo.Output, StringComparison.Ordinal);
        AssertNothingRuns(demo);
    }

    [Fact]
    public async Task Demo_LogWithoutFixes_FailsRatherThanShowingNothing()
    {
        var log = Path.Combine(_folder.FullName, "void.log");
        await File.WriteAllTextAsync(log, "$GNRMC,,V,,,,,,,,,,N*4D\r\n");
        await using var demo = new ProgramProcess("Demo", "--log", log, "--speed", "max");

        Assert.Equal(1, await demo.ExitAsync());
        Assert.Contains("the receiver gave no fix that could be accepted", demo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_GatewayKilled_FailsAndSaysSo()
    {
        await using var demo = new ProgramProcess("Demo");
        await demo.LineAsync("unit 2: process");
        var gateway = ProcessId(await demo.LineAsync("gateway: process"));
        var itsChildren = ChildrenOf(gateway);
        ProcessSignals.Send(gateway, ProcessSignals.Kill);

        Assert.Equal(1, await demo.ExitAsync());
        Assert.Contains("demo failed: the gateway ended with code 137", demo.Output, StringComparison.Ordinal);
        AssertNothingRuns(demo);

        // Its broker, in a build with libmosquitto, has been asked to end.
        foreach (var child in itsChildren)
            await ProgramProcess.GoneAsync(child);
    }

    [Fact]
    public async Task Demo_Terminated_LeavesNoProcessBehind()
    {
        await using var demo = new ProgramProcess("Demo");
        await demo.LineAsync("unit 2: process");
        await demo.TerminateAsync();

        AssertNothingRuns(demo);
    }

    private static void AssertNothingRuns(ProgramProcess demo)
    {
        var children = ProcessLine().Matches(demo.Output);
        Assert.NotEmpty(children);
        Assert.All(children, child => Assert.False(ProcessSignals.IsAlive(ProcessId(child.Value)), child.Value));
    }

    private static int[] ChildrenOf(int processId) => [.. Directory.GetDirectories($"/proc/{processId}/task")
        .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];

    private static int ProcessId(string line) => int.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\d\d:\d\d:\d\dZ  KP Demo \d .*°\d\d\.\d{3}'[NS] .*°\d\d\.\d{3}'[EW]  SOG .*kn  COG .*RSSI .*latency .*ms$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex PositionLine();

    [GeneratedRegex(@"(?<disordered>\d+) positions out of order; up to (?<receptions>\d+) receptions of one frame", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex ClusterSummary();

    [GeneratedRegex(@"(database|broker|gateway \d): process (?<id>\d+)", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex ClusterProcess();

    [GeneratedRegex(@"^(gateway|unit \d+): process \d+$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex ProcessLine();
}
