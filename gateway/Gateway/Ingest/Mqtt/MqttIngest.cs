using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.Mqtt;

/// <summary>
/// An ingest whose one connection to a broker stands from its start to its stop. What a message is worth is the
/// particular ingest's to say.
/// </summary>
internal abstract class MqttIngest : IHostedService, IIngestState, IDisposable
{
    private readonly StageGuard _guard;
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    /// <param name="kind">First word of its name in logs and captures.</param>
    /// <param name="options">The broker.</param>
    /// <param name="filter">What it subscribes to.</param>
    /// <param name="metrics">What it counts.</param>
    /// <param name="stack">Makes links.</param>
    /// <param name="guard">Runs the connection.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The particular ingest's.</param>
    protected MqttIngest(
        string kind,
        MqttServerOptions options,
        string filter,
        MqttIngestMetrics metrics,
        IMqttStack stack,
        StageGuard guard,
        TimeProvider time,
        ILogger log)
    {
        _guard = guard;
        Source = new IngestSource($"{kind} {options.Name}");
        Connection = new MqttIngestConnection(options, filter, Take, metrics, stack, time, log);
    }

    /// <summary>Whether it is connected and subscribed.</summary>
    public bool IsConnected => Connection.IsConnected;

    /// <inheritdoc/>
    public string Description => Source.Name;

    string IIngestState.Name => Source.Name;

    string? IIngestState.TakesInFrom => IsConnected ? Broker : null;

    /// <summary>Its connection, which also publishes downlinks.</summary>
    protected MqttIngestConnection Connection { get; }

    /// <summary>What its frames come in by.</summary>
    protected IngestSource Source { get; }

    /// <summary>Whose broker it is, for those who ask where it takes frames from.</summary>
    protected abstract string Broker { get; }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = _guard.Run(GetType().Name, () => Connection.RunAsync(_stop.Token));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _loop;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>Takes a message of the subscription. Called by the connection.</summary>
    protected abstract void Take(MqttMessage message);
}
