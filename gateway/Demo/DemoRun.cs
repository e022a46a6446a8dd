using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Demo;

/// <summary>One run: starts the gateway, a subscriber and the units in this order, and prints until the end.</summary>
internal sealed partial class DemoRun(DemoSettings settings, TextWriter output, TextWriter notes) : IAsyncDisposable
{
    private static readonly TimeSpan _readyLongest = TimeSpan.FromSeconds(30);

    // The last positions are on their way through the journal and the broker when the unit has ended.
    private static readonly TimeSpan _endLongest = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan _quietLongest = TimeSpan.FromSeconds(10);

    private readonly DemoFolder _folder = new(settings.Log is null ? settings.Boats : 1);
    private readonly TaskCompletionSource<GatewayAddresses> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _publishing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<ReadOnlyMemory<byte>> _messages = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    private readonly HashSet<string> _arrived = new(StringComparer.Ordinal);
    private readonly List<ChildProcess> _units = [];
    private ChildProcess? _gateway;
    private IMqttLink? _link;
    private int? _framesSent;

    /// <summary>Runs to the end that was asked for.</summary>
    /// <exception cref="DemoException">Positions did not arrive, and why.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        // 1. The gateway with its broker. 2. Who listens. 3. The boats, so that nobody misses their first position.
        var addresses = await StartGatewayAsync(stop);
        if (addresses is null)
            return;

        await SubscribeAsync(addresses, stop);
        StartUnits(addresses);

        // 4. Until the time is over, the log has ended, or something has.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (settings.DurationS is { } seconds)
            end.CancelAfter(TimeSpan.FromSeconds(seconds));

        var printing = PrintAsync();
        await UntilEndAsync(end.Token);
        if (settings.Log is not null && !end.IsCancellationRequested)
            await UntilAllArrivedAsync();

        _messages.Writer.Complete();
        await printing;
        await notes.WriteLineAsync($"{_arrived.Count} positions arrived");
        CheckArrived(isStopped: end.IsCancellationRequested);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var unit in _units)
            await unit.DisposeAsync();

        if (_link is not null)
            await _link.DisposeAsync();

        if (_gateway is not null)
            await _gateway.DisposeAsync();

        _folder.Dispose();
    }

    private async Task<GatewayAddresses?> StartGatewayAsync(CancellationToken stop)
    {
        _gateway = new ChildProcess("Gateway", "gateway", ["--config", _folder.Configuration], OnGatewayLine, OnGatewayLog);
        await notes.WriteLineAsync($"gateway: process {_gateway.Id}");

        // A position that is committed before the gateway has its broker is history, unless it is the newest.
        var isUp = Task.WhenAll(_ready.Task, _publishing.Task);
        var first = await Task.WhenAny(isUp, _gateway.Ended, Task.Delay(_readyLongest, stop));
        if (stop.IsCancellationRequested)
            return null;

        if (first == isUp)
        {
            _gateway.NoteChildren();
            var addresses = await _ready.Task;
            await notes.WriteLineAsync(addresses.Line);
            return addresses;
        }

        var missing = _ready.Task.IsCompleted ? "has no connection to its broker (event 453)" : "is not ready";
        throw new DemoException(
            (first == _gateway.Ended ? $"the gateway ended with code {_gateway.ExitCode}" : $"the gateway {missing} after {_readyLongest.TotalSeconds:0} s")
            + Said(_gateway));
    }

    private void OnGatewayLine(string line)
    {
        var match = ReadyLine().Match(line);
        if (match.Success)
        {
            _ready.TrySetResult(new GatewayAddresses(
                line, match.Groups["udp"].Value, match.Groups["host"].Value, int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture)));
        }
    }

    // Event 453: the connection to the broker stands, and what is committed from now on is published at once.
    private void OnGatewayLog(string line)
    {
        if (line.Contains("[453]", StringComparison.Ordinal))
            _publishing.TrySetResult();
    }

    private async Task SubscribeAsync(GatewayAddresses addresses, CancellationToken stop)
    {
        try
        {
            _link = MqttStack.Default.CreateLink();
            _link.OnMessage = message => _messages.Writer.TryWrite(message.Payload);
            await _link.ConnectAsync(
                new MqttLinkOptions { Host = addresses.MqttHost, Port = addresses.MqttPort, ClientId = $"demo-{Environment.ProcessId}" }, stop);
            await _link.SubscribeAsync(DemoFolder.PositionFilter, MqttQos.AtLeastOnce, stop);
        }
        catch (MqttLinkException e)
        {
            throw new DemoException($"the broker at {addresses.MqttHost}:{addresses.MqttPort} cannot be used: {e.Message}", e);
        }
    }

    private void StartUnits(GatewayAddresses addresses)
    {
        for (var unit = 1; unit <= (settings.Log is null ? settings.Boats : 1); unit++)
        {
            var number = unit.ToString(CultureInfo.InvariantCulture);
            string[] what = settings.Log is null
                ? ["simulate", "--seed", number]
                : ["replay", "--log", settings.Log, "--speed", settings.Speed];
            string[] common =
                ["--unit", number, "--gateway", addresses.Forwarder, "--key-file", _folder.KeyFile(unit), "--state", _folder.State(unit)];
            var process = new ChildProcess("Host", $"unit {unit}", [.. what, .. common], onError: OnUnitLine);
            _units.Add(process);
            notes.WriteLine($"unit {unit}: process {process.Id}");
        }
    }

    private void OnUnitLine(string line)
    {
        var match = FramesLine().Match(line);
        if (match.Success)
            _framesSent = int.Parse(match.Groups["sent"].Value, CultureInfo.InvariantCulture);
    }

    private async Task PrintAsync()
    {
        await foreach (var payload in _messages.Reader.ReadAllAsync())
        {
            try
            {
                var line = PositionLine.Of(payload, DateTimeOffset.UtcNow, isLive: settings.Log is null, out var id);
                lock (_arrived)
                    _arrived.Add(id);

                await output.WriteLineAsync(line);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                await notes.WriteLineAsync($"not a position: {e.Message}");
            }
        }
    }

    /// <summary>Waits for the time to be over or the log to end; any other end is a failure.</summary>
    private async Task UntilEndAsync(CancellationToken end)
    {
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = end.Register(called.SetResult);
        var first = await Task.WhenAny([called.Task, _gateway!.Ended, _link!.Disconnected, .. _units.Select(unit => unit.Ended)]);
        if (first == called.Task)
            return;

        // Its broker ends with it, and that is often noticed first.
        if (first == _link.Disconnected)
            await Task.WhenAny(_gateway.Ended, Task.Delay(_endLongest, CancellationToken.None));
        if (_gateway.Ended.IsCompleted)
            throw new DemoException($"the gateway ended with code {_gateway.ExitCode}{Said(_gateway)}");

        if (first == _link.Disconnected)
            throw new DemoException($"the broker ended the connection: {(await _link.Disconnected).Detail}{Said(_gateway)}");

        var unit = _units.First(candidate => candidate.Ended == first);
        if (settings.Log is null || unit.ExitCode != 0)
            throw new DemoException($"{unit.Name} ended with code {unit.ExitCode}{Said(unit)}");
    }

    private async Task UntilAllArrivedAsync()
    {
        var before = -1;
        var quietSince = DateTime.UtcNow;
        while (ArrivedCount() < _framesSent && DateTime.UtcNow - quietSince < _quietLongest)
        {
            if (ArrivedCount() != before)
                (before, quietSince) = (ArrivedCount(), DateTime.UtcNow);

            await Task.Delay(20);
        }
    }

    private int ArrivedCount()
    {
        lock (_arrived)
            return _arrived.Count;
    }

    private void CheckArrived(bool isStopped)
    {
        if (_arrived.Count == 0)
            throw new DemoException($"no position arrived{Said(_gateway!)}{string.Concat(_units.Select(Said))}");

        if (settings.Log is null || isStopped)
            return;

        if (_framesSent is null)
            throw new DemoException($"the unit did not tell how many frames it sent{Said(_units[0])}");

        if (_arrived.Count < _framesSent)
            throw new DemoException($"{_framesSent - _arrived.Count} of {_framesSent} positions did not arrive{Said(_gateway!)}");
    }

    private static string Said(ChildProcess process) =>
        process.LastLines.Length == 0 ? string.Empty : $". It said last:{Environment.NewLine}{process.LastLines}";

    [GeneratedRegex(@"^gateway ready: packet-forwarder udp/(?<udp>\S+), mqtt (?<host>\S+):(?<port>\d+) ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"^frames: (?<sent>\d+) sent,", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FramesLine();

    private sealed record GatewayAddresses(string Line, string Forwarder, string MqttHost, int MqttPort);
}
