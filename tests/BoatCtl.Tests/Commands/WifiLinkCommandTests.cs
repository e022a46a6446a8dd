using System.Text.Json;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Commands;

/// <summary>A unit set up by the command alone talks to a real broker over TLS, and says why where it does not.</summary>
public sealed class WifiLinkCommandTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("boatctl-wifi-");
    private readonly TestCertificates _certificates = new();

    private string Port => Path.Combine(_folder.FullName, "tty");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _certificates.Dispose();
    }

    [Fact]
    public async Task Set_NewUnitAndARealBroker_ConnectsAndTellsWhatKeepsItFromIt()
    {
        await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings
        {
            User = ("77", "battery staple"),
            Tls = (_certificates.ServerFile, _certificates.ServerKeyFile, _certificates.CaFile),
            Extra = "require_certificate false",
        });

        // Wi-Fi keeps real time.
        using var unit = BoatCtlProcess.Start(
            "BoatCtl", "simulate", "--board", "carrier-s3", "--console-link", Port, "--gateway", "127.0.0.1:9", "--state", Path.Combine(_folder.FullName, "flash"), "--unit", "77", "--key-file", File("000102030405060708090A0B0C0D0E0F"));
        unit.WaitForLine("console: ");
        Assert.Equal("null", Link());
        var run = BoatCtlRun.Of(
            "wifi", "set", "--ssid", "harbour", "--password-file", File("correct horse"), "--mqtt", $"127.0.0.1:{broker.Port}", "--user", "77",
            "--mqtt-password-file", File("battery staple"), "--ca", _certificates.CaFile, "--port", Port, "--json");
        Assert.True(run.ExitCode == 0, run.Out + run.Error);

        // Connected it may be sending already.
        Assert.Contains(run.Json().GetProperty("state").GetString(), (string?[])["ready", "busy"]);
        Assert.Equal("pass", Tested());

        var wrong = BoatCtlRun.Of("wifi", "set", "--mqtt-password-file", File("wrong"), "--wait", "0", "--port", Port, "--json");
        Assert.Equal(1, wrong.ExitCode);
        Until("refused");
        UntilTested("fail");
        using var others = new TestCertificates();
        var foreign = BoatCtlRun.Of("wifi", "set", "--mqtt-password-file", File("battery staple"), "--ca", others.CaFile, "--wait", "0", "--port", Port);
        Assert.Equal(1, foreign.ExitCode);
        Until("not-reached");

        // It may as well be at sea.
        UntilTested("unknown");
    }

    [Fact]
    public void Reboot_Unit_AnswersAsOneThatHasStarted()
    {
        using var unit = BoatCtlProcess.Unit(Port);
        var starts = Info().GetProperty("starts").GetInt32();
        var run = BoatCtlRun.Of("reboot", "--port", Port, "--json");
        Assert.Equal((0, starts + 1, "asked"), (run.ExitCode, run.Json().GetProperty("starts").GetInt32(), run.Json().GetProperty("resetCause").GetString()));
        Assert.Equal(starts + 1, Info().GetProperty("starts").GetInt32());
        unit.Terminate();
        Assert.Equal(3, BoatCtlRun.Of("reboot", "--port", Port).ExitCode);
    }

    private void Until(string failure)
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); Failure() != failure; Thread.Sleep(100))
            Assert.True(waited.Elapsed < _patience, Link());
    }

    // While the unit tries again it is only starting.
    private void UntilTested(string expected)
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); Tested() != expected; Thread.Sleep(100))
            Assert.True(waited.Elapsed < _patience, $"{Tested()}, {Link()}");
    }

    private string? Tested() => BoatCtlRun.Of("selftest", "--port", Port, "--json").Json().GetProperty("parts").EnumerateArray()
        .Single(part => part.GetProperty("part").GetString() == "Wi-Fi").GetProperty("result").GetString();

    private string? Failure() => Info().GetProperty("links").GetProperty("wifi").GetProperty("failure").GetString();

    private string Link() => Info().GetProperty("links").GetProperty("wifi").GetRawText();

    private JsonElement Info() => BoatCtlRun.Of("info", "--port", Port, "--json").Json();

    private string File(string content)
    {
        var file = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        System.IO.File.WriteAllText(file, content);
        return file;
    }
}
