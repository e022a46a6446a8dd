using System.Globalization;
using Npgsql;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>Lays the tables where there are none, and checks those that are there.</summary>
internal static class ClusterSchema
{
    public const int Version = 3;

    /// <summary>Days for which partitions are made ahead: a cluster whose gateways are all stopped that long makes them when one starts.</summary>
    public const int DaysAhead = 3;

    private const string LockSchema = "SELECT pg_advisory_xact_lock(1112821297, 3)";
    private const string Resource = "BoatTelemetry.Gateway.Cluster.schema.sql";

    /// <exception cref="ClusterException">The database failed, or is laid otherwise.</exception>
    public static Task<bool> PrepareAsync(ClusterDatabase database, int shards, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await RunAsync(connection, LockSchema, cancellationToken);
                var isThere = await ScalarAsync(connection, "SELECT to_regclass('cluster') IS NOT NULL", cancellationToken) is true;
                if (isThere)
                    await CheckAsync(connection, shards, cancellationToken);
                else
                    await LayAsync(connection, shards, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return !isThere;
            },
            cancellationToken);

    private static async Task LayAsync(NpgsqlConnection connection, int shards, CancellationToken cancellationToken)
    {
        await using var stream = typeof(ClusterSchema).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        await RunAsync(connection, await reader.ReadToEndAsync(cancellationToken), cancellationToken);
        await RunAsync(
            connection,
            string.Create(CultureInfo.InvariantCulture, $"""
                INSERT INTO cluster (version, shards) VALUES ({Version}, {shards});
                INSERT INTO journal_head (seq, day) VALUES (0, (clock_timestamp() AT TIME ZONE 'UTC')::date);
                INSERT INTO lease (shard) SELECT generate_series(0, {shards - 1});
                SELECT make_partitions({DaysAhead});
                """),
            cancellationToken);
    }

    private static async Task CheckAsync(NpgsqlConnection connection, int shards, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT version, shards FROM cluster", connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        if (row.GetInt32(0) != Version)
            throw new ClusterException(ClusterFailure.SchemaDiffers, $"the database has version {row.GetInt32(0)} of the tables, this gateway knows {Version}");
        if (row.GetInt32(1) != shards)
            throw new ClusterException(ClusterFailure.SchemaDiffers, $"the cluster has {row.GetInt32(1)} shards, this gateway is configured for {shards}");
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constants of this class, the resource, and integers.
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
}
