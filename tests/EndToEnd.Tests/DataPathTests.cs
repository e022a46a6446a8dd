using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.EndToEnd.Tests;

/// <summary>
/// Receiver bytes in, MQTT messages out: the real unit's process, UDP, the real gateway's process, a real mosquitto and a
/// real mosquitto_sub, against what an independent parser finds in the same bytes.
/// </summary>
public sealed class DataPathTests(ITestOutputHelper output) : IDisposable
{
    // A frame's grid: half of 1e-5 degree from rounding; the rest is the limit that was promised.
    private const decimal ToleranceDeg = 0.00001m;
    private const string Filter = "patrol/v1/+/+/position";
    private const string EndTopic = "patrol/v1/test/0/position";
    private const string EndMark = "the end";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("boat-end-to-end-");

    public static TheoryData<string> RecordedLogs
    {
        get
        {
            var logs = new TheoryData<string>();
            if (RepositoryPaths.HasSharedData)
            {
                foreach (var file in Directory.EnumerateFiles(RepositoryPaths.Shared("nmea"), "*.log").Order(StringComparer.Ordinal))
                    logs.Add(Path.GetFileName(file));
            }
            else
            {
                logs.Add("(none)");
            }

            return logs;
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [SharedDataTheory]
    [MemberData(nameof(RecordedLogs))]
    public Task Replay_RecordedLog_EveryFixArrivesAndNothingElse(string log) =>
        ReplayAndCompareAsync(RepositoryPaths.Shared("nmea", log), fixesMin: 100);

    [Fact]
    public async Task Replay_OwnLog_EveryFixArrivesAndNothingElse()
    {
        var log = File("own.log");
        OwnLog.Write(log, Seed.New(output).Next());
        await ReplayAndCompareAsync(log, OwnLog.FixesMin);
    }

    private async Task ReplayAndCompareAsync(string log, int fixesMin)
    {
        var expected = NaiveNmeaReference.Read(await System.IO.File.ReadAllBytesAsync(log));
        Assert.True(expected.Count >= fixesMin, $"the reference finds {expected.Count} fixes in {log}");
        WriteConfiguration();

        // mosquitto drops what a slow subscriber has not taken after 1,000 messages, unless told otherwise.
        await using var broker = await MosquittoProcess.StartAsync();
        await System.IO.File.WriteAllTextAsync(File("gateway.json"), GatewayJson(broker.Port));
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, Filter, "%p");
        await using var gateway = new ProgramProcess("Gateway", "--config", File("gateway.json"));
        var ready = await gateway.LineAsync("gateway ready:");
        var forwarder = ready.Split("udp/")[1].Split(',')[0];

        // What is committed before the connection to the broker is history, but for the newest.
        await gateway.LineWithAsync("publishing the journal after");
        await using var unit = new ProgramProcess(
            "Host", "replay", "--log", log, "--speed", "max", "--unit", "7", "--gateway", forwarder, "--key-file", File("unit.key"), "--state", File("state"));
        var exit = await unit.ExitAsync();
        output.WriteLine(unit.Output);
        Assert.True(exit == 0, unit.Output + "\n" + gateway.Output);

        // A gateway that is asked to end publishes first what it has; whatever it would publish has been by then.
        Assert.Equal(0, await gateway.TerminateAsync());
        await MosquittoPublisher.PublishAsync(broker.Port, EndTopic, EndMark);
        var arrived = new List<Position>();
        for (var line = await subscriber.ReadAsync(); line != EndMark; line = await subscriber.ReadAsync())
            arrived.Add(Position.Parse(line));

        Compare(expected, arrived);
        output.WriteLine($"{arrived.Count} positions of {Path.GetFileName(log)} arrived, all as expected");
    }

    private static void Compare(IReadOnlyList<NaiveFix> expected, List<Position> arrived)
    {
        for (var i = 0; i < Math.Min(expected.Count, arrived.Count); i++)
        {
            var same = Math.Abs(expected[i].LatitudeDeg - arrived[i].LatitudeDeg) <= ToleranceDeg
                && Math.Abs(expected[i].LongitudeDeg - arrived[i].LongitudeDeg) <= ToleranceDeg
                && expected[i].TimeOfDayMs / 1000 == arrived[i].SecondOfDay;
            Assert.True(same, $"position {i}: expected {expected[i]}, arrived {arrived[i]}");
        }

        Assert.Equal(expected.Count, arrived.Count);
    }

    private string File(string name) => Path.Combine(_folder.FullName, name);

    private void WriteConfiguration()
    {
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        System.IO.File.WriteAllText(File("unit.key"), key);
        System.IO.File.WriteAllText(
            File("fleet.json"), JsonSerializer.Serialize(new { units = new[] { new { unit = 7, agency = "test", name = "KP Test", key } } }));
    }

    private static string GatewayJson(int brokerPort) => JsonSerializer.Serialize(new
    {
        fleet = "fleet.json",
        journal = "journal.db",
        ingest = new { packetForwarder = new { listen = "127.0.0.1:0" } },

        // The log comes many times faster than any boat speaks.
        admission = new { framesPerSecondMax = 100_000 },
        mqtt = new { host = "127.0.0.1", port = brokerPort },
    });

    private sealed record Position(decimal LatitudeDeg, decimal LongitudeDeg, int SecondOfDay)
    {
        public static Position Parse(string payload)
        {
            using var json = JsonDocument.Parse(payload);
            var time = DateTime.Parse(
                json.RootElement.GetProperty("time").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
            return new Position(
                json.RootElement.GetProperty("lat_deg").GetDecimal(),
                json.RootElement.GetProperty("lon_deg").GetDecimal(),
                (int)time.TimeOfDay.TotalSeconds);
        }
    }
}
