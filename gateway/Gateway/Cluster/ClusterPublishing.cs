using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// Runs the outlets over the shards that this gateway holds: for each set of them a view of the cluster's journal and outlets on it,
/// which come to rest before the set is given up.
/// </summary>
/// <param name="parts">What views are made of.</param>
/// <param name="makeOutlets">Makes the outlets over a view. They are started and stopped here.</param>
/// <param name="evict">
/// Has the broker end the connection of a gateway whose shards were seized, by its name there. A paused process knows nothing of its
/// lease; what it finds in its buffers when it wakes must not reach anybody.
/// </param>
/// <param name="guard">Runs the loop.</param>
/// <param name="log">Log.</param>
internal sealed partial class ClusterPublishing(
    ClusterParts parts,
    Func<IJournal, IHostedService> makeOutlets,
    Func<string, CancellationToken, Task> evict,
    StageGuard guard,
    ILogger<ClusterPublishing> log) : IHostedService, IDisposable
{
    // How often this gateway's share is compared with what it holds.
    private static readonly TimeSpan _balanceInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = guard.Run(nameof(ClusterPublishing), RunAsync);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        var delay = new ReconnectDelay();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var set = parts.Leases.Held;
                if (set.Leases.Count == 0)
                    await parts.Leases.ChangedAsync(set, _stopping.Token);
                else
                    await PublishAsync(set);
                delay.Reset();
            }
            catch (ClusterException e)
            {
                parts.Metrics.Failures.Add();
                Log.NotOpened(log, e.Message);
                await Task.Delay(delay.Next(), _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task PublishAsync(ShardSet set)
    {
        foreach (var name in parts.Leases.TakeSeizedFrom())
            await EvictAsync(name);
        var view = await PostgresJournal.OpenAsync(parts, set, _stopping.Token);
        var outlets = makeOutlets(view);
        try
        {
            await outlets.StartAsync(CancellationToken.None);
            await UntilOverAsync(set);
        }
        finally
        {
            // What is on its way is settled and its cursor kept; the rest is for the next holder. A gateway that stops has its last
            // frames published by whoever takes over.
            view.Freeze();
            await outlets.StopAsync(CancellationToken.None);
            (outlets as IDisposable)?.Dispose();
            await view.DisposeAsync();
        }

        GiveUpExcess(set);
    }

    // Once, and then on: a broker that does not let this gateway do it must not keep the shards unpublished.
    private async Task EvictAsync(string name)
    {
        try
        {
            await evict(name, _stopping.Token);
        }
        catch (MqttLinkException e)
        {
            Log.NotEvicted(log, name, e.Message);
        }
    }

    private async Task UntilOverAsync(ShardSet set)
    {
        while (set.Leases.Count <= parts.Leases.Share)
        {
            using var look = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            look.CancelAfter(_balanceInterval);
            var changed = parts.Leases.ChangedAsync(set, look.Token);
            await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (changed.IsCompletedSuccessfully || _stopping.IsCancellationRequested)
                return;
        }
    }

    private void GiveUpExcess(ShardSet set)
    {
        var excess = set.Shards.Length - parts.Leases.Share;
        if (excess <= 0 || !ReferenceEquals(set, parts.Leases.Held))
            return;
        Log.GivesUp(log, excess);
        parts.Leases.GiveUp(set.Shards[^excess..]);
    }

    private static partial class Log
    {
        [LoggerMessage(809, LogLevel.Warning, "Cluster: nothing can be published: {Message}")]
        public static partial void NotOpened(ILogger log, string message);

        [LoggerMessage(813, LogLevel.Warning, "Cluster: the broker was not made to end the connection of {Name}, whose shards were seized: {Message}")]
        public static partial void NotEvicted(ILogger log, string name, string message);

        [LoggerMessage(810, LogLevel.Information, "Cluster: gives {Shards} shards up for other gateways")]
        public static partial void GivesUp(ILogger log, int shards);
    }
}
