using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.Mqtt;

/// <summary>
/// Keeps a connection of an ingest's up for ever, subscribes anew on each (a broker that restarted knows nothing of the
/// last one: chirpstack-gateway-bridge #183), waits ever longer between tries, and publishes downlinks over it.
/// </summary>
internal sealed partial class MqttIngestConnection(
    MqttServerOptions options,
    string filter,
    Action<MqttMessage> onMessage,
    MqttIngestMetrics metrics,
    IMqttStack stack,
    TimeProvider time,
    ILogger log)
{
    /// <summary>Named limit: downlinks on their way or waiting; further ones are refused.</summary>
    public const int DownlinksPendingMax = 256;

    /// <summary>A broker that does not acknowledge a downlink within this has not taken it.</summary>
    public static readonly TimeSpan DownlinkTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A connection that stood so long was a good one: the next failure waits little again.</summary>
    public static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(5);

    private volatile IMqttLink? _link;
    private int _downlinks;

    /// <summary>Whether it is connected and subscribed.</summary>
    public bool IsConnected => _link is not null;

    /// <summary>Runs until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
#pragma warning disable CA5394 // Spreads reconnections; nothing secret depends on it.
        var delay = new ReconnectDelay(Random.Shared);
#pragma warning restore CA5394
        while (!stopping.IsCancellationRequested)
        {
            var begin = time.GetTimestamp();
            try
            {
                await UseOneAsync(stopping);
            }
            catch (MqttLinkException e)
            {
                metrics.ConnectionFailures.Add();
                if (time.GetElapsedTime(begin) > StableAfter)
                    delay.Reset();
                var wait = delay.Next();
                Log.ConnectionFailed(log, options.Name, e.Message, (int)wait.TotalMilliseconds);
                await Task.Delay(wait, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Publishes a downlink; completes when the broker has it.</summary>
    public async Task<DownlinkOutcome> PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        var outcome = await TryPublishAsync(message, cancellationToken);
        metrics.Downlinks.Add(outcome);
        return outcome;
    }

    private async Task<DownlinkOutcome> TryPublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        if (_link is not { } link)
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

    private async Task UseOneAsync(CancellationToken stopping)
    {
        await using var link = stack.CreateLink();
        link.OnMessage = onMessage;
        var connack = await link.ConnectAsync(options.ToLink(), stopping);
        await link.SubscribeAsync(filter, MqttQos.AtLeastOnce, stopping);
        _link = link;
        metrics.Connections.Add();
        Log.Connected(log, options.Name, options.Host, options.Port, filter, connack.SessionPresent);
        try
        {
            var end = await link.Disconnected.WaitAsync(stopping);
            throw new MqttLinkException(end.Detail);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await link.DisconnectAsync();
        }
        finally
        {
            _link = null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(121, LogLevel.Information, "{Name}: connected to {Host}:{Port}, subscribed to {Filter}; session kept: {SessionPresent}")]
        public static partial void Connected(ILogger log, string name, string host, int port, string filter, bool sessionPresent);

        [LoggerMessage(122, LogLevel.Warning, "{Name}: {Message}; again in {DelayMs} ms")]
        public static partial void ConnectionFailed(ILogger log, string name, string message, int delayMs);
    }
}
