using System.Text.Json;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Provisioning;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Provisioning;

/// <summary>A simulated unit and a fleet file: both have the unit, or neither, whatever happens in between.</summary>
public sealed class ProvisionTests : IDisposable
{
    private const string FleetText =
        """
        {"area":{"originLatitudeDeg":-12,"originLongitudeDeg":90},"agencies":[{"name":"polairud","label":"Polairud"}],
         "units":[{"unit":3,"agency":"polairud","name":"KP Lama","key":"000102030405060708090a0b0c0d0e0f"}]}
        """;

    private static readonly UnitPlan _plan = new(77, "polairud", "KP Hiu 3001");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("boatctl-provision-");

    public ProvisionTests() => File.WriteAllText(Fleet, FleetText);

    private string Fleet => At("fleet.json");

    private string Console => At("tty");

    private string Pending => Fleet + PendingUnit.Suffix;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Provision_NewUnit_UnitAndFleetHaveTheSameKeyAndNobodySeesIt(bool isWrapped)
    {
        using var unit = BoatCtlProcess.Unit(Console);
        string[] wrapping = isWrapped ? ["--wrapping-key", WriteWrappingKey()] : [];
        var run = BoatCtlRun.Of(
        [
            "provision", "--unit", "77", "--agency", "polairud", "--name", "KP Hiu 3001", "--fleet", Fleet, "--port", Console, "--area", "-10,95", "--region", "AS923-1",
            "--cellular", "gateway.example.org:1700", "--apn", "internet", "--label", At("label.svg"), "--json", .. wrapping,
        ]);
        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Equal("provisioned", run.Json().GetProperty("outcome").GetString());

        var (info, config) = (Ask("info"), Ask("config get")["config"]!);
        var fleet = FleetStore.Open(Fleet, isWrapped ? wrapping[1] : null).Load();
        var entry = fleet.Units.Single(one => one.Unit == 77);
        Assert.Equal((KeyCheck.Of(entry.Key!), 77, "polairud"), ((string)info["keyCheck"]!, (int)info["unit"]!, (string)info["agency"]!));
        Assert.Equal(("polairud", "KP Hiu 3001", "-10,95"), (entry.Agency, entry.Name, entry.Area));
        Assert.Equal((-1_000_000, 9_500_000), ((int)config["unit"]!["areaLatitudeE5"]!, (int)config["unit"]!["areaLongitudeE5"]!));
        Assert.Equal(("AS923-1", "gateway.example.org", 1700), ((string)config["lora"]!["region"]!, (string)config["cellular"]!["host"]!, (int)config["cellular"]!["port"]!));
        Assert.Equal(2, fleet.Units.Count);

        var key = Convert.ToHexStringLower(entry.Key!.Bytes);
        Assert.All(new[] { run.Out, run.Error, File.ReadAllText(At("label.svg")) }, text => Assert.DoesNotContain(key[..8], text, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(!isWrapped, File.ReadAllText(Fleet).Contains(key, StringComparison.Ordinal));
        Assert.False(File.Exists(Pending));
    }

    // Exit codes: 3 where the unit has seen nothing, 6 where it may have.
    [Theory]
    [InlineData("config set", false, ExitCode.NotReached, "nothing")]
    [InlineData("config set", true, ExitCode.HalfDone, "taken-back")]
    [InlineData("key set", false, ExitCode.HalfDone, "taken-back")]
    [InlineData("key set", true, ExitCode.HalfDone, "provisioned")]
    public void Provision_CableIsPulled_ResumeSettlesIt(string command, bool isSent, int exitCode, string settled)
    {
        using var unit = BoatCtlProcess.Unit(Console);
        var before = Ask("config get").ToJsonString();
        var store = FleetStore.Open(Fleet, null);
        var provisioning = new UnitProvisioning(store, () => new BenchClient(new CutLine(SerialLine.Open(Console), command, isSent), Console, TimeSpan.FromSeconds(5)), TimeSpan.Zero);
        var failure = Assert.ThrowsAny<CommandException>(() => provisioning.Provision(_plan, default));
        Assert.Equal((exitCode, exitCode == ExitCode.HalfDone), (failure.ExitCode, File.Exists(Pending)));
        Assert.Equal(FleetText, File.ReadAllText(Fleet));
        if (exitCode == ExitCode.HalfDone && !OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Pending));

        var run = BoatCtlRun.Of("provision", "--resume", "--fleet", Fleet, "--port", Console, "--json");
        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Equal(settled, run.Json().GetProperty("outcome").GetString());
        Assert.False(File.Exists(Pending));
        var info = Ask("info");
        if (settled == "provisioned")
        {
            Assert.Equal(KeyCheck.Of(store.Load().Units.Single(one => one.Unit == 77).Key!), (string)info["keyCheck"]!);
            return;
        }

        // Neither has it: the unit is as it was, and so is the file, to the byte.
        Assert.Equal("unset", (string)info["key"]!);
        Assert.Equal(before, Ask("config get").ToJsonString(), StringComparer.Ordinal);
        Assert.Equal(FleetText, File.ReadAllText(Fleet));
    }

    [Fact]
    public void Provision_FleetFileBreaksMeanwhile_ResumeCompletesWhenItIsMended()
    {
        using var unit = BoatCtlProcess.Unit(Console);
        var opened = 0;
        var provisioning = new UnitProvisioning(
            FleetStore.Open(Fleet, null),
            () =>
            {
                // The second opening is the reading back, with the key in the unit.
                if (++opened == 2)
                    File.WriteAllText(Fleet, "{");
                return new BenchClient(SerialLine.Open(Console), Console, TimeSpan.FromSeconds(5));
            },
            TimeSpan.FromSeconds(30));
        var failure = Assert.ThrowsAny<CommandException>(() => provisioning.Provision(_plan, default));
        Assert.Equal(ExitCode.HalfDone, failure.ExitCode);
        Assert.Equal("{", File.ReadAllText(Fleet));

        File.WriteAllText(Fleet, FleetText);
        var run = BoatCtlRun.Of("provision", "--resume", "--fleet", Fleet, "--port", Console, "--json");
        Assert.Equal("provisioned", run.Json().GetProperty("outcome").GetString());
        Assert.Equal(KeyCheck.Of(FleetStore.Open(Fleet, null).Load().Units.Single(one => one.Unit == 77).Key!), (string)Ask("info")["keyCheck"]!);

        // And a unit that has its key is not given another.
        var again = BoatCtlRun.Of("provision", "--unit", "78", "--agency", "polairud", "--name", "KP Dua", "--fleet", Fleet, "--port", Console, "--json");
        Assert.Equal((ExitCode.Refused, "has-a-key"), (again.ExitCode, again.Json().GetProperty("error").GetString()));
        Assert.False(File.Exists(Pending));
    }

    [Fact]
    public void Resume_WithAnotherUnit_RefusesAndKeepsThePending()
    {
        using (BoatCtlProcess.Unit(Console))
        {
            var provisioning = new UnitProvisioning(
                FleetStore.Open(Fleet, null), () => new BenchClient(new CutLine(SerialLine.Open(Console), "key set", isSent: true), Console, TimeSpan.FromSeconds(5)), TimeSpan.Zero);
            Assert.ThrowsAny<CommandException>(() => provisioning.Provision(_plan, default));
        }

        var pending = File.ReadAllText(Pending);
        using var other = BoatCtlProcess.Unit(At("tty2"));
        var run = BoatCtlRun.Of("provision", "--resume", "--fleet", Fleet, "--port", At("tty2"), "--json");
        Assert.Equal((ExitCode.Refused, "another-unit"), (run.ExitCode, run.Json().GetProperty("error").GetString()));
        Assert.Equal((pending, FleetText), (File.ReadAllText(Pending), File.ReadAllText(Fleet)));
    }

    [Fact]
    public void Provision_FleetExportedWithoutKeys_TakesTheUnitAndInventsNoKey()
    {
        File.WriteAllText(Fleet, FleetText.Replace(",\"key\":\"000102030405060708090a0b0c0d0e0f\"", "", StringComparison.Ordinal));
        using var unit = BoatCtlProcess.Unit(Console);
        var run = Provision();
        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Contains("1 of 2 units", run.Error, StringComparison.Ordinal);
        var units = FleetStore.Open(Fleet, null).Load().Units;
        Assert.Null(units.Single(one => one.Unit == 3).Key);
        Assert.Equal((string)Ask("info")["keyCheck"]!, KeyCheck.Of(units.Single(one => one.Unit == 77).Key!));
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, true)]
    public void Provision_FleetWithKeysInClear_KeepsItsModeAndWarnsIfOthersCanReadIt(UnixFileMode mode, bool warns)
    {
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(Fleet, mode);
        using var unit = BoatCtlProcess.Unit(Console);
        var run = Provision();
        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Equal(mode, File.GetUnixFileMode(Fleet));
        Assert.Equal(warns ? 1 : 0, run.Error.Split("chmod 600").Length - 1);
    }

    // As Ctrl-C does it, at what the unit is being sent or says.
    [Theory]
    [InlineData("\"cmd\":\"config get\"", "nothing")]
    [InlineData("\"cmd\":\"config set\"", "taken-back")]
    [InlineData("\"cmd\":\"key set\"", "provisioned")]
    [InlineData("\"rebooting\":true", "provisioned")]
    public async Task Provision_Stopped_BothHaveItOrNeither(string at, string end)
    {
        using var unit = BoatCtlProcess.Unit(Console);
        var before = Ask("config get").ToJsonString();
        using var stop = new CancellationTokenSource();
        using var cable = new FaultyCable(Console, (_, line) =>
        {
            if (line.EndsWith(at, StringComparison.Ordinal))
                stop.Cancel();
            return CableFault.None;
        });
        var run = await BoatCtlRun.OfAsync(
            ["provision", "--unit", "77", "--agency", "polairud", "--name", "KP Hiu 3001", "--fleet", Fleet, "--port", cable.Port], cancellation: stop.Token);
        cable.Dispose();
        Assert.True(stop.IsCancellationRequested);
        Assert.False(File.Exists(Pending), run.Error);
        Assert.Contains("Stopping", run.Error, StringComparison.Ordinal);
        if (end == "provisioned")
        {
            Assert.Equal(0, run.ExitCode);
            Assert.Equal((string)Ask("info")["keyCheck"]!, KeyCheck.Of(FleetStore.Open(Fleet, null).Load().Units.Single(one => one.Unit == 77).Key!));
            return;
        }

        Assert.Equal(ExitCode.NotGood, run.ExitCode);
        Assert.Contains(end == "nothing" ? "Nothing was changed" : "provision it anew", run.Error, StringComparison.Ordinal);
        Assert.Equal(("unset", before, FleetText), ((string)Ask("info")["key"]!, Ask("config get").ToJsonString(), File.ReadAllText(Fleet)));
    }

    [Fact]
    public async Task Provision_ProcessIsInterrupted_FinishesWhatItMustNotLeaveHalfDone()
    {
        using var unit = BoatCtlProcess.Unit(Console);
        var process = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cable = new FaultyCable(Console, (toUnit, line) =>
        {
            if (toUnit && line.EndsWith("\"cmd\":\"key set\"", StringComparison.Ordinal))
                ProcessSignals.Send(process.Task.Result, ProcessSignals.Interrupt);
            return CableFault.None;
        });
        await using var run = new ProgramProcess(
            "BoatCtl", "provision", "--unit", "77", "--agency", "polairud", "--name", "KP Hiu 3001", "--fleet", Fleet, "--port", cable.Port);
        process.SetResult(run.Id);
        Assert.True(await run.ExitAsync() == 0, run.Output);
        cable.Dispose();
        Assert.Contains("Stopping", run.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Pending));
        Assert.Equal((string)Ask("info")["keyCheck"]!, KeyCheck.Of(FleetStore.Open(Fleet, null).Load().Units.Single(one => one.Unit == 77).Key!));
    }

    [Theory]
    [InlineData("unit-taken", "3", "polairud", "KP Baru")]
    [InlineData("bad-agency", "77", "gateway", "KP Baru")]
    [InlineData("bad-agency", "77", "Polairud!", "KP Baru")]
    [InlineData("unknown-agency", "77", "kplp", "KP Baru")]
    [InlineData("bad-name", "77", "polairud", "")]
    [InlineData("usage", "16384", "polairud", "KP Baru")]
    public void Provision_WhatTheFleetCannotTake_IsRefusedBeforeTheUnitIsAsked(string word, string unit, string agency, string name)
    {
        var run = BoatCtlRun.Of("provision", "--unit", unit, "--agency", agency, "--name", name, "--fleet", Fleet, "--port", At("no-port"), "--json");
        Assert.Equal((ExitCode.Usage, word), (run.ExitCode, run.Json().GetProperty("error").GetString()));
        Assert.Equal((FleetText, false), (File.ReadAllText(Fleet), File.Exists(Pending)));
    }

    [Fact]
    public void Provision_AnotherIsPending_IsRefusedUntilItIsSettled()
    {
        File.WriteAllText(Pending, "{}");
        var run = BoatCtlRun.Of("provision", "--unit", "77", "--agency", "polairud", "--name", "KP", "--fleet", Fleet, "--port", At("no-port"), "--json");
        Assert.Equal((ExitCode.HalfDone, "unfinished"), (run.ExitCode, run.Json().GetProperty("error").GetString()));
        Assert.Equal("{}", File.ReadAllText(Pending));
    }

    private BoatCtlRun Provision() =>
        BoatCtlRun.Of("provision", "--unit", "77", "--agency", "polairud", "--name", "KP Hiu 3001", "--fleet", Fleet, "--port", Console);

    private JsonObject Ask(string command)
    {
        using var bench = new BenchClient(SerialLine.Open(Console), Console, TimeSpan.FromSeconds(10));
        var reply = bench.Ask(command);
        reply.Remove("id");
        return reply;
    }

    private string WriteWrappingKey()
    {
        File.WriteAllText(At("wrapping.key"), WrappingKey.NewDigits());

        // A fleet that has a wrapping key has its keys wrapped by it.
        var key = WrappingKey.Load(At("wrapping.key"), [])!;
        List<BoatTelemetry.Gateway.Configuration.ConfigurationError> errors = [];
        FleetWriter.Replace(Fleet, new FleetWriter(KeyForm.Wrapped, key).ToJson(FleetFile.LoadDocument(Fleet, key, errors)!));
        return At("wrapping.key");
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
