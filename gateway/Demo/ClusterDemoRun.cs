using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Demo;

/// <summary>
/// One run of the cluster's demo: 1 database and broker; 2 gateways; 3 who listens; 4 boats, each heard by several gateways;
/// 5 one gateway is killed half way; 6 what arrived is compared.
/// </summary>
internal sealed partial class ClusterDemoRun(int? durationS, TextWriter output) : IAsyncDisposable
{
    public const int DurationMinS = 20;

    private const int Gateways = 3;
    private const int SimulatedBoats = 5;

    // The last one is a whole unit on a simulated board: it has durable frames, too.
    private const int Boats = SimulatedBoats + 1;
    private const int KillAfterS = 15;
    private static readonly TimeSpan _readyLongest = TimeSpan.FromSeconds(60);

    private readonly ClusterFolder _folder = new(Boats, Gateways);
    private readonly ClusterTally _tally = new();
    private readonly List<ChildProcess> _servers = [];
    private readonly List<ChildProcess> _gateways = [];
    private readonly List<ChildProcess> _boats = [];
    private readonly List<SharedAir> _air = [];
    private IMqttLink? _link;

    /// <summary>Runs to the end that was asked for.</summary>
    /// <exception cref="DemoException">What was to be shown did not come true, and why.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await StartServersAsync(stop);
            var forwarders = await StartGatewaysAsync(stop);
            await SubscribeAsync(stop);
            StartBoats(forwarders);
            await output.WriteLineAsync($"{Boats} boats, each heard by the concentrators of all {Gateways} gateways, by some better than by others");
            await Task.Delay(TimeSpan.FromSeconds(durationS / 2 ?? KillAfterS), stop);
            await KillOneAsync();
            await Task.Delay(durationS is { } seconds ? TimeSpan.FromSeconds(seconds - (seconds / 2)) : Timeout.InfiniteTimeSpan, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // As it was asked; what has arrived until now is told.
        }

        await output.WriteLineAsync(_tally.Summary());
        // The whole unit lies in harbour and may report once in minutes.
        _tally.Check(isWhole: !stop.IsCancellationRequested, Enumerable.Range(1, SimulatedBoats));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var boat in _boats)
            await boat.DisposeAsync();
        foreach (var air in _air)
            air.Dispose();
        if (_link is not null)
            await _link.DisposeAsync();
        foreach (var gateway in _gateways)
            await gateway.DisposeAsync();
        foreach (var server in Enumerable.Reverse(_servers))
            await server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartServersAsync(CancellationToken stop)
    {
        foreach (var step in _folder.LayDatabase())
        {
            await using var process = new ChildProcess(step[^1], step);
            await process.Ended.WaitAsync(_readyLongest, stop);
            if (process.ExitCode != 0)
                throw new DemoException($"the database cannot be laid. It said last:{Environment.NewLine}{process.LastLines}");
        }

        _servers.Add(new ChildProcess("database", _folder.Database()));
        _servers.Add(new ChildProcess("broker", _folder.Broker()));
        using var longest = CancellationTokenSource.CreateLinkedTokenSource(stop);
        longest.CancelAfter(_readyLongest);
        while (true)
        {
            await using var question = new ChildProcess("pg_isready", _folder.IsDatabaseReady());
            await question.Ended;
            if (question.ExitCode == 0)
                break;
            if (_servers[0].Ended.IsCompleted || longest.IsCancellationRequested)
                throw new DemoException($"the database does not start. It said last:{Environment.NewLine}{_servers[0].LastLines}");
            await Task.Delay(100, stop);
        }

        await output.WriteLineAsync($"database: process {_servers[0].Id}, port {_folder.DatabasePort}; broker: process {_servers[1].Id}, port {_folder.BrokerPort}");
    }

    private async Task<List<IPEndPoint>> StartGatewaysAsync(CancellationToken stop)
    {
        List<IPEndPoint> forwarders = [];
        for (var gateway = 1; gateway <= Gateways; gateway++)
        {
            var name = $"gateway {gateway}";
            var ready = new TaskCompletionSource<IPEndPoint>(TaskCreationOptions.RunContinuationsAsynchronously);
            var process = new ChildProcess("Gateway", name, ["--config", _folder.Configuration(gateway)], line => OnReady(line, ready), line => OnLog(name, line));
            _gateways.Add(process);
            await Task.WhenAny(ready.Task, process.Ended, Task.Delay(_readyLongest, stop));
            stop.ThrowIfCancellationRequested();
            if (!ready.Task.IsCompleted)
                throw new DemoException($"{name} is not ready. It said last:{Environment.NewLine}{process.LastLines}");
            forwarders.Add(await ready.Task);
            await output.WriteLineAsync($"{name}: process {process.Id}, packet forwarders at {forwarders[^1]}");
        }

        return forwarders;
    }

    private async Task SubscribeAsync(CancellationToken stop)
    {
        try
        {
            _link = MqttStack.Default.CreateLink();
            _link.OnMessage = message => _tally.Take(message.Payload);
            await _link.ConnectAsync(new MqttLinkOptions { Host = "127.0.0.1", Port = _folder.BrokerPort, ClientId = "cluster-demo" }, stop);
            await _link.SubscribeAsync(ClusterFolder.Filter, MqttQos.AtLeastOnce, stop);
        }
        catch (MqttLinkException e)
        {
            throw new DemoException($"the broker cannot be used: {e.Message}", e);
        }
    }

    private void StartBoats(List<IPEndPoint> forwarders)
    {
        for (var unit = 1; unit <= Boats; unit++)
        {
            // Every boat is near another gateway.
            int[] heardPercent = [.. Enumerable.Range(0, Gateways).Select(gateway => gateway == unit % Gateways ? 95 : 70)];
            var air = new SharedAir(unit, forwarders, heardPercent);
            _air.Add(air);
            air.Start();
            var number = unit.ToString(CultureInfo.InvariantCulture);
            string[] what = unit <= SimulatedBoats ? ["simulate", "--seed", number] : ["unit", "--speed", "1"];
            _boats.Add(new ChildProcess(
                "Host", $"boat {unit}", [.. what, "--unit", number, "--gateway", air.LocalEndPoint.ToString(), "--key-file", _folder.KeyFile(unit), "--state", _folder.State(unit)]));
        }
    }

    private async Task KillOneAsync()
    {
        await output.WriteLineAsync(_tally.Summary());
        await output.WriteLineAsync($"kill -9 of {_gateways[0].Name}");
        await _gateways[0].KillAsync();
        _tally.Mark();
    }

    private static void OnReady(string line, TaskCompletionSource<IPEndPoint> ready)
    {
        var match = ReadyLine().Match(line);
        if (match.Success)
            ready.TrySetResult(IPEndPoint.Parse(match.Groups["udp"].Value));
    }

    private void OnLog(string name, string line)
    {
        var match = LeaseLine().Match(line);
        if (match.Success)
            output.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff}Z  {name} {match.Value}");
    }

    [GeneratedRegex(@"^gateway ready: packet-forwarder udp/(?<udp>\S+), ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"(publishes for shards|gives \d+ shards up|\d+ leases have ended).*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LeaseLine();
}
