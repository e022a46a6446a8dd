using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Tests.Service;

/// <summary>What the gateway's own process says of itself, over HTTP and through its commands.</summary>
public sealed class HealthTests : IDisposable
{
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Readyz_BrokerKilledAndRestarted_TellsTheTruthAndHealthzStaysWell()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var gateway = await StartAsync($"\"host\": \"127.0.0.1\", \"port\": {broker.Port}", boat);
        await BecomesAsync(gateway, "readyz", HttpStatusCode.OK);
        var ready = (await AskAsync(gateway, "readyz")).Body;
        Assert.Equal(["stages", "journal", "ingest", "broker"], ready.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("check").GetString()));
        Assert.Contains($"packetForwarder udp/127.0.0.1:{gateway.UdpPort}", DetailOf(ready, "ingest"), StringComparison.Ordinal);
        Assert.Contains($"connected to 127.0.0.1:{broker.Port}", DetailOf(ready, "broker"), StringComparison.Ordinal);

        await broker.KillAsync();
        await BecomesAsync(gateway, "readyz", HttpStatusCode.ServiceUnavailable);
        var (code, body) = await AskAsync(gateway, "readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.False(body.GetProperty("ok").GetBoolean());
        Assert.Matches(@"^not connected for \d+ s: .", DetailOf(body, "broker"));
        Assert.StartsWith("committed up to", DetailOf(body, "journal"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(gateway, "healthz")).Code);

        await broker.RestartAsync();
        await BecomesAsync(gateway, "readyz", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Readyz_JournalThatCannotCommit_IsNotReadyUntilItCan()
    {
        using var boat = new TestBoat(17);
        await using var gateway = await StartAsync("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        await BecomesAsync(gateway, "readyz", HttpStatusCode.OK);
        await using (var locker = new SqliteConnection($"Data Source={gateway.Journal};Pooling=False"))
        {
            await locker.OpenAsync();
            await using var command = locker.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE";
            await command.ExecuteNonQueryAsync();
            using var concentrator = new TestConcentrator(gateway.UdpPort);
            await concentrator.PushAsync([boat.FrameNow(1)]);
            await BecomesAsync(gateway, "readyz", HttpStatusCode.ServiceUnavailable);
            Assert.Contains("no commit within", DetailOf((await AskAsync(gateway, "readyz")).Body, "journal"), StringComparison.Ordinal);

            // Killing it would lose what waits in memory.
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(gateway, "healthz")).Code);
        }

        await BecomesAsync(gateway, "readyz", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Status_OfAGatewayThatTookAFrameIn_CountsIt()
    {
        using var boat = new TestBoat(17);
        await using var gateway = await StartAsync("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        using var concentrator = new TestConcentrator(gateway.UdpPort);
        await concentrator.PushAsync([boat.FrameNow(1)]);
        await Eventually.TrueAsync(() => Metric("publish.messages") == 1, "published");

        var (exitCode, output, _) = await RunAsync("status", "--config", ConfigurationWithPort(gateway));
        Assert.Equal(0, exitCode);
        Assert.StartsWith("ok", output, StringComparison.Ordinal);
        Assert.Contains("\n  admission.frames 1\n", output, StringComparison.Ordinal);
        Assert.Contains("ok    broker", output, StringComparison.Ordinal);

        // Five checks and a line or two of figures; all of them for who asks.
        Assert.DoesNotContain("journal.failures", output, StringComparison.Ordinal);
        Assert.Matches(@"\n  and \d{2,} more as they should be: --all\n$", output);
        Assert.InRange(output.Count(character => character == '\n'), 5, 20);
        (_, output, _) = await RunAsync("status", "--all", "--config", ConfigurationWithPort(gateway));
        Assert.Contains("\n  journal.failures 0\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("--all", output, StringComparison.Ordinal);

        long Metric(string name) => AskAsync(gateway, "status").GetAwaiter().GetResult().Body.GetProperty("metrics").GetProperty(name).GetInt64();
    }

    [Fact]
    public async Task Status_WithoutBroker_SaysSoAndEndsWithItsCode()
    {
        using var boat = new TestBoat(17);
        await using var gateway = await StartAsync($"\"host\": \"127.0.0.1\", \"port\": {FreePorts.Tcp()}", boat);

        var (exitCode, output, _) = await RunAsync("status", "--address", $"127.0.0.1:{gateway.HealthPort}");
        Assert.Equal((int)ExitCode.NotReady, exitCode);
        Assert.StartsWith("NOT OK", output, StringComparison.Ordinal);
        Assert.Contains("FAIL  broker   not connected for", output, StringComparison.Ordinal);

        (exitCode, output, _) = await RunAsync("status", "--json", "--address", $"127.0.0.1:{gateway.HealthPort}");
        Assert.Equal((int)ExitCode.NotReady, exitCode);
        Assert.False(JsonDocument.Parse(output).RootElement.GetProperty("ok").GetBoolean());

        (exitCode, _, _) = await RunAsync("status", "--live", "--address", $"127.0.0.1:{gateway.HealthPort}");
        Assert.Equal(0, exitCode);
    }

    [Theory]
    [InlineData("status", "--address", "127.0.0.1:1", (int)ExitCode.NotReached, "no gateway answers on 127.0.0.1:1")]
    [InlineData("units", "--address", "nowhere", (int)ExitCode.NotStarted, "nowhere is not ADDRESS:PORT")]
    [InlineData("status", "--config", "/nowhere/gateway.json", (int)ExitCode.ConfigurationError, "gateway.json")]
    public async Task Status_OfNoGateway_SaysWhy(string command, string option, string value, int expected, string says)
    {
        var (exitCode, _, errors) = await RunAsync(command, option, value);
        Assert.Equal(expected, exitCode);
        Assert.Contains(says, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Units_OfAFleet_HaveTheirLastReceptionAlsoAfterARestart()
    {
        using var heard = new TestBoat(17);
        using var silent = new TestBoat(18);
        await using var gateway = await StartAsync("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", heard, silent);
        using (var concentrator = new TestConcentrator(gateway.UdpPort))
            await concentrator.PushAsync([heard.FrameNow(1)]);
        await Eventually.TrueAsync(() => Units(gateway)[0].TryGetProperty("last_heard", out _), "heard");
        var units = Units(gateway);
        Assert.Equal([17, 18], units.Select(unit => unit.GetProperty("unit").GetInt32()));
        Assert.Equal(("lora", -103, -7.5), (units[0].GetProperty("link").GetString(), units[0].GetProperty("rssi_dbm").GetInt32(), units[0].GetProperty("snr_db").GetDouble()));
        Assert.InRange((DateTimeOffset.UtcNow - units[0].GetProperty("last_heard").GetDateTimeOffset()).TotalSeconds, 0, 60);
        Assert.False(units[1].TryGetProperty("last_heard", out _));

        var (exitCode, output, _) = await RunAsync("units", "--address", $"127.0.0.1:{gateway.HealthPort}");
        Assert.Equal(0, exitCode);
        Assert.Matches(@"\n +17  polairud +KP Hiu 17 +20\d\d-.*lora +-103 +-7\.5\n +18  polairud +KP Hiu 18 +never\n$", output);

        await gateway.TerminateAsync();
        await gateway.StartAsync();
        Assert.InRange((DateTimeOffset.UtcNow - Units(gateway)[0].GetProperty("last_heard").GetDateTimeOffset()).TotalSeconds, 0, 90);
    }

    [Fact]
    public async Task Start_OnATakenHealthPort_SaysWhich()
    {
        using var boat = new TestBoat(17);
        await using var first = await StartAsync("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        await using var second = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        second.AddSection($"\"health\": {{ \"listen\": \"127.0.0.1:{first.HealthPort}\" }}");

        var (exitCode, _, errors) = await RunAsync("--config", second.InFolder("gateway.json"));

        Assert.Equal((int)ExitCode.NotStarted, exitCode);
        Assert.StartsWith($"not started: health.listen: 127.0.0.1:{first.HealthPort}: ", errors.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_OfARunningGateway_HoldsWhatWasCommitted()
    {
        using var boat = new TestBoat(17);
        await using var gateway = await StartAsync("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        using var concentrator = new TestConcentrator(gateway.UdpPort);
        await concentrator.PushAsync(Enumerable.Range(0, 8).Select(i => boat.FrameNow((uint)i)));
        await Eventually.TrueAsync(() => Count(gateway.Journal) == 8, "committed");
        var copy = gateway.InFolder("copy.db");

        var (exitCode, output, _) = await RunAsync("backup", "--config", gateway.InFolder("gateway.json"), "--to", copy);

        Assert.Equal(0, exitCode);
        Assert.StartsWith($"{copy}: ", output, StringComparison.Ordinal);
        Assert.Equal(8, Count(copy));
        (exitCode, _, var errors) = await RunAsync("backup", "--config", gateway.InFolder("gateway.json"), "--to", "/nowhere/copy.db");
        Assert.Equal((int)ExitCode.NotStarted, exitCode);
        Assert.Contains("/nowhere/copy.db", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_AsJson_HasAnObjectWithTheEventsNumberInEachLine()
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        gateway.AddSection("\"log\": { \"format\": \"json\" }");
        await gateway.StartAsync();
        await Eventually.TrueAsync(() => gateway.Log.Contains("453", StringComparison.Ordinal), "publishes");
        Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);

        var events = gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.Trim().Length > 0)
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Contains(events, e => e.GetProperty("EventId").GetInt32() == 401 && e.GetProperty("State").GetProperty("ClientId").GetString() == "boat-gateway");
        Assert.All(events, e => Assert.EndsWith("Z", e.GetProperty("Timestamp").GetString(), StringComparison.Ordinal));
    }

    // Without the mark of sd-daemon(3) the journal takes each line for information, and journalctl -p warning shows none.
    [Fact]
    public async Task Log_IntoSystemdsJournal_MarksEachLineWithItsLevel()
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway($"\"host\": \"127.0.0.1\", \"port\": {FreePorts.Tcp()}", boat)
        {
            Launch = static start => start.Environment["JOURNAL_STREAM"] = "9:1",
        };
        await gateway.StartAsync();
        await Eventually.TrueAsync(() => gateway.Log.Contains("[402]", StringComparison.Ordinal), "tried");
        Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);

        var lines = gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.All(lines, static line => Assert.Matches("^<[2-7]>", line));
        Assert.Contains(lines, static line => line.StartsWith("<4>", StringComparison.Ordinal) && line.Contains("[402]", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.StartsWith("<6>", StringComparison.Ordinal) && line.Contains("[306]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_WithLevelError_LeavesTheRestOut()
    {
        using var boat = new TestBoat(17);
        await using var gateway = await StartAsync($"\"host\": \"127.0.0.1\", \"port\": {FreePorts.Tcp()}", boat, "\"log\": { \"level\": \"error\" }");
        await Eventually.TrueAsync(
            () => DetailOf(AskAsync(gateway, "readyz").GetAwaiter().GetResult().Body, "broker").Contains("not reached", StringComparison.Ordinal), "tried");
        Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);
        Assert.DoesNotContain("[402]", gateway.Log, StringComparison.Ordinal);
    }

    private static Task<TestGateway> StartAsync(string mqtt, params TestBoat[] boats) => StartAsync(mqtt, boats, []);

    private static Task<TestGateway> StartAsync(string mqtt, TestBoat boat, string section) => StartAsync(mqtt, [boat], [section]);

    private static async Task<TestGateway> StartAsync(string mqtt, TestBoat[] boats, string[] sections)
    {
        var gateway = new TestGateway(mqtt, boats);
        foreach (var section in sections.Append("\"health\": { \"listen\": \"127.0.0.1:0\" }"))
            gateway.AddSection(section);
        await gateway.StartAsync();
        return gateway;
    }

    // A copy of its configuration with the port that it was given.
    private static string ConfigurationWithPort(TestGateway gateway)
    {
        var file = gateway.InFolder("with-port.json");
        var text = File.ReadAllText(gateway.InFolder("gateway.json"));
        File.WriteAllText(file, text.Replace(
            "\"health\": { \"listen\": \"127.0.0.1:0\" }", $"\"health\": {{ \"listen\": \"127.0.0.1:{gateway.HealthPort}\" }}", StringComparison.Ordinal));
        return file;
    }

    private JsonElement[] Units(TestGateway gateway) =>
        [.. AskAsync(gateway, "units").GetAwaiter().GetResult().Body.GetProperty("units").EnumerateArray()];

    private async Task<(HttpStatusCode Code, JsonElement Body)> AskAsync(TestGateway gateway, string path)
    {
        using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{gateway.HealthPort}/{path}"));
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    private Task BecomesAsync(TestGateway gateway, string path, HttpStatusCode code) =>
        Eventually.TrueAsync(() => AskAsync(gateway, path).GetAwaiter().GetResult().Code == code, $"{path} is {code}");

    private static string DetailOf(JsonElement body, string check) => body.GetProperty("checks").EnumerateArray()
        .Single(element => element.GetProperty("check").GetString() == check).GetProperty("detail").GetString()!;

    private static long Count(string journal)
    {
        using var connection = new SqliteConnection($"Data Source={journal};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM frame";
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(TestGateway.StartInfo(arguments))!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        try
        {
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, output.ReplaceLineEndings("\n"), await errors);
        }
        finally
        {
            process.Kill();
        }
    }
}
