using System.Text.Json;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Provisioning;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatCtl.Tests.Commands;

/// <summary>Wi-Fi is set up whole or is off, wherever the cable is pulled. On a unit of its own: its log would push out what other tests look for.</summary>
public sealed class WifiCommandTests(UnitFixture unit, ITestOutputHelper output) : IClassFixture<UnitFixture>, IDisposable
{
    private const int Usage = 2;
    private const int NotReached = 3;
    private const int Missing = 5;
    private const int HalfDone = 6;

    private readonly TestCertificates _certificates = new();

    // The next test begins as with a new unit.
    public void Dispose()
    {
        var nothing = File("");
        Assert.Equal(0, unit.Run("config", "set", "wifi.enabled=false", "wifi.ssid=", "wifi.mqttHost=", "wifi.mqttPort=8883", "wifi.mqttUser=", "wifi.tls=true").ExitCode);
        foreach (var name in (string[])["wifiPassword", "mqttPassword"])
            Assert.Equal(0, unit.Run("secret", "set", name, "--file", nothing).ExitCode);
        _certificates.Dispose();
    }

    [Fact]
    public void Set_AllOfIt_IsInTheUnitAndNoPasswordIsShown()
    {
        var run = Set(unit.Port, "harbour 1", "correct horse", "battery staple");
        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.All(["correct horse", "battery staple"], secret => Assert.DoesNotContain(secret, run.Out + run.Error, StringComparison.Ordinal));

        var wifi = Wifi();
        Assert.Equal(
            ("harbour 1", "broker.example.org", 8884, "77", true, true),
            (wifi.GetProperty("ssid").GetString(), wifi.GetProperty("mqttHost").GetString(), wifi.GetProperty("mqttPort").GetInt32(), wifi.GetProperty("mqttUser").GetString(), wifi.GetProperty("tls").GetBoolean(), wifi.GetProperty("enabled").GetBoolean()));
        Assert.NotEqual(JsonValueKind.Null, Certificate().ValueKind);

        // What is left out stays.
        Assert.Equal(0, unit.Run("wifi", "set", "--ssid", "harbour 2", "--no-reboot").ExitCode);
        Assert.Equal(("harbour 2", "broker.example.org"), (Wifi().GetProperty("ssid").GetString(), Wifi().GetProperty("mqttHost").GetString()));
    }

    [Theory]
    [InlineData]
    [InlineData("--no-reboot")]
    [InlineData("--wait", "1")]
    public void Set_NothingToSet_IsUsageBeforeTheUnitIsAsked(params string[] options)
    {
        var run = BoatCtlRun.Of(["wifi", "set", .. options, "--port", unit.NewFile(), "--json"]);
        Assert.Equal((Usage, "usage"), (run.ExitCode, run.Json().GetProperty("error").GetString()));
        var message = run.Json().GetProperty("message").GetString();
        Assert.All(["Nothing is to be set", "--ssid", "--ca", "--no-tls", "wifi.enabled=true"], word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Set_NotAllThatIsNeeded_SaysWhatIsMissingAndChangesNothing()
    {
        var before = Config();
        var run = unit.Run("wifi", "set", "--ssid", "harbour", "--user", "77", "--json");
        Assert.Equal((Usage, "incomplete"), (run.ExitCode, run.Json().GetProperty("error").GetString()));
        Assert.All(["--password-file", "--mqtt,", "--mqtt-password-file"], option => Assert.Contains(option, run.Json().GetProperty("message").GetString(), StringComparison.Ordinal));
        Assert.Equal(before, Config());
    }

    [Fact]
    public void Set_ValueThatTheUnitRefuses_ChangesNothing()
    {
        var before = Config();
        var run = Set(unit.Port, new string('x', 33), "correct horse", "battery staple");
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("wifi.ssid", run.Out, StringComparison.Ordinal);
        Assert.Equal(before, Config());
    }

    [Theory]
    [InlineData(64, 8, "too-long", "--password-file")]
    [InlineData(8, 65, "too-long", "--mqtt-password-file")]
    [InlineData(0, 8, "empty", "--password-file")]
    [InlineData(8, 0, "empty", "--mqtt-password-file")]
    public void Set_PasswordThatTheUnitCannotTake_ChangesNothing(int passwordBytes, int brokerPasswordBytes, string error, string option)
    {
        Assert.Equal(0, Set(unit.Port, "before", "correct horse", "battery staple").ExitCode);
        var before = Config();
        var run = Set(unit.Port, "harbour", new string('x', passwordBytes), new string('y', brokerPasswordBytes));
        Assert.Equal((Usage, error), (run.ExitCode, run.Json().GetProperty("error").GetString()));
        Assert.Contains(option, run.Json().GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, Config());
    }

    [Fact]
    public void CheckWhole_FirmwareWithoutCertificateSet_IsToldBeforeAnythingIsChanged()
    {
        var config = System.Text.Json.Nodes.JsonNode.Parse(JsonSerializer.Serialize(unit.Run("config", "get", "--json").Json().GetProperty("config")))!.AsObject();
        var plan = new WifiPlan { Ssid = "harbour", Password = "correct horse", Broker = new ServerAddress("broker.example.org", 8883), Authority = [1] };
        plan.CheckWhole(config, [], new() { ["caCertificate"] = null });
        Assert.Equal("old-firmware", Assert.Throws<CommandException>(() => plan.CheckWhole(config, [], [])).Word);
    }

    [Fact]
    public void Set_FileThatIsNoAuthoritysCertificate_IsRefusedBeforeTheUnitIsAsked()
    {
        var both = File(System.IO.File.ReadAllText(_certificates.CaFile) + "\n" + System.IO.File.ReadAllText(_certificates.ServerFile));
        var withKey = File(System.IO.File.ReadAllText(_certificates.CaFile) + "\n" + System.IO.File.ReadAllText(_certificates.ServerKeyFile));
        (string Path, string Why)[] files =
        [
            (_certificates.ServerFile, "Test authority"), (_certificates.ServerKeyFile, "private key"), (withKey, "private key"), (both, "2 certificates"),
            (File("-----BEGIN NOTHING-----"), "0 certificates"), (File("no certificate"), "cannot be read"),
        ];
        foreach (var (path, why) in files)
        {
            var run = BoatCtlRun.Of("wifi", "set", "--ca", path, "--port", unit.NewFile(), "--json");
            Assert.True(run.ExitCode == Missing, $"{why}: {run.Out}");
            Assert.Contains(why, run.Json().GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(Missing, BoatCtlRun.Of("wifi", "set", "--ca", unit.NewFile(), "--port", unit.NewFile()).ExitCode);
    }

    [Fact]
    public void Set_CablePulledWithinTheFirstChange_IsNotDoneAndAllIsAsBefore()
    {
        var before = Config();
        using var cable = new FaultyCable(unit.Port, (toUnit, line) => toUnit && line.EndsWith("\"cmd\":\"config set\"", StringComparison.Ordinal) ? CableFault.Cut : CableFault.None);
        var exit = Set(cable.Port, "harbour", "correct horse", "battery staple").ExitCode;

        // Where all of the request was in the cable before it was pulled, nobody can tell how far it came.
        Assert.True(exit is NotReached or HalfDone, $"exit code {exit}");
        cable.Dispose();
        Assert.Equal(before, Config());
    }

    [Theory]
    [InlineData("certificate set", false)]
    [InlineData("certificate set", true)]
    [InlineData("secret set", false)]
    [InlineData("secret set", true)]
    [InlineData("\"enabled\":true,\"ssid\":\"harbour\"", false)]
    public void Set_CablePulledInTheMiddle_WifiIsOffAndRepeatingCompletesIt(string at, bool isSent)
    {
        Forget();
        using var cable = new FaultyCable(
            unit.Port, (toUnit, line) => toUnit && line.Contains(at, StringComparison.Ordinal) && (!isSent || line.EndsWith('\n')) ? isSent ? CableFault.CutBehind : CableFault.Cut : CableFault.None);
        var run = Set(cable.Port, "harbour", "correct horse", "battery staple");
        Assert.Equal((HalfDone, "half-done"), (run.ExitCode, run.Json().GetProperty("error").GetString()));
        Assert.Contains("repeat the command", run.Json().GetProperty("message").GetString(), StringComparison.Ordinal);
        cable.Dispose();
        Assert.False(Wifi().GetProperty("enabled").GetBoolean());

        Assert.Equal(0, Set(unit.Port, "harbour", "correct horse", "battery staple").ExitCode);
        Assert.True(Wifi().GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public void Set_CablePulledBeforeTheStart_SaysThatAllIsThere()
    {
        // The first look is before all of it, the second one before the start. (Behind that the port's path may be another test's.)
        var looks = 0;
        using var cable = new FaultyCable(
            unit.Port, (toUnit, line) => toUnit && line.EndsWith("\"cmd\":\"info\"", StringComparison.Ordinal) && ++looks == 2 ? CableFault.Cut : CableFault.None);
        var run = BoatCtlRun.Of(
            "wifi", "set", "--ssid", "harbour", "--password-file", File("correct horse"), "--mqtt", "broker.example.org:8884", "--ca", _certificates.CaFile,
            "--port", cable.Port, "--timeout", "2", "--json");
        Assert.Equal((HalfDone, "not-seen"), (run.ExitCode, run.Json().GetProperty("error").GetString()));
        Assert.Contains("is set up", run.Json().GetProperty("message").GetString(), StringComparison.Ordinal);
        cable.Dispose();
        Assert.True(Wifi().GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public void Set_CablePulledAnywhere_LeavesTheOldOrNoneOrTheNew()
    {
        const int Rounds = 10;

        // Two configurations written and read back, some 1.2 KB each way, and a certificate.
        const int ExchangeBytes = 12_000;
        var random = Seed.New(output);
        for (var round = 0; round < Rounds; round++)
        {
            using var other = new TestCertificates();
            Assert.Equal(0, Set(unit.Port, "old", "correct horse", "battery staple").ExitCode);
            var (oldConfig, oldCertificate) = (Config(), Certificate().ToString());
            var (bytes, cutAt) = (0, random.Next(1, ExchangeBytes));
            using var cable = new FaultyCable(unit.Port, (_, _) => ++bytes >= cutAt ? CableFault.Cut : CableFault.None);
            var run = Set(cable.Port, "new", "correct horse", "battery staple", other.CaFile);
            cable.Dispose();
            output.WriteLine($"cut at {cutAt} of {bytes}: {run.ExitCode} {run.Out.Trim()}");
            Assert.Contains(run.ExitCode, new[] { 0, NotReached, HalfDone });
            if (!Wifi().GetProperty("enabled").GetBoolean())
                continue;
            var isNew = Wifi().GetProperty("ssid").GetString() == "new";
            Assert.Equal(isNew, Certificate().ToString() != oldCertificate);
            Assert.True(isNew || Config() == oldConfig);
        }
    }

    private BoatCtlRun Set(string port, string ssid, string password, string brokerPassword, string? authority = null) => BoatCtlRun.Of(
        "wifi", "set", "--ssid", ssid, "--password-file", File(password), "--mqtt", "broker.example.org:8884", "--user", "77",
        "--mqtt-password-file", File(brokerPassword), "--ca", authority ?? _certificates.CaFile, "--no-reboot", "--port", port, "--timeout", "2", "--json");

    // So that the certificate goes over the line again, and Wi-Fi was off before.
    private void Forget()
    {
        using var other = new TestCertificates();
        Assert.Equal(0, Set(unit.Port, "before", "correct horse", "battery staple", other.CaFile).ExitCode);
    }

    private string File(string content)
    {
        var file = unit.NewFile();
        System.IO.File.WriteAllText(file, content);
        return file;
    }

    private JsonElement Wifi() => unit.Run("config", "get", "--json").Json().GetProperty("config").GetProperty("wifi");

    private JsonElement Certificate() => unit.Run("info", "--json").Json().GetProperty("caCertificate");

    private string Config() => JsonSerializer.Serialize(unit.Run("config", "get", "--json").Json());
}
