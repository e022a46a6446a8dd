using System.Text.Json;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Commands;

/// <summary>The commands that look at a unit and change nothing: selftest, monitor, log.</summary>
[Collection(UnitCollection.Name)]
public sealed class LookCommandTests(UnitFixture unit)
{
    [Fact]
    public void SelfTest_OfTheSimulatedBoard_TellsEachPart()
    {
        unit.Run("config", "set", "cellular.enabled=false", "sensors.environment=true", "sensors.engines=1", "sensors.bilgeLevel=false");
        var run = unit.Run("selftest", "--json");
        var parts = run.Json().GetProperty("parts").EnumerateArray().ToDictionary(p => p.GetProperty("part").GetString()!, p => p);

        Assert.Equal("pass", Result(parts, "receiver"));
        Assert.Equal("pass", Result(parts, "flash"));
        Assert.Equal("not fitted", Result(parts, "modem"));
        Assert.Equal("not fitted", Result(parts, "power chip"));
        Assert.Equal("not fitted", Result(parts, "engine 2"));
        Assert.Equal("not fitted", Result(parts, "bilge level"));
        Assert.Equal("unknown", Result(parts, "SOS button"));
        Assert.Equal("unknown", Result(parts, "key"));
        Assert.Contains("provision", parts["key"].GetProperty("advice").GetString(), StringComparison.Ordinal);
        Assert.Matches("^[3-9][0-9] of ", parts["firmware vectors"].GetProperty("detail").GetString()!);
        Assert.Equal(run.Json().GetProperty("failed").GetInt32() == 0 ? 0 : 1, run.ExitCode);
    }

    [Fact]
    public void Monitor_TwoViews_AreTwoLinesOfJsonAndThenItIsQuiet()
    {
        var run = unit.Run("monitor", "--interval", "200", "--count", "2", "--json");
        Assert.Equal(0, run.ExitCode);
        var lines = run.Out.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        using var view = JsonDocument.Parse(lines[1]);
        Assert.True(view.RootElement.TryGetProperty("supplyMv", out _));

        // The live view is off: a cable that listens sees the reply that is asked for and nothing else.
        var events = 0;
        using var cable = new FaultyCable(unit.Port, (toUnit, line) =>
        {
            events += !toUnit && line.EndsWith("\"event\":\"sensors\"", StringComparison.Ordinal) ? 1 : 0;
            return CableFault.None;
        });
        for (var i = 0; i < 3; i++)
            Assert.Empty(BoatCtlRun.Of("config", "get", "--port", cable.Port).Error);

        Assert.Equal(0, events);
    }

    [Fact]
    public void Monitor_AsText_ShowsUnknownAndNoColours()
    {
        var run = unit.Run("monitor", "--interval", "200", "--count", "1");

        Assert.Contains("links.lora.rssiDbm   unknown\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("links.cellular       not in use\n", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Out);
    }

    [Theory]
    [InlineData("monitor", "--interval", "100")]
    [InlineData("monitor", "--count", "0")]
    [InlineData("log", "--from", "0")]
    public void Look_WrongNumber_IsUsage(params string[] arguments) => Assert.Equal(2, unit.Run(arguments).ExitCode);

    [Fact]
    public void Log_AfterAChange_TellsItLast()
    {
        unit.Run("config", "set", "reports.patrolS=60");
        unit.Run("config", "set", "reports.patrolS=59");
        var notes = unit.Run("log", "--json").Json().GetProperty("notes").EnumerateArray().ToList();

        Assert.Contains(notes, note => note.GetProperty("what").GetString() == "started");
        var change = notes.FindLast(note => note.GetProperty("code").GetInt32() == 22);
        Assert.Equal("config changed", change.GetProperty("what").GetString());
        Assert.Equal(1, change.GetProperty("value").GetInt32());
        var from = change.GetProperty("number").GetInt64();
        var rest = unit.Run("log", "--from", $"{from}", "--json").Json().GetProperty("notes");
        Assert.Equal(from, rest[0].GetProperty("number").GetInt64());
    }

    [Fact]
    public async Task Log_Followed_TellsWhatComesAndEndsWithCtrlC()
    {
        await using var follower = new ProgramProcess("BoatCtl", "log", "--follow", "--json", "--port", unit.Port, "--timeout", "30");

        // Which is the oldest that the unit still has, its age says.
        await follower.LineAsync("{\"number\":");
        ProcessSignals.Send(follower.Id, ProcessSignals.Interrupt);

        Assert.Equal(0, await follower.ExitAsync());
    }

    [Fact]
    public async Task Monitor_CtrlC_EndsWellAndSwitchesTheLiveViewOff()
    {
        await using (var monitor = new ProgramProcess("BoatCtl", "monitor", "--interval", "200", "--json", "--port", unit.Port))
        {
            await monitor.LineAsync("{\"atMs\":");
            ProcessSignals.Send(monitor.Id, ProcessSignals.Interrupt);
            var exit = await monitor.ExitAsync();
            Assert.True(exit == 0, $"ended with {exit}:\n{monitor.Output}");
        }

        Assert.Equal(0, unit.Run("config", "get").ExitCode);
    }

    // The unit is stopped, so the command would wait for its last answer.
    [Fact]
    public async Task Monitor_CtrlCTwiceWhileTheUnitDoesNotAnswer_EndsAtOnceAsTheSignalDoes()
    {
        await using var monitor = new ProgramProcess("BoatCtl", "monitor", "--interval", "200", "--json", "--port", unit.Port);
        await monitor.LineAsync("{\"atMs\":");
        ProcessSignals.Send(unit.ProcessId, ProcessSignals.Stop);
        try
        {
            ProcessSignals.Send(monitor.Id, ProcessSignals.Interrupt);
            while (!monitor.HasExited)
            {
                ProcessSignals.TrySend(monitor.Id, ProcessSignals.Interrupt);
                await Task.Delay(10);
            }

            var exit = await monitor.ExitAsync();
            Assert.True(exit == 130, $"ended with {exit}:\n{monitor.Output}");
        }
        finally
        {
            ProcessSignals.Send(unit.ProcessId, ProcessSignals.Continue);
        }
    }

    private static string? Result(Dictionary<string, JsonElement> parts, string name) => parts[name].GetProperty("result").GetString();
}
