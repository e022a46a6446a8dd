using BoatTelemetry.Gateway.Publish;
using Npgsql;
using NpgsqlTypes;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// Shares through the database when units were heard, so that every gateway knows how each is, whoever hears it; and says which units' states
/// this one tells: those of the shards that it holds.
/// </summary>
internal sealed class HeardExchange(UnitActivity activity, ShardLeases leases, ClusterDatabase database, ClusterOptions options) : IUnitShare
{
    private long _readTo = -1;

    /// <inheritdoc/>
    /// <remarks>None before it has learned what the others heard.</remarks>
    public bool Has(int unit) =>
        Volatile.Read(ref _readTo) >= 0 && leases.IsUsable && leases.Held.Shards.AsSpan().Contains(unit % options.Shards);

    /// <summary>Does it once.</summary>
    /// <exception cref="ClusterException">The database failed; the same is told the next time.</exception>
    internal async Task ExchangeAsync(CancellationToken cancellationToken)
    {
        var heard = activity.TakeHeard();
        try
        {
            var readTo = await database.RunAsync(connection => AskAsync(connection, heard, cancellationToken), cancellationToken);
            Volatile.Write(ref _readTo, readTo);
        }
        catch
        {
            activity.PutBack(heard);
            throw;
        }
    }

    private async Task<long> AskAsync(NpgsqlConnection connection, List<UnitHeard> heard, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT unit, heard_utc_ms, live_since_utc_ms, interval_ms, interval_counter, version FROM exchange_heard($1, $2, $3, $4, $5, $6)", connection);
        command.Parameters.Add(ClusterDatabase.Array(heard.Select(static unit => unit.Unit), NpgsqlDbType.Integer));
        command.Parameters.Add(ClusterDatabase.Array(heard.Select(static unit => unit.HeardUtcMs), NpgsqlDbType.Bigint));
        command.Parameters.Add(ClusterDatabase.Array(heard.Select(static unit => unit.LiveSinceUtcMs), NpgsqlDbType.Bigint));
        command.Parameters.Add(ClusterDatabase.Array(heard.Select(static unit => unit.IntervalMs), NpgsqlDbType.Integer));
        command.Parameters.Add(ClusterDatabase.Array(heard.Select(static unit => unit.IntervalCounter), NpgsqlDbType.Bigint));
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _readTo });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var readTo = Math.Max(_readTo, 0);
        while (await row.ReadAsync(cancellationToken))
        {
            activity.Learn(new UnitHeard(row.GetInt32(0), row.GetInt64(1), row.GetInt64(2), row.GetInt32(3), row.GetInt64(4)));
            readTo = Math.Max(readTo, row.GetInt64(5));
        }

        return readTo;
    }
}
