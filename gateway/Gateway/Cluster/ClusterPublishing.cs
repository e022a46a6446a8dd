using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// Runs the outlets over the shards that this gateway holds: for each set of them a view of the cluster's journal and outlets on it,
/// which come to rest before the set is given up. Over no shard, too, they run, for what is each gateway's own. A gateway that does not
/// reach the broker stands aside after a time, so that others publish for its units, and takes part again when it does.
/// </summary>
/// <param name="parts">What views are made of.</param>
/// <param name="makeOutlets">Makes the outlets over a view. They are started and stopped here.</param>
/// <param name="broker">What they publish to.</param>
/// <param name="options">After how long without it this gateway stands aside.</param>
/// <param name="guard">Runs the loops.</param>
/// <param name="time">Clock.</param>
/// <param name="log">Log.</param>
internal sealed partial class ClusterPublishing(
    ClusterParts parts,
    Func<IJournal, IHostedService> makeOutlets,
    IClusterBroker broker,
    ClusterOptions options,
    StageGuard guard,
    TimeProvider time,
    ILogger<ClusterPublishing> log) : IHostedService, IDisposable
{
    // How often this gateway's share is compared with what it holds, and the broker looked at.
    private static readonly TimeSpan _lookInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly GatewayEvictions _evictions = new(parts.Leases.Seized, broker, parts.Metrics, log);
    private Task _loop = Task.CompletedTask;
    private Task _evicting = Task.CompletedTask;
    private long _reachedAt;
    private long _lookedAt;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _reachedAt = _lookedAt = time.GetTimestamp();
        _loop = guard.Run(nameof(ClusterPublishing), RunAsync);
        _evicting = guard.Run(nameof(GatewayEvictions), () => _evictions.RunAsync(_stopping.Token));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_loop, _evicting).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        _evictions.Dispose();
    }

    private async Task RunAsync()
    {
        var delay = new ReconnectDelay();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await PublishAsync(parts.Leases.Held);
                delay.Reset();
            }
            catch (ClusterException e)
            {
                parts.Metrics.Failures.Add();
                Log.NotOpened(log, e.Message);

                // Without outlets nobody has looked for the broker.
                _reachedAt = time.GetTimestamp();
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
        await _evictions.TryNewAsync(_stopping.Token);
        var view = set.Leases.Count == 0 ? null : await PostgresJournal.OpenAsync(parts, set, _stopping.Token);
        var outlets = makeOutlets(view ?? (IJournal)new NoShards(parts.Spool));
        try
        {
            await outlets.StartAsync(CancellationToken.None);
            await UntilOverAsync(set);
        }
        finally
        {
            // What is on its way is settled and its cursor kept; the rest is for the next holder. A gateway that stops has its last
            // frames published by whoever takes over.
            view?.Freeze();
            await outlets.StopAsync(CancellationToken.None);
            (outlets as IDisposable)?.Dispose();
            if (view is not null)
                await view.DisposeAsync();
        }

        GiveUp(set);
    }

    private async Task UntilOverAsync(ShardSet set)
    {
        while (set.Leases.Count <= parts.Leases.Share)
        {
            using var look = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            look.CancelAfter(_lookInterval);
            var changed = parts.Leases.ChangedAsync(set, look.Token);
            await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (changed.IsCompletedSuccessfully || _stopping.IsCancellationRequested)
                return;
            LookForBroker();
            if (!IsBrokerAway)
                continue;

            // Without shards there is nothing that has to come to rest first, and the outlets go on trying.
            if (set.Leases.Count > 0)
                return;
            StandAside();
        }
    }

    private bool IsBrokerAway => time.GetElapsedTime(_reachedAt).TotalSeconds >= options.BrokerAwayS;

    private void LookForBroker()
    {
        // A process that was stopped for a while (SIGSTOP, a frozen machine) has not looked: that was no time without the broker.
        var isLate = time.GetElapsedTime(_lookedAt).TotalSeconds >= options.LeaseS;
        _lookedAt = time.GetTimestamp();
        var isReached = broker.IsReached;
        if (isReached || isLate)
            _reachedAt = _lookedAt;
        if (!isReached || !parts.Leases.IsAside)
            return;
        Log.TakesPart(log);
        parts.Leases.TakePart();
    }

    private void GiveUp(ShardSet set)
    {
        if (!ReferenceEquals(set, parts.Leases.Held) || _stopping.IsCancellationRequested)
            return;
        if (IsBrokerAway)
        {
            StandAside();
            return;
        }

        var excess = set.Shards.Length - parts.Leases.Share;
        if (excess <= 0)
            return;
        Log.GivesUp(log, excess);
        parts.Leases.GiveUp(set.Shards[^excess..]);
    }

    private void StandAside()
    {
        if (parts.Leases.IsAside)
            return;
        parts.Metrics.TimesAside.Add();
        Log.StandsAside(log, options.BrokerAwayS);
        parts.Leases.StandAside();
    }

    private static partial class Log
    {
        [LoggerMessage(809, LogLevel.Warning, "Cluster: nothing can be published: {Message}")]
        public static partial void NotOpened(ILogger log, string message);

        [LoggerMessage(810, LogLevel.Information, "Cluster: gives {Shards} shards up for other gateways")]
        public static partial void GivesUp(ILogger log, int shards);

        [LoggerMessage(815, LogLevel.Warning, "Cluster: the broker was not reached for {BrokerAwayS} s; stands aside, and gives all shards up for other gateways")]
        public static partial void StandsAside(ILogger log, int brokerAwayS);

        [LoggerMessage(816, LogLevel.Information, "Cluster: the broker is reached again; takes part again")]
        public static partial void TakesPart(ILogger log);
    }
}
