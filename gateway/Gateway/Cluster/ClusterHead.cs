using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using BoatTelemetry.Gateway.Publish;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// Knows the largest number that is committed in the database: told by NOTIFY, and asked for once a second, since a notification
/// may be lost with its connection.
/// </summary>
public sealed partial class ClusterHead(ClusterDatabase database, StageGuard guard, ClusterMetrics metrics, ILogger<ClusterHead> log)
    : IHostedService, IDisposable
{
    private const int PollMs = 1000;

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _moved = NewSignal();
    private Task _loop = Task.CompletedTask;
    private long _seq;

    /// <summary>The largest committed number that is known here; 0 if none is.</summary>
    public long Seq => Volatile.Read(ref _seq);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = guard.Run(nameof(ClusterHead), RunAsync);
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

    /// <summary>Completes when a number larger than this one is committed.</summary>
    internal async Task WaitAsync(long seq, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                if (Seq > seq)
                    return;
                moved = _moved.Task;
            }

            await moved.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Asks now.</summary>
    /// <exception cref="ClusterException">The database failed.</exception>
    internal async Task RefreshAsync(CancellationToken cancellationToken) =>
        Move(await database.RunAsync(connection => AskAsync(connection, cancellationToken), cancellationToken));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        var delay = new ReconnectDelay();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await database.RunAsync(
                    async connection =>
                    {
                        await ListenAsync(connection, delay);
                        return true;
                    },
                    _stopping.Token);
            }
            catch (ClusterException e)
            {
                metrics.Failures.Add();
                Log.Failed(log, e.Message);
                await Task.Delay(delay.Next(), _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(NpgsqlConnection connection, ReconnectDelay delay)
    {
        await using (var listen = new NpgsqlCommand($"LISTEN {ClusterDatabase.FramesChannel}", connection))
            await listen.ExecuteNonQueryAsync(_stopping.Token);
        while (true)
        {
            // Asked after the listening has begun: what is committed in between is found here or told.
            Move(await AskAsync(connection, _stopping.Token));
            delay.Reset();
            await connection.WaitAsync(PollMs, _stopping.Token);
        }
    }

    private static async Task<long> AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT seq FROM journal_head", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private void Move(long seq)
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            if (seq <= _seq)
                return;
            Volatile.Write(ref _seq, seq);
            signal = _moved;
            _moved = NewSignal();
        }

        signal.SetResult();
    }

    private static partial class Log
    {
        [LoggerMessage(808, LogLevel.Warning, "Cluster: new frames are not told: {Message}")]
        public static partial void Failed(ILogger log, string message);
    }
}
