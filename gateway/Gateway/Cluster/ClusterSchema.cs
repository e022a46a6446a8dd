using System.Globalization;
using Npgsql;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>Lays the tables where there are none, brings older ones up to this version, and refuses others.</summary>
internal static class ClusterSchema
{
    public const int Version = 4;

    /// <summary>The oldest version that is brought up: one file for each behind it.</summary>
    public const int OldestVersion = 3;

    /// <summary>Days for which partitions are made ahead: a cluster whose gateways are all stopped that long makes them when one starts.</summary>
    public const int DaysAhead = 3;

    private const string LockSchema = "SELECT pg_advisory_xact_lock(1112821297, 3)";

    /// <exception cref="ClusterException">The database failed, or is laid otherwise.</exception>
    public static Task<bool> PrepareAsync(ClusterDatabase database, int shards, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await RunAsync(connection, LockSchema, cancellationToken);
                var isThere = await ScalarAsync(connection, "SELECT to_regclass('cluster') IS NOT NULL", cancellationToken) is true;
                if (isThere)
                    await UpgradeAsync(connection, await CheckAsync(connection, shards, cancellationToken), cancellationToken);
                else
                    await LayAsync(connection, shards, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return !isThere;
            },
            cancellationToken);

    private static async Task LayAsync(NpgsqlConnection connection, int shards, CancellationToken cancellationToken)
    {
        await RunAsync(connection, await ReadAsync(OldestVersion, cancellationToken), cancellationToken);
        await RunAsync(
            connection,
            string.Create(CultureInfo.InvariantCulture, $"""
                INSERT INTO cluster (version, shards) VALUES ({OldestVersion}, {shards});
                INSERT INTO journal_head (seq, day) VALUES (0, (clock_timestamp() AT TIME ZONE 'UTC')::date);
                INSERT INTO lease (shard) SELECT generate_series(0, {shards - 1});
                SELECT make_partitions({DaysAhead});
                """),
            cancellationToken);
        await UpgradeAsync(connection, OldestVersion, cancellationToken);
    }

    // Gateways of the version before go on meanwhile: what they use stays as it is, and they look at the version when they start.
    private static async Task UpgradeAsync(NpgsqlConnection connection, int from, CancellationToken cancellationToken)
    {
        for (var version = from + 1; version <= Version; version++)
        {
            await RunAsync(connection, await ReadAsync(version, cancellationToken), cancellationToken);
            await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"UPDATE cluster SET version = {version}"), cancellationToken);
        }
    }

    private static async Task<string> ReadAsync(int version, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"BoatTelemetry.Gateway.Cluster.schema.{version}.sql");
        await using var stream = typeof(ClusterSchema).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static async Task<int> CheckAsync(NpgsqlConnection connection, int shards, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT version, shards FROM cluster", connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var version = row.GetInt32(0);
        if (version > Version)
            throw Differs($"the database has version {version} of the tables, of a newer gateway, and this one knows {Version}: upgrade this gateway");
        if (version < OldestVersion)
        {
            throw Differs(
                $"the database has version {version} of the tables, and this gateway brings up those from {OldestVersion} on: have the gateways of before "
                + "publish what is in it, and give this one a new, empty database");
        }

        if (row.GetInt32(1) != shards)
            throw Differs($"the cluster has {row.GetInt32(1)} shards, this gateway is configured for {shards}");
        return version;
    }

    private static ClusterException Differs(string message) => new(ClusterFailure.SchemaDiffers, message);

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
