using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>The statements that read a journal, on a connection of their own. One thread at a time.</summary>
internal sealed class JournalReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _frames;
    private readonly SqliteCommand _receptions;

    public JournalReader(string file)
    {
        _connection = JournalSchema.OpenToRead(file);
        _frames = _connection.CreateCommand();
        _frames.CommandText = """
            SELECT id, unit, class, counter, kind, flags, time_utc_ms, received_utc_ms, sealed, body
            FROM frame WHERE id > $after ORDER BY id LIMIT $limit
            """;
        _frames.Parameters.AddWithValue("$after", 0L);
        _frames.Parameters.AddWithValue("$limit", 0L);
        _receptions = _connection.CreateCommand();
        _receptions.CommandText = """
            SELECT frame_id, concentrator, received_utc_ms, rssi_dbm, snr_decibel_e1, frequency_hz,
                spreading_factor, bandwidth_hz, concentrator_us, link
            FROM reception WHERE frame_id BETWEEN $first AND $last ORDER BY frame_id, ordinal
            """;
        _receptions.Parameters.AddWithValue("$first", 0L);
        _receptions.Parameters.AddWithValue("$last", 0L);
    }

    /// <summary>
    /// The largest number ever used. Frames are deleted up to a cursor at the most, so a cursor stands in for them.
    /// </summary>
    public long LastId() => JournalSchema.Scalar(
        _connection, "SELECT max(coalesce((SELECT max(id) FROM frame), 0), coalesce((SELECT max(cursor) FROM outlet), 0))");

    public List<KeyValuePair<int, AdmissionState>> Units()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = """
            SELECT unit, live_newest, live_seen, live_as_of_utc_ms, durable_base, durable_near, durable_far, key_epoch, key_retired_below
            FROM unit_state
            """;
        using var rows = command.ExecuteReader();
        List<KeyValuePair<int, AdmissionState>> units = [];
        while (rows.Read())
        {
            units.Add(new(rows.GetInt32(0), new AdmissionState(
                new LiveWindowState(rows.GetInt64(1), (ulong)rows.GetInt64(2), rows.GetInt64(3)),
                new DurableWindowState((uint)rows.GetInt64(4), (ulong)rows.GetInt64(5), (ulong)rows.GetInt64(6)),
                new UnitKeyState(rows.GetInt32(7), rows.GetInt64(8)))));
        }

        return units;
    }

    public long Cursor(string outlet)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT coalesce((SELECT cursor FROM outlet WHERE name = $name), 0)";
        command.Parameters.AddWithValue("$name", outlet);
        return (long)command.ExecuteScalar()!;
    }

    public void Read(long afterId, int recordsMax, List<JournalRecord> records)
    {
        records.Clear();
        using var transaction = _connection.BeginTransaction(deferred: true);
        _frames.Transaction = transaction;
        _frames.Parameters[0].Value = afterId;
        _frames.Parameters[1].Value = recordsMax;
        using (var rows = _frames.ExecuteReader())
        {
            while (rows.Read())
            {
                var record = new JournalRecord();
                record.Set(FrameOf(rows), rows.GetFieldValue<byte[]>(8), rows.GetFieldValue<byte[]>(9));
                records.Add(record);
            }
        }

        if (records.Count > 0)
            ReadReceptions(records, transaction);
    }

    public void Dispose()
    {
        _frames.Dispose();
        _receptions.Dispose();
        _connection.Dispose();
    }

    private void ReadReceptions(List<JournalRecord> records, SqliteTransaction transaction)
    {
        _receptions.Transaction = transaction;
        _receptions.Parameters[0].Value = records[0].Frame.Id;
        _receptions.Parameters[1].Value = records[^1].Frame.Id;
        using var rows = _receptions.ExecuteReader();
        var i = 0;
        while (rows.Read())
        {
            var frameId = rows.GetInt64(0);
            while (records[i].Frame.Id < frameId)
                i++;
            if (records[i].Frame.Id == frameId)
                records[i].Receptions.Add(ReceptionOf(rows));
        }
    }

    private static AdmittedFrame FrameOf(SqliteDataReader rows) => new()
    {
        Id = rows.GetInt64(0),
        Unit = rows.GetInt32(1),
        Class = (FrameClass)rows.GetInt32(2),
        Counter = (uint)rows.GetInt64(3),
        Kind = (FrameKind)rows.GetInt32(4),
        Flags = rows.GetInt32(5),
        TimeUtcMs = rows.IsDBNull(6) ? UtcTime.Unknown : rows.GetInt64(6),
        ReceivedUtcMs = rows.GetInt64(7),
    };

    private static Reception ReceptionOf(SqliteDataReader rows) => new()
    {
        Concentrator = (ulong)rows.GetInt64(1),
        ReceivedUtcMs = rows.GetInt64(2),
        RssiDbm = (int)OrUnknown(rows, 3),
        SnrDecibelE1 = (int)OrUnknown(rows, 4),
        FrequencyHz = OrUnknown(rows, 5),
        SpreadingFactor = (int)OrUnknown(rows, 6),
        BandwidthHz = (int)OrUnknown(rows, 7),
        ConcentratorUs = OrUnknown(rows, 8),
        Link = (UplinkLink)rows.GetInt32(9),
    };

    private static long OrUnknown(SqliteDataReader rows, int column) =>
        rows.IsDBNull(column) ? Reception.Unknown : rows.GetInt64(column);
}
