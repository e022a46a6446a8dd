using System.Globalization;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>Makes the partitions of the coming days, and drops those beyond the retention. Every gateway tries; one at a time does it.</summary>
public sealed partial class PartitionKeeper(
    ClusterDatabase database,
    ClusterOptions options,
    StageGuard guard,
    ClusterMetrics metrics,
    TimeProvider time,
    ILogger<PartitionKeeper> log) : IHostedService, IDisposable
{
    /// <summary>Named limit: frames whose keys are forgotten under one lock, so that it holds the forwarding up for some 10 ms only.</summary>
    public const int ForgetFramesMax = 5000;

    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _retryInterval = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = guard.Run(nameof(PartitionKeeper), RunAsync);
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

    /// <summary>Does it once, unless another gateway does it now. Returns how many days were dropped.</summary>
    /// <exception cref="ClusterException">The database failed.</exception>
    internal Task<int> KeepAsync(CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            await RunAsync(connection, $"SELECT make_partitions({ClusterSchema.DaysAhead})", cancellationToken);
            if (await ScalarAsync(connection, "SELECT pg_try_advisory_lock(1112821297, 4)", cancellationToken) is not true)
                return 0;
            try
            {
                return await DropAsync(connection, cancellationToken);
            }
            finally
            {
                await RunAsync(connection, "SELECT pg_advisory_unlock(1112821297, 4)", CancellationToken.None);
            }
        },
        cancellationToken);

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var wait = _interval;
            try
            {
                metrics.DaysDropped.Add(await KeepAsync(_stopping.Token));
            }
            catch (ClusterException e)
            {
                metrics.Failures.Add();
                Log.Failed(log, e.Message);
                wait = _retryInterval;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(wait, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> DropAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        List<DateOnly> days = [];
        await using (var command = new NpgsqlCommand("SELECT days_to_drop($1)", connection))
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = options.RetentionDays });
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
                days.Add(rows.GetFieldValue<DateOnly>(0));
        }

        foreach (var day in days)
        {
            // The keys before the frames that they are found by: broken off in between, it goes on where it was.
            await ForgetKeysAsync(connection, day, cancellationToken);
            var name = day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
            await RunAsync(connection, $"DROP TABLE reception_{name}, frame_{name}", cancellationToken);
            Log.Dropped(log, name);
        }

        return days.Count;
    }

    private static async Task ForgetKeysAsync(NpgsqlConnection connection, DateOnly day, CancellationToken cancellationToken)
    {
        long? last = 0;
        while (last is { } after)
        {
            await using var command = new NpgsqlCommand("SELECT forget_keys($1, $2, $3)", connection);
            command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = day });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ForgetFramesMax });
            last = await command.ExecuteScalarAsync(cancellationToken) as long?;
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constants of this class, and a day of the database's.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constants of this class.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(811, LogLevel.Warning, "Cluster: partitions cannot be made or dropped: {Message}")]
        public static partial void Failed(ILogger log, string message);

        [LoggerMessage(812, LogLevel.Information, "Cluster: the frames of {Day} are beyond their retention and delivered; dropped")]
        public static partial void Dropped(ILogger log, string day);
    }
}
