using System.Diagnostics;
using System.Globalization;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Fleet;

public sealed class FleetCommandsTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("boat-test-fleet-").FullName;
    private readonly byte[] _first = TestBoat.KeyOf(17, 1);
    private readonly byte[] _second = TestBoat.KeyOf(18, 1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Keys_ThroughWrappingExportAndImport_AreTheSameAndNeverInClear()
    {
        File.WriteAllText(In("fleet.json"), Json(17, _first));
        File.WriteAllText(In("other.json"), Json(18, _second));
        var printed = Run(0, "new-key", "--output", In("fleet.key"));
        printed += Run(0, "new-key", "--output", In("transport.key"));
        printed += Run(0, "wrap-keys", "--fleet", In("fleet.json"), "--key-file", In("fleet.key"));
        Secrets.AreAbsent(File.ReadAllText(In("fleet.json")), _first);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(In("fleet.key")));

        // Out of a fleet in clear, under a key for the way, into a wrapped one; as a table and as JSON.
        foreach (var name in new[] { "out.csv", "out.json" })
        {
            printed += Run(0, "export", "--fleet", In("other.json"), "--to-key-file", In("transport.key"), "--output", In(name));
            Secrets.AreAbsent(File.ReadAllText(In(name)), _second);
            printed += Run(
                0, "import", "--fleet", In("fleet.json"), "--key-file", In("fleet.key"), "--input", In(name), "--from-key-file", In("transport.key"));
            Secrets.AreAbsent(File.ReadAllText(In("fleet.json")), _first, _second);
            AssertKeys();
        }

        // Without a key for the way there are none in it, and who comes without one keeps his.
        printed += Run(0, "export", "--fleet", In("fleet.json"), "--key-file", In("fleet.key"), "--output", In("plain.csv"));
        Assert.DoesNotContain("gcm:", File.ReadAllText(In("plain.csv")), StringComparison.Ordinal);
        File.WriteAllText(In("plain.csv"), File.ReadAllText(In("plain.csv")).Replace("KP 17", "KP Hiu", StringComparison.Ordinal));
        printed += Run(0, "import", "--fleet", In("fleet.json"), "--key-file", In("fleet.key"), "--input", In("plain.csv"));
        AssertKeys();
        Assert.Contains("KP Hiu", File.ReadAllText(In("fleet.json")), StringComparison.Ordinal);
        Secrets.AreAbsent(printed, _first, _second);
        Assert.Equal(
            ["fleet.json", "fleet.key", "other.json", "out.csv", "out.json", "plain.csv", "transport.key"],
            Directory.GetFiles(_folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Import_NextKeyAlone_IsTakenBesideTheKeyThatTheUnitHas()
    {
        File.WriteAllText(In("fleet.json"), Json(17, _first));
        File.WriteAllText(In("next.json"), Json(17, _second).Replace("\"key\"", "\"nextKey\"", StringComparison.Ordinal));
        Run(0, "import", "--fleet", In("fleet.json"), "--input", In("next.json"));

        var fleet = File.ReadAllText(In("fleet.json"));
        Assert.Contains($"\"key\": \"{Convert.ToHexString(_first)}\"", fleet, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"\"nextKey\": \"{Convert.ToHexString(_second)}\"", fleet, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, true)]
    public void Import_IntoAFleetWithKeysInClear_KeepsItsModeAndWarnsIfOthersCanReadIt(UnixFileMode mode, bool warns)
    {
        if (OperatingSystem.IsWindows())
            return;
        File.WriteAllText(In("fleet.json"), Json(17, _first));
        File.WriteAllText(In("other.json"), Json(18, _second));
        File.SetUnixFileMode(In("fleet.json"), mode);
        var printed = Run(0, "import", "--fleet", In("fleet.json"), "--input", In("other.json"));
        Assert.Equal(mode, File.GetUnixFileMode(In("fleet.json")));
        Assert.Equal(warns ? 1 : 0, printed.Split("chmod 600").Length - 1);

        // What is written anew is its owner's alone.
        Run(0, "export", "--fleet", In("fleet.json"), "--output", In("out.json"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(In("out.json")));
    }

    [Fact]
    public void Mistakes_AreToldAndChangeNothing()
    {
        File.WriteAllText(In("fleet.json"), Json(17, _first));
        File.WriteAllText(In("other.json"), Json(18, _second));
        var before = File.ReadAllText(In("fleet.json"));
        Run(0, "new-key", "--output", In("fleet.key"));
        var printed = Run(1, "new-key", "--output", In("fleet.key"));
        printed += Run(2, "wrap-keys", "--fleet", In("fleet.json"));
        printed += Run(2, "wrap-keys", "--fleet", In("absent.json"), "--key-file", In("fleet.key"));
        printed += Run(2, "wrap-keys", "--fleet", In("fleet.json"), "--key-file", In("fleet.json"));
        Run(0, "export", "--fleet", In("other.json"), "--output", In("keyless.csv"));
        var keyless = Run(2, "import", "--fleet", In("fleet.json"), "--input", In("keyless.csv"));
        Assert.Contains("unit 18 key: is absent", keyless, StringComparison.Ordinal);
        printed += keyless;
        File.WriteAllText(In("other.json"), """{ "area": { "originLatitudeDeg": 1 }, "units": [] }""");
        Assert.Contains("area:", Run(2, "import", "--fleet", In("fleet.json"), "--input", In("other.json")), StringComparison.Ordinal);

        Assert.Equal(before, File.ReadAllText(In("fleet.json")));
        Secrets.AreAbsent(printed, _first, _second);
    }

    [Fact]
    public async Task Gateway_OnSighup_ReadsTheFleetAgainAndNeverPrintsAKey()
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        gateway.Launch = HeedHangUps;
        await gateway.StartAsync();
        ProcessSignals.Send(gateway.ProcessId, ProcessSignals.HangUp);
        await Eventually.TrueAsync(() => gateway.Log.Contains("read again: 1 units", StringComparison.Ordinal), "the fleet is read again");
        File.WriteAllText(gateway.InFolder("fleet.json"), "{ \"units\": [ { \"key\": \"" + Convert.ToHexString(boat.Key) + "\" } ] }");
        await Eventually.TrueAsync(() => gateway.Log.Contains("the fleet in use stays", StringComparison.Ordinal), "the mistake is logged");
        var (exitCode, output) = await gateway.TerminateAsync();

        Assert.Equal(0, exitCode);
        Secrets.AreAbsent(gateway.Log + output, boat.Key);
    }

    // A program started with the signal ignored, as nohup does it, is not to heed it (signal(7)): whoever runs the tests may have been.
    private static void HeedHangUps(ProcessStartInfo start)
    {
        string[] program = [start.FileName, .. start.ArgumentList];
        start.FileName = "env";
        start.ArgumentList.Clear();
        start.ArgumentList.Add("--default-signal=HUP");
        foreach (var argument in program)
            start.ArgumentList.Add(argument);
    }

    private static string Json(int unit, byte[] key) =>
        $$"""{ "units": [ { "unit": {{unit}}, "agency": "polairud", "name": "KP {{unit}}", "key": "{{Convert.ToHexString(key)}}" } ] }""";

    private string In(string name) => Path.Combine(_folder, name);

    private void AssertKeys()
    {
        List<ConfigurationError> errors = [];
        var fleet = FleetFile.LoadDocument(In("fleet.json"), WrappingKey.Load(In("fleet.key"), errors), errors)!;
        Assert.Empty(errors);
        Assert.Equal(_first, fleet.Units.Single(unit => unit.Unit == 17).Key!.Bytes.ToArray());
        Assert.Equal(_second, fleet.Units.Single(unit => unit.Unit == 18).Key!.Bytes.ToArray());
    }

    private static string Run(int exitCode, params string[] arguments)
    {
        using var process = Process.Start(TestGateway.StartInfo(["fleet", .. arguments]))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(_patience), string.Join(' ', arguments));
        var printed = output + errors.GetAwaiter().GetResult();
        Assert.True(process.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {printed}");
        return printed;
    }
}
