using System.Threading.Channels;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using Npgsql;
using NpgsqlTypes;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// Tells the cluster the durable bases of the units that this gateway hears, and learns the cluster's. A base is told only
/// when everything that this gateway had stored until then is in the database: then "all below are settled" is true there, too.
/// </summary>
public sealed class DurableKnowledge : ICommitListener, IDurableKnowledge
{
    /// <summary>Named limit: things learned that the admission has not taken. Behind it the newest is dropped, counted, and learned again.</summary>
    public const int LearnedMax = 4096;

    private readonly ClusterMetrics _metrics;
    private readonly Lock _lock = new();

    // Bounded by the number of units there can be.
    private readonly Dictionary<int, (long Id, uint Base)> _heard = [];
    private readonly Channel<(int Unit, DurableWindowState Stored)> _learned;

    public DurableKnowledge(ClusterMetrics metrics)
    {
        _metrics = metrics;
        _learned = Channel.CreateBounded<(int Unit, DurableWindowState Stored)>(
            new BoundedChannelOptions(LearnedMax) { FullMode = BoundedChannelFullMode.Wait });
    }

    /// <inheritdoc/>
    public bool TryTake(out int unit, out DurableWindowState stored)
    {
        var isThere = _learned.Reader.TryRead(out var learned);
        (unit, stored) = learned;
        return isThere;
    }

    /// <inheritdoc/>
    void ICommitListener.Committed(Datagram datagram, in AdmissionState state, bool isDuplicate)
    {
        var frame = datagram.Admitted;
        if (frame.Class != FrameClass.Durable)
            return;
        lock (_lock)
            _heard[frame.Unit] = (frame.Id, state.Durable.Base);
    }

    /// <summary>Exchanges what was heard up to a number of the spool, all of which is in the database.</summary>
    /// <exception cref="ClusterException">The database failed; the same is exchanged the next time.</exception>
    internal async Task ExchangeAsync(ClusterDatabase database, long forwardedId, CancellationToken cancellationToken)
    {
        var heard = TakeHeard(forwardedId);
        if (heard.Count == 0)
            return;
        try
        {
            foreach (var (unit, stored) in await database.RunAsync(connection => AskAsync(connection, heard, cancellationToken), cancellationToken))
            {
                if (!_learned.Writer.TryWrite((unit, stored)))
                    _metrics.KnowledgeDropped.Add();
            }
        }
        catch
        {
            PutBack(heard);
            throw;
        }
    }

    private static async Task<List<(int Unit, DurableWindowState Stored)>> AskAsync(
        NpgsqlConnection connection, List<(int Unit, long Id, uint Base)> heard, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT unit, base, stored FROM exchange_durable($1, $2, $3)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = heard.Select(unit => unit.Unit).ToArray(), NpgsqlDbType = NpgsqlDbType.Integer | NpgsqlDbType.Array });
        command.Parameters.Add(new NpgsqlParameter { Value = heard.Select(unit => (long)unit.Base).ToArray(), NpgsqlDbType = NpgsqlDbType.Bigint | NpgsqlDbType.Array });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = DurableWindow.AheadMax });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<(int Unit, DurableWindowState Stored)> answers = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            var window = new DurableWindow((uint)rows.GetInt64(1), 0, 0);
            foreach (var counter in rows.GetFieldValue<long[]>(2))
                window.Mark((uint)counter);
            answers.Add((rows.GetInt32(0), DurableWindowState.Of(window)));
        }

        return answers;
    }

    private List<(int Unit, long Id, uint Base)> TakeHeard(long upToId)
    {
        List<(int Unit, long Id, uint Base)> heard = [];
        lock (_lock)
        {
            foreach (var (unit, (id, durableBase)) in _heard)
            {
                if (id <= upToId)
                    heard.Add((unit, id, durableBase));
            }

            foreach (var (unit, _, _) in heard)
                _heard.Remove(unit);
        }

        // Two gateways that wrote the same rows in different orders would wait for each other.
        heard.Sort(static (left, right) => left.Unit.CompareTo(right.Unit));
        return heard;
    }

    private void PutBack(List<(int Unit, long Id, uint Base)> heard)
    {
        lock (_lock)
        {
            foreach (var (unit, id, durableBase) in heard)
                _heard.TryAdd(unit, (id, durableBase));
        }
    }
}
