using BoatTelemetry.Core.Time;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using Npgsql;
using NpgsqlTypes;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>Frames and receptions as the columns that <c>store_frames</c> of schema.sql takes. One thread; used again.</summary>
internal sealed class FrameBatch
{
    private readonly List<long> _offset = [];
    private readonly List<int> _unit = [];
    private readonly List<short> _class = [];
    private readonly List<long> _counter = [];
    private readonly List<short> _kind = [];
    private readonly List<short> _flags = [];
    private readonly List<long?> _timeUtcMs = [];
    private readonly List<long> _receivedUtcMs = [];
    private readonly List<byte[]> _sealed = [];
    private readonly List<byte[]> _body = [];
    private readonly List<int> _frame = [];
    private readonly List<short> _ordinal = [];
    private readonly List<long> _concentrator = [];
    private readonly List<long> _heardUtcMs = [];
    private readonly List<int?> _rssiDbm = [];
    private readonly List<int?> _snrDecibelE1 = [];
    private readonly List<long?> _frequencyHz = [];
    private readonly List<int?> _spreadingFactor = [];
    private readonly List<int?> _bandwidthHz = [];
    private readonly List<long?> _concentratorUs = [];
    private readonly List<short> _link = [];
    private long _numbers;

    /// <summary>How many frames it holds.</summary>
    public int Frames => _unit.Count;

    /// <summary>
    /// Takes the records' frames and receptions, and nothing of what was in it before. The database's numbers keep the spool's
    /// distances, also those of numbers that stayed unused.
    /// </summary>
    /// <param name="records">Of the spool.</param>
    /// <param name="afterId">Its number up to which all was stored before.</param>
    /// <param name="toId">Its number up to which all is stored with these.</param>
    public void Set(IReadOnlyList<JournalRecord> records, long afterId, long toId)
    {
        Clear();
        _numbers = toId - afterId;
        foreach (var record in records)
        {
            _offset.Add(record.Frame.Id - afterId);
            Add(record);
        }
    }

    /// <summary>Takes the records for their receptions alone: their frames were stored before.</summary>
    public void SetReceptions(IReadOnlyList<JournalRecord> records)
    {
        Clear();
        foreach (var record in records)
            Add(record);
    }

    /// <summary>Sends it. Returns how many frames were new, and how many of them had been overtaken.</summary>
    public async Task<(long Stored, long Overtaken)> StoreAsync(NpgsqlConnection connection, int gatewayIndex, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT stored, overtaken FROM store_frames($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)",
            connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = gatewayIndex });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _numbers });
        Array(command, NpgsqlDbType.Bigint, _offset);
        Array(command, NpgsqlDbType.Integer, _unit);
        Array(command, NpgsqlDbType.Smallint, _class);
        Array(command, NpgsqlDbType.Bigint, _counter);
        Array(command, NpgsqlDbType.Smallint, _kind);
        Array(command, NpgsqlDbType.Smallint, _flags);
        Array(command, NpgsqlDbType.Bigint, _timeUtcMs);
        Array(command, NpgsqlDbType.Bigint, _receivedUtcMs);
        Array(command, NpgsqlDbType.Bytea, _sealed);
        Array(command, NpgsqlDbType.Bytea, _body);
        Array(command, NpgsqlDbType.Integer, _frame);
        Array(command, NpgsqlDbType.Smallint, _ordinal);
        Array(command, NpgsqlDbType.Bigint, _concentrator);
        Array(command, NpgsqlDbType.Bigint, _heardUtcMs);
        Array(command, NpgsqlDbType.Integer, _rssiDbm);
        Array(command, NpgsqlDbType.Integer, _snrDecibelE1);
        Array(command, NpgsqlDbType.Bigint, _frequencyHz);
        Array(command, NpgsqlDbType.Integer, _spreadingFactor);
        Array(command, NpgsqlDbType.Integer, _bandwidthHz);
        Array(command, NpgsqlDbType.Bigint, _concentratorUs);
        Array(command, NpgsqlDbType.Smallint, _link);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetInt64(1));
    }

    private static void Array<T>(NpgsqlCommand command, NpgsqlDbType element, List<T> values) =>
        command.Parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = element | NpgsqlDbType.Array });

    private void Add(JournalRecord record)
    {
        var frame = record.Frame;
        _unit.Add(frame.Unit);
        _class.Add((short)frame.Class);
        _counter.Add(frame.Counter);
        _kind.Add((short)frame.Kind);
        _flags.Add((short)frame.Flags);
        _timeUtcMs.Add(frame.TimeUtcMs == UtcTime.Unknown ? null : frame.TimeUtcMs);
        _receivedUtcMs.Add(frame.ReceivedUtcMs);
        _sealed.Add(record.Sealed.ToArray());
        _body.Add(record.Body.AsSpan(0, record.BodyLength).ToArray());
        for (var i = 0; i < record.Receptions.Count; i++)
            Add(i, record.Receptions[i]);
    }

    private void Add(int ordinal, in Reception reception)
    {
        // PostgreSQL counts an array's elements from 1 on.
        _frame.Add(_unit.Count);
        _ordinal.Add((short)ordinal);
        _concentrator.Add((long)reception.Concentrator);
        _heardUtcMs.Add(reception.ReceivedUtcMs);
        _rssiDbm.Add(OrNull(reception.RssiDbm));
        _snrDecibelE1.Add(OrNull(reception.SnrDecibelE1));
        _frequencyHz.Add(reception.FrequencyHz == Reception.Unknown ? null : reception.FrequencyHz);
        _spreadingFactor.Add(OrNull(reception.SpreadingFactor));
        _bandwidthHz.Add(OrNull(reception.BandwidthHz));
        _concentratorUs.Add(reception.ConcentratorUs == Reception.Unknown ? null : reception.ConcentratorUs);
        _link.Add((short)reception.Link);
    }

    private static int? OrNull(int value) => value == Reception.Unknown ? null : value;

    private void Clear()
    {
        _numbers = 0;
        System.Collections.IList[] columns =
        [
            _offset, _unit, _class, _counter, _kind, _flags, _timeUtcMs, _receivedUtcMs, _sealed, _body,
            _frame, _ordinal, _concentrator, _heardUtcMs, _rssiDbm, _snrDecibelE1, _frequencyHz, _spreadingFactor,
            _bandwidthHz, _concentratorUs, _link,
        ];
        foreach (var column in columns)
            column.Clear();
    }
}
