using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Service;

/// <summary>The files that install the gateway, as far as they can be tried without a service manager and a container engine.</summary>
public sealed class PackagingTests
{
    private const string Program = "/usr/lib/boat-gateway/BoatTelemetry.Gateway";
    private const string ConfigurationFile = "/etc/boat-gateway/gateway.json";
    private static readonly string _unit = RepositoryPaths.InRepository("gateway", "packaging", "systemd", "boat-gateway.service");
    private static readonly string _containerfile = RepositoryPaths.InRepository("gateway", "packaging", "Containerfile");

    [SystemdFact]
    public async Task Unit_BySystemdsOwnCheck_IsGood()
    {
        var folder = Directory.CreateTempSubdirectory("boat-test-unit-").FullName;
        try
        {
            // The program is not installed here; another one that is stands in for it, since its presence is checked.
            var unit = Path.Combine(folder, Path.GetFileName(_unit));
            await File.WriteAllTextAsync(unit, (await File.ReadAllTextAsync(_unit)).Replace(Program, "/bin/true", StringComparison.Ordinal));
            var (exitCode, said) = await RunAsync(new ProcessStartInfo(SystemdFactAttribute.Program, ["verify", unit]));
            Assert.Equal((0, ""), (exitCode, said));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Commands_OfUnitAndContainer_AreOnesTheGatewayKnows()
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        gateway.AddSection("\"health\": { \"listen\": \"127.0.0.1:0\" }");
        var unit = await File.ReadAllLinesAsync(_unit);
        Assert.Equal(["--config", ConfigurationFile], Arguments(unit, "ExecStart="));

        await gateway.StartAsync();
        var probe = (await File.ReadAllLinesAsync(_containerfile)).Single(line => line.TrimStart().StartsWith("CMD [\"" + Program, StringComparison.Ordinal));
        var command = JsonSerializer.Deserialize<string[]>(probe.Trim()["CMD ".Length..])!;
        var port = gateway.HealthPort.ToString(CultureInfo.InvariantCulture);
        var asked = command.Skip(1).Select(argument => argument.Replace("127.0.0.1:8080", $"127.0.0.1:{port}", StringComparison.Ordinal));
        Assert.Equal(0, (await RunAsync(TestGateway.StartInfo([.. asked]))).ExitCode);
    }

    // RestartPreventExitStatus= counts for ExecStart= alone (systemd.service(5)): a check before it is tried again and again.
    [Fact]
    public async Task Unit_OnAWrongConfiguration_IsNotTriedAgain()
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"nowhere\" }", boat);
        var unit = await File.ReadAllLinesAsync(_unit);
        var start = Arguments(unit, "ExecStart=").Select(argument => argument == ConfigurationFile ? gateway.InFolder("gateway.json") : argument);
        var (exitCode, said) = await RunAsync(TestGateway.StartInfo([.. start]));

        Assert.Contains("mqtt.embedded.listen", said, StringComparison.Ordinal);
        Assert.Contains($"RestartPreventExitStatus={exitCode}", unit);
        Assert.DoesNotContain(unit, static line => line.StartsWith("ExecStartPre=", StringComparison.Ordinal));
    }

    // libnss-systemd, which tells a dynamic user's home, is not everywhere; .NET then makes no TLS connection.
    [Fact]
    public async Task Unit_HasItsStateFolderForAHome()
    {
        var unit = await File.ReadAllLinesAsync(_unit);
        var folder = unit.Single(static line => line.StartsWith("WorkingDirectory=", StringComparison.Ordinal))["WorkingDirectory=".Length..];
        Assert.Contains($"Environment=HOME={folder}", unit);
    }

    // Ordered behind it without wanting it nobody might reach it, and wanted without an order it would not be waited for (systemd.special(7)).
    [Theory]
    [InlineData("network-online.target")]
    [InlineData("time-sync.target")]
    public async Task Unit_WantsAndWaitsFor(string target)
    {
        var unit = await File.ReadAllLinesAsync(_unit);
        foreach (var key in (string[])["Wants=", "After="])
            Assert.Contains(target, unit.Where(line => line.StartsWith(key, StringComparison.Ordinal)).SelectMany(line => line[key.Length..].Split(' ')));
    }

    private static string[] Arguments(string[] unit, string key)
    {
        var line = unit.Single(line => line.StartsWith(key, StringComparison.Ordinal))[key.Length..].Split(' ');
        Assert.Equal(Program, line[0]);
        return line[1..];
    }

    private static async Task<(int ExitCode, string Said)> RunAsync(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var errors = await process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, (await output) + errors);
    }

    private sealed class SystemdFactAttribute : FactAttribute
    {
        public const string Program = "/usr/bin/systemd-analyze";

        public SystemdFactAttribute()
        {
            if (!File.Exists(Program))
                Skip = "systemd-analyze is not installed";
        }
    }
}
