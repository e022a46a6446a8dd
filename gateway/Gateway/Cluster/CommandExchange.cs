using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Downlink;
using Npgsql;
using NpgsqlTypes;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// Shares commands through the database: each gateway tells those that it was asked for, takes the others', and tells the counters and results
/// of both.
/// </summary>
internal sealed class CommandExchange(CommandQueue commands, ClusterDatabase database, ClusterOptions options)
{
    private long _told = -1;

    /// <summary>Does it once.</summary>
    /// <exception cref="ClusterException">The database failed; the same is told the next time.</exception>
    internal async Task ExchangeAsync(CancellationToken cancellationToken)
    {
        var news = commands.News(options.GatewayIndex);
        var (others, results) = await database.RunAsync(
            async connection =>
            {
                await TellAsync(connection, news, cancellationToken);
                return await AskAsync(connection, cancellationToken);
            },
            cancellationToken);
        _told = news.Version;
        commands.Learn(options.GatewayIndex, news, others, results);
    }

    private async Task TellAsync(NpgsqlConnection connection, CommandNews news, CancellationToken cancellationToken)
    {
        if (news.Version != _told)
        {
            await RunAsync(
                connection,
                "SELECT tell_commands($1, $2, $3, $4, $5, $6, $7)",
                [
                    new NpgsqlParameter<int> { TypedValue = options.GatewayIndex },
                    ClusterDatabase.Array(news.Own.Select(static command => command.Id), NpgsqlDbType.Bigint),
                    ClusterDatabase.Array(news.Own.Select(static command => command.Unit), NpgsqlDbType.Integer),
                    ClusterDatabase.Array(news.Own.Select(static command => (short)command.Kind), NpgsqlDbType.Smallint),
                    ClusterDatabase.Array(news.Own.Select(static command => command.Body), NpgsqlDbType.Bytea),
                    ClusterDatabase.Array(news.Own.Select(static command => command.QueuedUtcMs), NpgsqlDbType.Bigint),
                    ClusterDatabase.Array(news.Own.Select(static command => command.ExpiryUtcMs), NpgsqlDbType.Bigint),
                ],
                cancellationToken);
        }

        if (news.Counters.Count > 0)
        {
            await RunAsync(
                connection,
                "SELECT tell_command_counters($1, $2, $3)",
                [
                    ClusterDatabase.Array(news.Counters.Select(static sent => sent.Gateway), NpgsqlDbType.Integer),
                    ClusterDatabase.Array(news.Counters.Select(static sent => sent.Id), NpgsqlDbType.Bigint),
                    ClusterDatabase.Array(news.Counters.Select(static sent => (long)sent.Counter), NpgsqlDbType.Bigint),
                ],
                cancellationToken);
        }

        if (news.Results.Count > 0)
        {
            await RunAsync(
                connection,
                "SELECT tell_command_results($1, $2, $3)",
                [
                    ClusterDatabase.Array(news.Results.Select(static told => told.Unit), NpgsqlDbType.Integer),
                    ClusterDatabase.Array(news.Results.Select(static told => (long)told.Counter), NpgsqlDbType.Bigint),
                    ClusterDatabase.Array(news.Results.Select(static told => (short)told.Result), NpgsqlDbType.Smallint),
                ],
                cancellationToken);
        }
    }

    private async Task<(List<SharedCommand> Others, List<(long Id, CommandResult Result)> Results)> AskAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT gateway, id, unit, kind, body, queued_utc_ms, expiry_utc_ms, result FROM command WHERE (gateway = $1) = (result IS NOT NULL)", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = options.GatewayIndex });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        List<SharedCommand> others = [];
        List<(long Id, CommandResult Result)> results = [];
        while (await row.ReadAsync(cancellationToken))
        {
            if (row.IsDBNull(7))
            {
                others.Add(new SharedCommand(
                    row.GetInt32(0), row.GetInt64(1), row.GetInt32(2), (CommandKind)row.GetInt16(3), row.GetFieldValue<byte[]>(4), row.GetInt64(5), row.GetInt64(6)));
                continue;
            }

            results.Add((row.GetInt64(1), (CommandResult)row.GetInt16(7)));
        }

        return (others, results);
    }

    private static async Task RunAsync(
        NpgsqlConnection connection, string call, IEnumerable<NpgsqlParameter> parameters, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constants of this class.
        await using var command = new NpgsqlCommand(call, connection);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
