using System.Text.Json;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatCtl.Tests.Commands;

/// <summary>The line to the unit fails in the middle: what the technician is told is so, and the unit has one whole configuration.</summary>
[Collection(UnitCollection.Name)]
public sealed class CablePulledTests(UnitFixture unit, ITestOutputHelper output)
{
    private const string SetCommand = "\"cmd\":\"config set\"";
    private const int NotReached = 3;
    private const int HalfDone = 6;

    [Fact]
    public void Set_CablePulledWithinTheRequest_IsNotReachedAndTheOldConfigurationStays()
    {
        var before = Start();
        using var cable = new FaultyCable(unit.Port, (toUnit, line) => toUnit && line.EndsWith(SetCommand, StringComparison.Ordinal) ? CableFault.Cut : CableFault.None);
        var run = Set(cable, 31);

        Assert.Equal(NotReached, run.ExitCode);
        Assert.Equal("gone", run.Json().GetProperty("error").GetString());
        Assert.Contains("as before", run.Json().GetProperty("message").GetString(), StringComparison.Ordinal);
        cable.Dispose();
        Assert.Equal(before, Config());
    }

    [Fact]
    public void Set_CablePulledBehindTheRequest_IsHalfDoneAndSaysWhatToDo()
    {
        Start();
        using var cable = new FaultyCable(unit.Port, (toUnit, line) => IsEndOfSet(toUnit, line) ? CableFault.CutBehind : CableFault.None);
        var run = Set(cable, 32);

        Assert.Equal(HalfDone, run.ExitCode);
        Assert.Contains("either all of the old configuration or all of the new one", run.Json().GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("boatctl config get", run.Json().GetProperty("message").GetString(), StringComparison.Ordinal);
        cable.Dispose();
        Assert.Equal(32, PatrolS());
    }

    [Fact]
    public void Set_ReplyIsLost_IsDoneSinceTheConfigurationIsReadBack()
    {
        Start();
        using var cable = new FaultyCable(
            unit.Port, (toUnit, line) => !toUnit && line.Contains("waitsForReboot", StringComparison.Ordinal) ? CableFault.Swallow : CableFault.None);
        var run = Set(cable, 33);

        Assert.Equal(0, run.ExitCode);
        Assert.True(run.Json().GetProperty("verified").GetBoolean());
    }

    [Fact]
    public void Set_RequestIsLost_IsNotReachedSinceTheConfigurationIsTheOldOne()
    {
        var before = Start();
        using var cable = new FaultyCable(
            unit.Port, (toUnit, line) => toUnit && line.Contains(SetCommand, StringComparison.Ordinal) ? CableFault.Swallow : CableFault.None);
        var run = Set(cable, 34);

        Assert.Equal(NotReached, run.ExitCode);
        Assert.Equal("no-answer", run.Json().GetProperty("error").GetString());
        cable.Dispose();
        Assert.Equal(before, Config());
    }

    [Fact]
    public void Set_UnitStandsStillBehindTheRequest_IsHalfDoneAndDoneWhenItGoesOn()
    {
        Start();
        var isStopped = false;
        using var cable = new FaultyCable(unit.Port, (toUnit, line) =>
        {
            if (IsEndOfSet(toUnit, line))
            {
                ProcessSignals.Send(unit.ProcessId, ProcessSignals.Stop);
                isStopped = true;
            }

            return CableFault.None;
        });
        var run = Set(cable, 35);

        Assert.True(isStopped);
        ProcessSignals.Send(unit.ProcessId, ProcessSignals.Continue);
        Assert.Equal(HalfDone, run.ExitCode);
        cable.Dispose();
        Assert.Equal(35, PatrolS());
    }

    [Fact]
    public void Restore_CablePulledAnywhere_LeavesTheOldOrTheNewConfigurationAndSaysWhich()
    {
        const int Rounds = 16;

        // Read, written, answered and read back: some 1.2 KB each but for the answer.
        const int ExchangeBytes = 3_900;
        var random = Seed.New(output);
        var file = unit.NewFile();
        Start();
        unit.Run("config", "backup", file);
        var restored = Config();
        for (var round = 0; round < Rounds; round++)
        {
            Assert.Equal(0, unit.Run("config", "set", $"reports.patrolS={100 + round}", $"unit.agency=round {round}").ExitCode);
            var before = Config();
            var bytes = 0;
            var cutAt = random.Next(1, ExchangeBytes);
            using var cable = new FaultyCable(unit.Port, (_, _) => ++bytes >= cutAt ? CableFault.Cut : CableFault.None);
            var run = BoatCtlRun.Of("config", "restore", file, "--port", cable.Port, "--json");
            cable.Dispose();
            var after = Config();
            output.WriteLine($"cut at {cutAt} of {bytes}: {run.ExitCode} {run.Out.Trim()}");
            Assert.True(after == before || after == restored, $"neither the old nor the new configuration: {after}");
            Assert.Contains(run.ExitCode, new[] { 0, NotReached, HalfDone });
            if (run.ExitCode == NotReached)
                Assert.Equal(before, after);
            else if (run.ExitCode == 0)
                Assert.Equal(restored, after);
        }
    }

    [Fact]
    public async Task Set_PowerCutBehindTheRequest_LeavesTheOldOrTheNewConfiguration()
    {
        Start();
        var before = Config();
        using (var cable = new FaultyCable(unit.Port, (toUnit, line) =>
        {
            if (IsEndOfSet(toUnit, line))
                ProcessSignals.Send(unit.ProcessId, ProcessSignals.Kill);

            return CableFault.None;
        }))
        {
            Assert.Equal(HalfDone, Set(cable, 36).ExitCode);
        }

        await unit.KillAsync();
        await unit.StartAsync();
        var patrolS = PatrolS();
        Assert.True(patrolS == 36 || Config() == before, $"{patrolS}");
    }

    [Fact]
    public void Monitor_CablePulled_IsNotReached()
    {
        var views = 0;
        using var cable = new FaultyCable(
            unit.Port, (toUnit, line) => !toUnit && line.EndsWith("}\n", StringComparison.Ordinal) && ++views == 3 ? CableFault.Cut : CableFault.None);
        var run = BoatCtlRun.Of("monitor", "--interval", "200", "--port", cable.Port, "--json");

        Assert.Equal(NotReached, run.ExitCode);
        Assert.Contains("\"error\":\"gone\"", run.Out.Split('\n')[^2], StringComparison.Ordinal);
    }

    private static bool IsEndOfSet(bool toUnit, string line) =>
        toUnit && line.Contains(SetCommand, StringComparison.Ordinal) && line.EndsWith('\n');

    private static BoatCtlRun Set(FaultyCable cable, int patrolS) =>
        BoatCtlRun.Of("config", "set", $"reports.patrolS={patrolS}", "--port", cable.Port, "--timeout", "1", "--json");

    private string Start()
    {
        Assert.Equal(0, unit.Run("config", "set", "reports.patrolS=60").ExitCode);
        return Config();
    }

    private string Config() => JsonSerializer.Serialize(unit.Run("config", "get", "--json").Json());

    private int PatrolS() => unit.Run("config", "get", "reports.patrolS", "--json").Json().GetProperty("value").GetInt32();
}
