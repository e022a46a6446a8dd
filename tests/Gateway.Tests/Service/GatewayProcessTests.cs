using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Service;

/// <summary>The gateway's own process between real UDP sockets and a real mosquitto.</summary>
public sealed class GatewayProcessTests(ITestOutputHelper output)
{
    private const string PositionFilter = "patrol/v1/+/+/position/#";
    private const int PushFramesMax = 8;

    [Fact]
    public async Task Frame_OverUdp_ComesOutOnMqttAsDocumented()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var gateway = await StartAsync(broker, boat);
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, PositionFilter, "%t %C %E %r %q %P|%p");
        using var concentrator = new TestConcentrator(gateway.UdpPort);

        var frame = boat.FrameNow(42);
        await concentrator.PushAsync([frame]);

        var parts = (await subscriber.ReadAsync()).Split('|');
        Assert.Equal(
            "patrol/v1/polairud/17/position application/json 3600 0 1 unit:17 counter:42 link:lora schema:patrol/v1/position id:17-live-42",
            parts[0]);
        var json = MessageCheck.Valid(parts[1]);
        Assert.Equal("1.04512", json.GetProperty("lat_deg").GetRawText());
        Assert.Equal("104.03021", json.GetProperty("lon_deg").GetRawText());
        Assert.Equal("KP Hiu 17", json.GetProperty("name").GetString());
        var instant = json.GetProperty("time").GetDateTimeOffset();
        Assert.Equal(boat.Position.SecondOfDay, (int)instant.TimeOfDay.TotalSeconds);
        Assert.InRange((DateTimeOffset.UtcNow - instant).TotalSeconds, -1, 60);

        await using var later = await MosquittoSubscriber.StartAsync(broker.Port, PositionFilter, "%r %p");
        Assert.StartsWith("1 {", await later.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_IsOnlineThenOfflineByStopAndByWill()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var states = await MosquittoSubscriber.StartAsync(broker.Port, "patrol/v1/gateway/boat-gateway/state", "%p");
        await using var gateway = await StartAsync(broker, boat);
        Assert.Equal("online", await NextStateAsync(states, "state"));

        Assert.Equal((0, ""), await gateway.TerminateAsync());
        Assert.Equal("stopped", await NextStateAsync(states, "reason"));

        await gateway.StartAsync();
        Assert.Equal("online", await NextStateAsync(states, "state"));
        await gateway.KillAsync();
        Assert.Equal("connection_lost", await NextStateAsync(states, "reason"));
    }

    [Fact]
    public async Task Terminate_WithFramesJustTakenIn_PublishesThemFirst()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var states = await MosquittoSubscriber.StartAsync(broker.Port, "patrol/v1/gateway/boat-gateway/state", "%p");
        await using var gateway = await StartAsync(broker, boat);

        // Without a connection a stop leaves the frames to the next start, which is right, and another test's.
        Assert.Equal("online", await NextStateAsync(states, "state"));
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, PositionFilter, "%p");
        using var concentrator = new TestConcentrator(gateway.UdpPort);

        await PushAsync(concentrator, boat, 0, 400);
        var (exitCode, _) = await gateway.TerminateAsync();

        Assert.Equal(0, exitCode);
        Assert.Equal(Counters(0, 400), await ReadCountersAsync(subscriber, 400));
        Assert.DoesNotContain("[403]", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_WithABrokerThatAnswersNothing_EndsInOrderAfterItsTime()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var states = await MosquittoSubscriber.StartAsync(broker.Port, "patrol/v1/gateway/boat-gateway/state", "%p");
        await using var gateway = await StartAsync(broker, boat, stopTimeoutS: 2);
        Assert.Equal("online", await NextStateAsync(states, "state"));
        broker.Suspend();
        using var concentrator = new TestConcentrator(gateway.UdpPort);
        await PushAsync(concentrator, boat, 0, 3);

        Assert.Equal((0, ""), await gateway.TerminateAsync());
        Assert.Contains("[403]", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("[501]", gateway.Log, StringComparison.Ordinal);
        Assert.Equal(3, JournaledCounters(gateway.Journal).Count);
    }

    [Fact]
    public async Task Terminate_WithALockedJournal_EndsInOrderAfterItsTime()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var states = await MosquittoSubscriber.StartAsync(broker.Port, "patrol/v1/gateway/boat-gateway/state", "%p");
        await using var gateway = await StartAsync(broker, boat, stopTimeoutS: 2);
        Assert.Equal("online", await NextStateAsync(states, "state"));
        await using var locker = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={gateway.Journal};Pooling=False");
        await locker.OpenAsync();
        await using var command = locker.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync();
        using var concentrator = new TestConcentrator(gateway.UdpPort);
        await PushAsync(concentrator, boat, 0, 3);

        Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);
        Assert.DoesNotContain("[501]", gateway.Log, StringComparison.Ordinal);
        Assert.Contains("[303]", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kill_InMidStream_LosesNothingThatWasAdmitted()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var gateway = await StartAsync(broker, boat);
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, PositionFilter, "%p");
        var random = Seed.New(output);
        List<uint> received = [];
        uint sent = 0;
        for (var life = 0; life < 3; life++)
        {
            var pushing = FloodAsync(gateway.UdpPort, boat, sent, 1600);
            sent += 1600;
            var before = received.Count;
            while (received.Count < before + 50 + random.Next(200))
                received.Add(await ReadCounterAsync(subscriber));
            await gateway.KillAsync();
            await pushing;
            var admitted = JournaledCounters(gateway.Journal);
            await gateway.StartAsync();
            while (received.Max() < admitted.Max())
                received.Add(await ReadCounterAsync(subscriber));

            // What was committed when it died comes out.
            while (admitted.Except(received).Any())
                received.Add(await ReadCounterAsync(subscriber));
        }

        // A replay of what was admitted stays out, and the next frame goes on.
        using var last = new TestConcentrator(gateway.UdpPort);
        await last.PushAsync([boat.FrameNow(received.Max()), boat.FrameNow(sent)]);
        while (received[^1] != sent)
            received.Add(await ReadCounterAsync(subscriber));
        var stored = JournaledCounters(gateway.Journal);
        Assert.Equal(stored.Distinct(), stored);
    }

    [Fact]
    public async Task Broker_KilledAndRestarted_GetsEveryFrameAndThePresentInOrder()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings { IsPersistent = true });
        await using var gateway = await StartAsync(broker, boat);
        await using var subscriber = await MosquittoSubscriber.StartAsync(
            broker.Port, PositionFilter, "%t %p", "-c", "-x", "3600");
        using var concentrator = new TestConcentrator(gateway.UdpPort);
        var pushing = PushAsync(concentrator, boat, 0, 600, pauseMs: 5);
        HashSet<uint> received = [];
        List<uint> present = [];
        async Task ReadAsync()
        {
            var parts = (await subscriber.ReadAsync()).Split(' ', 2);
            var counter = MessageCheck.Valid(parts[1]).GetProperty("counter").GetUInt32();

            // A broker that was killed tells again what it had told and not saved, and the retained message that it had then.
            if (received.Add(counter) && parts[0].EndsWith("/position", StringComparison.Ordinal))
                present.Add(counter);
        }

        while (received.Count < 50)
            await ReadAsync();

        await broker.KillAsync();
        await pushing;
        await broker.RestartAsync();

        while (received.Count < 600)
            await ReadAsync();
        Assert.Equal(present.Order(), present);
        Assert.Equal(599u, present[^1]);
    }

    [Fact]
    public async Task EmbeddedBroker_ServesAnotherClient()
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        await gateway.StartAsync();
        Assert.EndsWith(", embedded)", gateway.ReadyLine, StringComparison.Ordinal);
        await using var subscriber = await MosquittoSubscriber.StartAsync(gateway.MqttPort, PositionFilter, "%p");
        using var concentrator = new TestConcentrator(gateway.UdpPort);

        await concentrator.PushAsync([boat.FrameNow(1)]);

        Assert.Equal(1u, await ReadCounterAsync(subscriber));
        Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);
    }

    [Fact]
    public async Task Start_WithoutABroker_TakesFramesInAndPublishesThemLater()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync();
        await broker.KillAsync();
        await using var gateway = await StartAsync(broker, boat);
        using var concentrator = new TestConcentrator(gateway.UdpPort);
        await PushAsync(concentrator, boat, 0, 3);
        await Eventually.TrueAsync(() => JournaledCounters(gateway.Journal).Count == 3, "journaled");
        await broker.RestartAsync();

        // Retained: only the last one is seen by who comes after.
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, PositionFilter, "%p");
        while (await ReadCounterAsync(subscriber) != 2)
        {
            // Depending on who was first, the ones before it are seen, too.
        }
    }

    [Theory]
    [InlineData("{ \"host\": \"127.0.0.1\", \"port\": 0 }", 2, "mqtt.port: 0")]
    [InlineData("{ \"host\": \"127.0.0.1\" }", 0, "good, 1 units")]
    public async Task CheckConfig_SaysWhatIsWrong(string mqtt, int exitCode, string says)
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway(mqtt[1..^1], boat);
        using var process = Process.Start(TestGateway.StartInfo("check-config", "--config", gateway.InFolder("gateway.json")))!;
        var said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(exitCode, process.ExitCode);
        Assert.Contains(says, said, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(boat.Key), said, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Start_OnTheJournalOfARunningGateway_EndsAndNamesTheLock()
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        await gateway.StartAsync();

        // Its downlinks' store is another one: that has a lock of its own.
        gateway.AddSection("\"downlink\": { \"file\": \"state/other.db\" }");
        var (exitCode, said) = await RunToEndAsync("--config", gateway.InFolder("gateway.json"));

        Assert.Equal(1, exitCode);
        Assert.Contains(gateway.Journal + ".lock", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckConfig_FleetWithoutUnits_IsGoodWithAWarning()
    {
        await using var gateway = new TestGateway("\"host\": \"127.0.0.1\"");

        var (exitCode, said) = await RunToEndAsync("check-config", "--config", gateway.InFolder("gateway.json"));

        Assert.Equal(0, exitCode);
        Assert.Contains("warning: the fleet has no units", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckConfig_SchedulesOfNobodyInTheFleet_IsGoodWithWarnings()
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"host\": \"127.0.0.1\"", boat);
        gateway.AddSection(""" "schedules": [ { "unit": 17 }, { "unit": 18 }, { "agency": "polairud" }, { "agency": "polairut" } ]""");

        var (exitCode, said) = await RunToEndAsync("check-config", "--config", gateway.InFolder("gateway.json"));

        Assert.Equal(0, exitCode);
        Assert.Contains("warning: schedules: agency polairut is not in the fleet", said, StringComparison.Ordinal);
        Assert.Contains("warning: schedules: unit 18 is not in the fleet", said, StringComparison.Ordinal);
        Assert.DoesNotContain("polairud", said, StringComparison.Ordinal);
        Assert.DoesNotContain("unit 17", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("packetForwarder", "ingest.packetForwarder.listen")]
    [InlineData("embedded", "mqtt.embedded.listen")]
    public async Task Start_OnATakenPort_SaysWhichInOneLine(string section, string key)
    {
        using var boat = new TestBoat(17);
        await using var first = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        await first.StartAsync();
        var taken = $"127.0.0.1:{(section == "embedded" ? first.MqttPort : first.UdpPort)}";
        await using var second = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        second.Configure($"\"{section}\": {{ \"listen\": \"127.0.0.1:0\"", $"\"{section}\": {{ \"listen\": \"{taken}\"");

        var (exitCode, said) = await RunToEndAsync("--config", second.InFolder("gateway.json"));

        Assert.Equal(1, exitCode);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        var line = Assert.Single(said.Split('\n'), line => line.Contains("not started", StringComparison.Ordinal));
        Assert.StartsWith($"not started: {key}: {taken}: ", line, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Said)> RunToEndAsync(params string[] arguments)
    {
        using var process = Process.Start(TestGateway.StartInfo(arguments))!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        try
        {
            var said = await process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, said);
        }
        finally
        {
            process.Kill();
        }
    }

    private static async Task<TestGateway> StartAsync(MosquittoProcess broker, TestBoat boat, int stopTimeoutS = 60)
    {
        var gateway = new TestGateway($"\"host\": \"127.0.0.1\", \"port\": {broker.Port}", stopTimeoutS, boat);
        await gateway.StartAsync();
        return gateway;
    }

    private static async Task PushAsync(TestConcentrator concentrator, TestBoat boat, uint first, int count, int pauseMs = 0)
    {
        foreach (var frames in Counters(first, count).Select(boat.FrameNow).Chunk(PushFramesMax))
        {
            await concentrator.PushAsync(frames);
            if (pauseMs > 0)
                await Task.Delay(pauseMs);
        }
    }

    // Sends without waiting for anything, until the gateway's port is closed.
    private static async Task FloodAsync(int port, TestBoat boat, uint first, int count)
    {
        using var concentrator = new TestConcentrator(port);
        try
        {
            foreach (var frames in Counters(first, count).Select(boat.FrameNow).Chunk(PushFramesMax))
            {
                await concentrator.SendAsync(TestConcentrator.PushData(concentrator.Eui, 1, frames));
                await Task.Delay(1);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // ICMP "port unreachable": it was killed.
        }
    }

    private static IEnumerable<uint> Counters(uint first, int count) => Enumerable.Range(0, count).Select(i => first + (uint)i);

    private static async Task<List<uint>> ReadCountersAsync(MosquittoSubscriber subscriber, int count)
    {
        List<uint> counters = [];
        while (counters.Count < count)
            counters.Add(await ReadCounterAsync(subscriber));
        return counters;
    }

    private static async Task<uint> ReadCounterAsync(MosquittoSubscriber subscriber) =>
        MessageCheck.Valid(await subscriber.ReadAsync()).GetProperty("counter").GetUInt32();

    private static async Task<string?> NextStateAsync(MosquittoSubscriber subscriber, string key) =>
        MessageCheck.Valid(await subscriber.ReadAsync()).GetProperty(key).GetString();

    private static List<uint> JournaledCounters(string journal)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={journal};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT counter FROM frame ORDER BY id";
        using var rows = command.ExecuteReader();
        List<uint> counters = [];
        while (rows.Read())
            counters.Add(uint.Parse(rows.GetString(0), CultureInfo.InvariantCulture));
        return counters;
    }
}
