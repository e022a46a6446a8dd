using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.Mqtt;

/// <summary>
/// A connection of an ingest's, kept up for ever and subscribed anew each time (a broker that restarted knows nothing of the
/// last one: chirpstack-gateway-bridge #183), which also publishes downlinks.
/// </summary>
internal sealed partial class MqttIngestConnection : IMqttKeeperObserver
{
    /// <summary>Named limit: downlinks on their way or waiting; further ones are refused.</summary>
    public const int DownlinksPendingMax = 256;

    /// <summary>A broker that does not acknowledge a downlink within this has not taken it.</summary>
    public static readonly TimeSpan DownlinkTimeout = TimeSpan.FromSeconds(10);

    private readonly MqttServerOptions _options;
    private readonly string _filter;
    private readonly MqttIngestMetrics _metrics;
    private readonly ILogger _log;
    private readonly MqttKeeper _keeper;
    private int _downlinks;

    public MqttIngestConnection(
        MqttServerOptions options,
        string filter,
        Action<MqttMessage> onMessage,
        MqttIngestMetrics metrics,
        IMqttStack stack,
        TimeProvider time,
        ILogger log)
    {
        _options = options;
        _filter = filter;
        _metrics = metrics;
        _log = log;
        MqttBrokerAddress[] brokers = [new(options.Host, options.Port)];
        var keeper = new MqttKeeperOptions
        {
            Brokers = () => brokers,
            Connect = _ => options.ToLink(),
            Subscriptions = [filter],
            OnMessage = onMessage,
        };
#pragma warning disable CA5394 // Spreads reconnections; nothing secret depends on it.
        _keeper = new MqttKeeper(keeper, stack, this, time, Random.Shared);
#pragma warning restore CA5394
    }

    /// <summary>Whether it is connected and subscribed.</summary>
    public bool IsConnected => _keeper.Link is not null;

    /// <summary>Runs until it is stopped.</summary>
    public Task RunAsync(CancellationToken stopping) => _keeper.RunAsync(stopping);

    /// <inheritdoc/>
    public void Connected(MqttBrokerAddress broker)
    {
        _metrics.Connections.Add();
        Log.Connected(_log, _options.Name, _options.Host, _options.Port, _filter);
    }

    /// <inheritdoc/>
    public void Failed(MqttBrokerAddress broker, MqttLinkException failure, TimeSpan wait)
    {
        _metrics.ConnectionFailures.Add();
        Log.ConnectionFailed(_log, _options.Name, failure?.Message ?? "", (int)wait.TotalMilliseconds);
    }

    /// <inheritdoc/>
    public void Returning(MqttBrokerAddress left, MqttBrokerAddress taken)
    {
        // There is one broker.
    }

    /// <inheritdoc/>
    public void WillTooLarge(MqttBrokerAddress broker)
    {
        // There is no will.
    }

    /// <summary>Publishes a downlink; completes when the broker has it.</summary>
    public async Task<DownlinkOutcome> PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        var outcome = await TryPublishAsync(message, cancellationToken);
        _metrics.Downlinks.Add(outcome);
        return outcome;
    }

    private async Task<DownlinkOutcome> TryPublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        if (_keeper.Link is not { } link)
            return DownlinkOutcome.NotConnected;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(DownlinkTimeout);
        try
        {
            if (Interlocked.Increment(ref _downlinks) > DownlinksPendingMax)
                return DownlinkOutcome.QueueFull;
            await link.PublishAsync(message, timeout.Token);
            return DownlinkOutcome.Sent;
        }
        catch (MqttLinkException e)
        {
            return e.Failure == MqttLinkFailure.PublishRefused ? DownlinkOutcome.Refused : DownlinkOutcome.NotConnected;
        }
        catch (OperationCanceledException)
        {
            return DownlinkOutcome.NoAnswer;
        }
        finally
        {
            Interlocked.Decrement(ref _downlinks);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(121, LogLevel.Information, "{Name}: connected to {Host}:{Port}, subscribed to {Filter}")]
        public static partial void Connected(ILogger log, string name, string host, int port, string filter);

        [LoggerMessage(122, LogLevel.Warning, "{Name}: {Message}; again in {DelayMs} ms")]
        public static partial void ConnectionFailed(ILogger log, string name, string message, int delayMs);
    }
}
