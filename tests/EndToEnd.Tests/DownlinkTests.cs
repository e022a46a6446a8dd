using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.EndToEnd.Tests;

/// <summary>
/// The whole unit as a process, its radio chip through the sea's air and a concentrator to the real gateway, and back: what
/// it recorded is acknowledged and leaves its journal, a command arrives and its result comes home. In real time, since the
/// receive window is.
/// </summary>
public sealed partial class DownlinkTests(ITestOutputHelper output) : IDisposable
{
    private const int Unit = 7;

    // Much longer than it takes: a busy machine, and frames that the wire loses are sent again after minutes.
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(6);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("boat-downlink-end-to-end-");
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(16);

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public async Task Unit_RecordsAndIsOrdered_ItsJournalEmptiesAndTheResultComesBack(int lossPercent)
    {
        WriteFiles();
        await AskAsync();
        await using var gateway = new ProgramProcess("Gateway", "--config", File("gateway.json"));
        var ready = await gateway.LineAsync("gateway ready:");
        var forwarder = IPEndPoint.Parse(ready.Split("udp/")[1].Split(',')[0]);
        using var wire = new LossyWire(forwarder, lossPercent, Seed.New(output));
        await using var unit = new ProgramProcess(
            "Host", "unit", "--board", "t-beam", "--unit", $"{Unit}", "--gateway", $"{wire.Address}", "--key-file", File("unit.key"), "--state", File("flash"));

        var watch = Stopwatch.StartNew();
        while (!gateway.Output.Contains($"(ReportInterval) of unit {Unit}: Done", StringComparison.Ordinal))
        {
            Assert.True(watch.Elapsed < _longest, $"no result:\n{gateway.Output}\n{unit.Output}");
            await Task.Delay(50);
        }

        output.WriteLine($"result after {watch.Elapsed.TotalSeconds:F0} s; wire carried {wire.Carried}, lost {wire.Lost}");
        Assert.Equal(0, await unit.TerminateAsync());
        Assert.Equal(0, await gateway.TerminateAsync());
        output.WriteLine(unit.Output);
        output.WriteLine(gateway.Output);

        // What is held is what was made since, or is on its way again; the status with the result was one of the others.
        var record = RecordPattern().Match(unit.Output);
        Assert.True(record.Success, unit.Output);
        var (stored, acknowledged, held) = (Number(record, "stored"), Number(record, "acknowledged"), Number(record, "held"));
        Assert.True(acknowledged >= 1 && held < stored, record.Value);
        if (lossPercent == 0)
            Assert.InRange(held, 0, 1);

        // The end is told on the response topic, so the queue has nothing left to tell.
        Assert.Matches(@"\[621\] Command 1 \(ReportInterval\) of unit 7: Done after \d+ sends", gateway.Output);
        Assert.Empty(await EndedAsync());
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private string File(string name) => Path.Combine(_folder.FullName, name);

    private void WriteFiles()
    {
        var key = Convert.ToHexStringLower(_key);
        System.IO.File.WriteAllText(File("unit.key"), key);
        System.IO.File.WriteAllText(
            File("fleet.json"), JsonSerializer.Serialize(new { units = new[] { new { unit = Unit, agency = "test", name = "KP Test", key } } }));
        System.IO.File.WriteAllText(File("gateway.json"), JsonSerializer.Serialize(new
        {
            fleet = "fleet.json",
            journal = "journal.db",
            downlink = new { file = "downlink.db" },
            ingest = new { packetForwarder = new { listen = "127.0.0.1:0" } },
            mqtt = new { embedded = new { listen = "127.0.0.1:0" } },
        }));
    }

    // Queued by the gateway's own queue, before the gateway runs: a command survives a restart.
    private Task AskAsync() => WithQueueAsync(queue =>
    {
        var command = new Command
        {
            Kind = CommandKind.ReportInterval,
            LiveIntervalS = 20,
            DurationMin = 10,
            ExpiryUtcMs = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds(),
        };
        Assert.Equal(CommandRefusal.None, queue.Enqueue(new CommandRequest(Unit, command, "answers/here"), out _));
    });

    private async Task<IReadOnlyCollection<EndedCommand>> EndedAsync()
    {
        var results = new Results();
        await WithQueueAsync(queue => queue.Attach(results));
        return results.Ended;
    }

    private async Task WithQueueAsync(Action<CommandQueue> use)
    {
        using var cipher = new PlatformAesCcm(_key);
        using var metrics = new GatewayMetrics();
        var fleet = new FleetRegistry(OperatingArea.Indonesia, [new FleetUnit(Unit, "test", "KP Test", cipher)]);
        var options = new DownlinkOptions { File = File("downlink.db") };
        using var store = new DownlinkStore(options.File);
        store.Open();
        var queue = new CommandQueue(
            options, store, new FleetSource(fleet), new DownlinkMetrics(metrics), TimeProvider.System, NullLogger<CommandQueue>.Instance);
        await queue.StartAsync(CancellationToken.None);
        use(queue);
    }

    [GeneratedRegex(@"record: (?<stored>\d+) frames stored, (?<acknowledged>\d+) acknowledged, (?<held>\d+) held", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RecordPattern();

    private sealed class Results : ICommandResults
    {
        public List<EndedCommand> Ended { get; } = [];

        void ICommandResults.Ended(EndedCommand command) => Ended.Add(command);
    }
}
