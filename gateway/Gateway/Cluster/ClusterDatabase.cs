using System.Net.Sockets;
using Npgsql;
using NpgsqlTypes;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>The cluster's PostgreSQL database: its connections, and the calls of the functions in schema.sql.</summary>
public sealed class ClusterDatabase : IAsyncDisposable
{
    /// <summary>Channel on which a batch of new frames is told.</summary>
    public const string FramesChannel = "boat_frames";

    /// <summary>
    /// Who holds the journal's lock longer than this, s, has stopped in the middle, and its connection is ended by whoever waits. A batch
    /// takes some 10 ms.
    /// </summary>
    public const int LockPatienceS = 5;

    private const int ConnectTimeoutS = 5;
    private const int CommandTimeoutS = 20;
    private const int StatementsPrepared = 24;
    private const string IndexTaken = "BT001";

    private readonly NpgsqlDataSource _source;

    public ClusterDatabase(string connection)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection)
        {
            Timeout = ConnectTimeoutS,
            CommandTimeout = CommandTimeoutS,
            MaxAutoPrepare = StatementsPrepared,
            AutoPrepareMinUsages = 2,
            TcpKeepAlive = true,
            IncludeErrorDetail = false,
            ApplicationName = "boat-gateway",
            Options = $"-c lock_timeout={LockPatienceS}s -c idle_in_transaction_session_timeout={LockPatienceS}s",
        };
        _source = NpgsqlDataSource.Create(settings);
    }

    /// <summary>Whether Npgsql understands it and it names a host.</summary>
    public static bool IsConnectionString(string text)
    {
        try
        {
            return !string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(text).Host);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return false;
        }
    }

    /// <summary>Runs something on a connection of the pool.</summary>
    /// <exception cref="ClusterException">The database failed.</exception>
    internal async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            return await run(connection);
        }
        catch (Exception e) when (IsDatabases(e))
        {
            if (e is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
                await EndStoppedWritersAsync(cancellationToken);
            throw Failed(e);
        }
    }

    /// <summary>The same for what has to be done at once; a thread waits for it.</summary>
    /// <exception cref="ClusterException">The database failed.</exception>
    internal T Run<T>(Func<NpgsqlConnection, T> run)
    {
        try
        {
            using var connection = _source.OpenConnection();
            return run(connection);
        }
        catch (Exception e) when (IsDatabases(e))
        {
            throw Failed(e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>A parameter for a function's array.</summary>
    internal static NpgsqlParameter Array<T>(IEnumerable<T> values, NpgsqlDbType type) =>
        new() { Value = values.ToArray(), NpgsqlDbType = type | NpgsqlDbType.Array };

    internal static bool IsDatabases(Exception e) => e is NpgsqlException or SocketException or IOException or TimeoutException;

    // The messages of Npgsql name host and user at the most; the password is in none of them.
    internal static ClusterException Failed(Exception e) => e is PostgresException { SqlState: IndexTaken } taken
        ? new ClusterException(ClusterFailure.IndexTaken, taken.MessageText, e)
        : new ClusterException(ClusterFailure.Unavailable, e.Message, e);

    /// <summary>
    /// A gateway that was stopped (SIGSTOP, a frozen machine) between its last statement and its commit would hold the lock for as long as
    /// its kernel keeps the connection alive. Its transaction is rolled back; when it wakes it finds its connection
    /// gone and stores the batch again.
    /// </summary>
    private async Task EndStoppedWritersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = _source.CreateCommand("""
                SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'advisory' AND l.classid = 1112821297 AND l.granted
                    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND a.state IN ('idle in transaction', 'active') AND a.wait_event_type = 'Client'
                    AND a.state_change < clock_timestamp() - make_interval(secs => $1)
                """);
            command.Parameters.Add(new NpgsqlParameter { Value = (double)LockPatienceS - 1 });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception e) when (IsDatabases(e))
        {
            // The caller's failure is told, and it comes back.
        }
    }
}
