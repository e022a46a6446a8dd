using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using Npgsql;
using NpgsqlTypes;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>Reads the frames of some shards in the order of their numbers. One thread at a time.</summary>
/// <param name="shards">Which.</param>
/// <param name="floors">For each, the number up to which its frames are left out.</param>
internal sealed class ClusterReader(int[] shards, long[] floors)
{
    private const string Frames = """
        SELECT f.seq, f.unit, f.class, f.counter, f.kind, f.flags, f.time_utc_ms, f.received_utc_ms, f.sealed, f.body, f.day
        FROM frame f JOIN unnest($1, $2) AS h (shard, floor) ON f.shard = h.shard AND f.seq > h.floor
        WHERE f.seq > $3 AND f.seq <= $4 AND f.day >= $5 AND NOT f.is_overtaken
        ORDER BY f.seq LIMIT $6
        """;

    private const string Receptions = """
        SELECT seq, concentrator, received_utc_ms, rssi_dbm, snr_decibel_e1, frequency_hz, spreading_factor, bandwidth_hz,
            concentrator_us, link
        FROM reception WHERE seq = ANY ($1) AND day BETWEEN $2 AND $3
        ORDER BY seq, received_utc_ms, gateway, ordinal
        """;

    // Days grow with the numbers, so partitions before that of a number already read need not be looked at.
    private long _daySeq;
    private DateOnly _day = DateOnly.MinValue;

    /// <summary>Fills the list with frames after a number, up to another.</summary>
    public bool Read(NpgsqlConnection connection, long afterSeq, long toSeq, int recordsMax, List<JournalRecord> records)
    {
        records.Clear();
        var firstDay = afterSeq >= _daySeq ? _day : DateOnly.MinValue;
        using (var command = new NpgsqlCommand(Frames, connection))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = shards, NpgsqlDbType = NpgsqlDbType.Integer | NpgsqlDbType.Array });
            command.Parameters.Add(new NpgsqlParameter { Value = floors, NpgsqlDbType = NpgsqlDbType.Bigint | NpgsqlDbType.Array });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterSeq });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = toSeq });
            command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = firstDay });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = recordsMax });
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                var record = new JournalRecord();
                record.Set(FrameOf(rows), rows.GetFieldValue<byte[]>(8), rows.GetFieldValue<byte[]>(9));
                records.Add(record);
                var day = rows.GetFieldValue<DateOnly>(10);
                if (records.Count == 1)
                    firstDay = day;
                (_daySeq, _day) = (record.Frame.Id, day);
            }
        }

        if (records.Count > 0)
            ReadReceptions(connection, records, firstDay, _day);
        return true;
    }

    private static void ReadReceptions(NpgsqlConnection connection, List<JournalRecord> records, DateOnly firstDay, DateOnly lastDay)
    {
        using var command = new NpgsqlCommand(Receptions, connection);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = records.Select(record => record.Frame.Id).ToArray(), NpgsqlDbType = NpgsqlDbType.Bigint | NpgsqlDbType.Array,
        });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = firstDay });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = lastDay });
        using var rows = command.ExecuteReader();
        var i = 0;
        while (rows.Read())
        {
            while (records[i].Frame.Id < rows.GetInt64(0))
                i++;
            records[i].Receptions.Add(ReceptionOf(rows));
        }
    }

    private static AdmittedFrame FrameOf(NpgsqlDataReader rows) => new()
    {
        Id = rows.GetInt64(0),
        Unit = rows.GetInt32(1),
        Class = (FrameClass)rows.GetInt16(2),
        Counter = (uint)rows.GetInt64(3),
        Kind = (FrameKind)rows.GetInt16(4),
        Flags = rows.GetInt16(5),
        TimeUtcMs = rows.IsDBNull(6) ? UtcTime.Unknown : rows.GetInt64(6),
        ReceivedUtcMs = rows.GetInt64(7),
    };

    private static Reception ReceptionOf(NpgsqlDataReader rows) => new()
    {
        Concentrator = (ulong)rows.GetInt64(1),
        ReceivedUtcMs = rows.GetInt64(2),
        RssiDbm = OrUnknown(rows, 3),
        SnrDecibelE1 = OrUnknown(rows, 4),
        FrequencyHz = rows.IsDBNull(5) ? Reception.Unknown : rows.GetInt64(5),
        SpreadingFactor = OrUnknown(rows, 6),
        BandwidthHz = OrUnknown(rows, 7),
        ConcentratorUs = rows.IsDBNull(8) ? Reception.Unknown : rows.GetInt64(8),
        Link = (UplinkLink)rows.GetInt16(9),
    };

    private static int OrUnknown(NpgsqlDataReader rows, int column) => rows.IsDBNull(column) ? Reception.Unknown : rows.GetInt32(column);
}
