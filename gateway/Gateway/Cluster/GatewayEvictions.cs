using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// Has the brokers end the connections of gateways whose shards were taken over: each broker once before this gateway publishes for
/// them, and those that did not do it again and again beside it. A broker that cannot be made to must not keep shards unpublished.
/// </summary>
/// <param name="seized">Who.</param>
/// <param name="broker">By whom.</param>
/// <param name="metrics">Counters.</param>
/// <param name="log">Log.</param>
internal sealed partial class GatewayEvictions(SeizedGateways seized, IClusterBroker broker, ClusterMetrics metrics, ILogger log) : IDisposable
{
    // How often is looked for one that waits, while none does.
    private static readonly TimeSpan _lookInterval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>Tries those that were not tried yet.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task TryNewAsync(CancellationToken cancellationToken) => TryAsync(static gateway => !gateway.IsTried, cancellationToken);

    /// <summary>Tries all that are left, with growing pauses, until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var delay = new ReconnectDelay();
        try
        {
            while (true)
            {
                if (seized.Count == 0)
                    delay.Reset();
                await Task.Delay(seized.Count == 0 ? _lookInterval : delay.Next(), cancellationToken);
                await TryAsync(static gateway => gateway.IsTried, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private async Task TryAsync(Func<SeizedGateway, bool> isMeant, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            foreach (var gateway in seized.Waiting.Where(isMeant))
                await TryAsync(gateway, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    // Nobody here knows which of the brokers the other one is connected to. One that has done it is not asked again: the other gateway
    // may be back there, and well.
    private async Task TryAsync(SeizedGateway gateway, CancellationToken cancellationToken)
    {
        for (var i = 0; i < broker.Count; i++)
        {
            if (gateway.EndedAt.Contains(i))
                continue;
            try
            {
                await broker.EvictAsync(i, gateway.Name, cancellationToken);
                gateway.EndedAt.Add(i);
            }
            catch (MqttLinkException e)
            {
                metrics.EvictionsFailed.Add();
                if (!gateway.IsTried)
                    Log.NotEvicted(log, gateway.Name, e.Message);
            }
        }

        var isFirst = !gateway.IsTried;
        gateway.IsTried = true;
        if (gateway.EndedAt.Count < broker.Count)
            return;
        seized.Done(gateway);
        if (!isFirst)
            Log.EvictedLate(log, gateway.Name);
    }

    private static partial class Log
    {
        [LoggerMessage(813, LogLevel.Warning, "Cluster: the broker was not made to end the connection of {Name}, whose shards were taken over; it is tried again: {Message}")]
        public static partial void NotEvicted(ILogger log, string name, string message);

        [LoggerMessage(814, LogLevel.Information, "Cluster: every broker has ended the connection of {Name}, whose shards were taken over")]
        public static partial void EvictedLate(ILogger log, string name);
    }
}
