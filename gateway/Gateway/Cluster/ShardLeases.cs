using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// Registers this gateway, and keeps its share of the shards' leases by renewing them. Times are the database's; here only the
/// time since a renewal was asked for counts, on a clock that nobody sets.
/// </summary>
public sealed partial class ShardLeases : IHostedService, IDisposable
{
    // A lease is renewed so many times before it would end: one lost answer costs nothing.
    private const int RenewalsPerLease = 4;

    // The part of a lease that is not used, for what was begun before its end to come to rest, in percent.
    private const int RestPercent = 20;

    private readonly ClusterDatabase _database;
    private readonly ClusterOptions _options;
    private readonly StageGuard _guard;
    private readonly ClusterMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<ShardLeases> _log;
    private readonly Guid _instance = Guid.NewGuid();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly HashSet<int> _givenUp = [];
    private readonly TimeSpan _usable;
    private ShardSet _held = ShardSet.None;
    private TaskCompletionSource _changed = NewSignal();
    private Task _loop = Task.CompletedTask;
    private long _renewedAt;
    private int _share;
    private bool _isAside;
    private bool _isPrepared;
    private volatile bool _isFailing;

    public ShardLeases(
        ClusterDatabase database,
        ClusterOptions options,
        StageGuard guard,
        ClusterMetrics metrics,
        TimeProvider time,
        ILogger<ShardLeases> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        _database = database;
        _options = options;
        _guard = guard;
        _metrics = metrics;
        _time = time;
        _log = log;
        Seized = new SeizedGateways(metrics);
        _usable = TimeSpan.FromSeconds(options.LeaseS * (100 - RestPercent) / 100.0);
    }

    /// <summary>How many shards this gateway should hold, of as many gateways as there are.</summary>
    public int Share => Volatile.Read(ref _share);

    /// <summary>How many it holds now.</summary>
    public int HeldCount => Held.Leases.Count;

    /// <inheritdoc/>
    /// <remarks>
    /// If the database answers, a gateway whose index is taken does not start; a predecessor that was killed is waited for. If
    /// it does not answer, the gateway starts all the same, since the spool needs no database.
    /// </remarks>
    /// <exception cref="ClusterException">The database does not let this gateway in.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _metrics.Gauge("cluster.shards_held", "Shards that this gateway publishes for.", () => HeldCount);
        _metrics.Gauge("cluster.aside", "1 while this gateway takes no shards, because it does not reach the broker.", () => IsAside ? 1 : 0);
        _metrics.Gauge("cluster.evictions_waiting", "Gateways whose connection a broker is still to end.", () => Seized.Count);
        var began = _time.GetTimestamp();
        while (true)
        {
            try
            {
                await RenewAsync(cancellationToken);
                break;
            }
            catch (ClusterException e) when (e.Failure == ClusterFailure.Unavailable)
            {
                _isFailing = true;
                Log.Failed(_log, e.Message);
                break;
            }
            catch (ClusterException e) when (
                e.Failure == ClusterFailure.IndexTaken && _time.GetElapsedTime(began).TotalSeconds < 2 * _options.LeaseS)
            {
                await Task.Delay(RenewInterval, _time, cancellationToken);
            }
        }

        _loop = _guard.Run(nameof(ShardLeases), RunAsync);
    }

    /// <inheritdoc/>
    /// <remarks>The publishing has stopped before: what was held is free at once for the others.</remarks>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop;
        Change(ShardSet.None);
        if (!_isPrepared)
            return;
        try
        {
            await _database.RunAsync(LeaveAsync, cancellationToken);
        }
        catch (ClusterException e)
        {
            Log.NotLeft(_log, e.Message, _options.LeaseS);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <summary>What is held as of the last renewal; <see cref="IsUsable"/> says whether that still counts.</summary>
    internal ShardSet Held => Volatile.Read(ref _held);

    /// <summary>Whether the last renewal is so fresh that nobody else can hold these shards.</summary>
    internal bool IsUsable => _time.GetElapsedTime(Volatile.Read(ref _renewedAt)) < _usable;

    /// <summary>Completes when <see cref="Held"/> is another set than this one.</summary>
    internal async Task ChangedAsync(ShardSet from, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (!ReferenceEquals(from, _held))
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gives shards back with the next renewal; whoever published for them has come to rest.</summary>
    internal void GiveUp(IReadOnlyCollection<int> shards)
    {
        lock (_lock)
            _givenUp.UnionWith(shards);
        Change(new ShardSet([.. Held.Leases.Where(lease => !shards.Contains(lease.Shard))], []));
    }

    /// <summary>The gateways whose shards were taken over, until their connections have ended.</summary>
    internal SeizedGateways Seized { get; }

    /// <summary>Whether it takes no shards.</summary>
    internal bool IsAside
    {
        get
        {
            lock (_lock)
                return _isAside;
        }
    }

    /// <summary>
    /// Gives all shards back with the next renewal and takes none; whoever published for them has come to rest. The others share them out
    /// among themselves, and have the broker end this gateway's connection first.
    /// </summary>
    internal void StandAside()
    {
        lock (_lock)
            _isAside = true;
        Change(ShardSet.None);
    }

    /// <summary>Takes its share again from the next renewal on.</summary>
    internal void TakePart()
    {
        lock (_lock)
            _isAside = false;
    }

    private TimeSpan RenewInterval => TimeSpan.FromSeconds((double)_options.LeaseS / RenewalsPerLease);

    // An answer is waited for until the leases end, since then they have to be put down; without any, as long as it is of use.
    private TimeSpan Patience => IsUsable ? _usable - _time.GetElapsedTime(_renewedAt) + TimeSpan.FromMilliseconds(1) : _usable;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        var takenSince = 0L;
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(RenewInterval, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                timeout.CancelAfter(Patience);
                await RenewAsync(timeout.Token);
                if (_isFailing)
                    Log.Recovered(_log);
                _isFailing = false;
                takenSince = 0;
            }
            catch (ClusterException e) when (e.Failure == ClusterFailure.Unavailable || IsTakenBriefly(e, ref takenSince))
            {
                _metrics.Failures.Add();
                _isFailing = true;
                Log.Failed(_log, e.Message);
            }
            catch (OperationCanceledException)
            {
                // Stopping, or no answer in time: the leases end below.
            }

            if (!IsUsable && HeldCount > 0)
                Lose();
        }
    }

    // The one before this may have been killed a moment ago. Beyond that two gateways really share an index, and with it
    // downlink counters: that must not go on.
    private bool IsTakenBriefly(ClusterException e, ref long since)
    {
        if (e.Failure != ClusterFailure.IndexTaken)
            return false;
        if (since == 0)
            since = _time.GetTimestamp();
        return _time.GetElapsedTime(since).TotalSeconds < 2 * _options.LeaseS;
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (!_isPrepared)
        {
            await ClusterSchema.PrepareAsync(_database, _options.Shards, cancellationToken);
            _isPrepared = true;
        }

        int[] givenUp;
        bool isAside;
        lock (_lock)
            (givenUp, isAside) = ([.. _givenUp], _isAside);
        var askedAt = _time.GetTimestamp();
        var (leases, seizedFrom, share) = await _database.RunAsync(connection => AskAsync(connection, givenUp, isAside, cancellationToken), cancellationToken);
        Volatile.Write(ref _renewedAt, askedAt);
        Volatile.Write(ref _share, share);

        // Whatever becomes of their shards; and before the set is seen, for whoever sees it asks for them first.
        Seized.Add(seizedFrom);
        lock (_lock)
        {
            // What was given up while the answer was on its way is in it still, and free after the next one.
            _givenUp.ExceptWith(givenUp);
            leases.RemoveAll(lease => _givenUp.Contains(lease.Shard));
        }

        if (leases.SequenceEqual(Held.Leases))
            return;
        _metrics.LeasesTaken.Add(leases.Except(Held.Leases).Count());
        Change(new ShardSet(leases, seizedFrom));
    }

    private async Task<(List<ShardLease> Leases, List<string> SeizedFrom, int Share)> AskAsync(
        NpgsqlConnection connection, int[] givenUp, bool isAside, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT shard, token, seized_from, share FROM renew_leases($1, $2, $3, $4, $5, $6)", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _options.GatewayIndex });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = _instance });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _options.Name });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = TimeSpan.FromSeconds(_options.LeaseS) });
        command.Parameters.Add(new NpgsqlParameter { Value = givenUp, NpgsqlDbType = NpgsqlDbType.Integer | NpgsqlDbType.Array });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = isAside });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<ShardLease> leases = [];
        List<string> seizedFrom = [];
        var share = _options.Shards;
        while (await rows.ReadAsync(cancellationToken))
        {
            leases.Add(new ShardLease(rows.GetInt32(0), rows.GetInt64(1)));
            if (!rows.IsDBNull(2) && !seizedFrom.Contains(rows.GetString(2), StringComparer.Ordinal))
                seizedFrom.Add(rows.GetString(2));
            share = rows.GetInt32(3);
        }

        leases.Sort(static (left, right) => left.Shard.CompareTo(right.Shard));
        return (leases, seizedFrom, share);
    }

    private async Task<bool> LeaveAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT leave_cluster($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = _instance });
        await command.ExecuteNonQueryAsync();
        return true;
    }

    private void Lose()
    {
        _metrics.LeasesLost.Add(HeldCount);
        Log.Lost(_log, HeldCount);
        Change(ShardSet.None);
    }

    private void Change(ShardSet to)
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            if (to.Leases.Count == 0 && _held.Leases.Count == 0)
                return;

            // An answer from before it stood aside.
            if (to.Leases.Count > 0 && _isAside)
                return;
            Volatile.Write(ref _held, to);
            signal = _changed;
            _changed = NewSignal();
        }

        signal.SetResult();
        if (to.Leases.Count > 0)
        {
            var seizedFrom = to.SeizedFrom.Count == 0 ? "" : $", seized from {string.Join(", ", to.SeizedFrom)}";
            Log.Holds(_log, string.Join(' ', to.Leases.Select(lease => $"{lease.Shard}:{lease.Token}")), seizedFrom);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(803, LogLevel.Information, "Cluster: publishes for shards {Leases}{SeizedFrom}")]
        public static partial void Holds(ILogger log, string leases, string seizedFrom);

        [LoggerMessage(804, LogLevel.Warning, "Cluster: leases cannot be renewed: {Message}")]
        public static partial void Failed(ILogger log, string message);

        [LoggerMessage(805, LogLevel.Warning, "Cluster: {Shards} leases have ended; nothing is published for them")]
        public static partial void Lost(ILogger log, int shards);

        [LoggerMessage(806, LogLevel.Information, "Cluster: leases are renewed again")]
        public static partial void Recovered(ILogger log);

        [LoggerMessage(807, LogLevel.Warning, "Cluster: not signed off: {Message}; the others take over after {LeaseS} s")]
        public static partial void NotLeft(ILogger log, string message, int leaseS);
    }
}
