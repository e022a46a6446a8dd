using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>The statements that read a journal, on a connection of their own: in a write-ahead log it neither waits for the writer nor
/// holds it up. One thread at a time.</summary>
internal sealed class JournalReader : IDisposable
{
    private const int FirstReceptionColumn = 10;

    private readonly JournalRecordPool _pool;
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;
    private readonly SqliteStatement _frames;
    private readonly SqliteStatement _receptions;

    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public JournalReader(string file, JournalRecordPool pool)
    {
        _pool = pool;
        _connection = JournalSchema.OpenToRead(file);
        _begin = new SqliteStatement(_connection, "BEGIN");
        _end = new SqliteStatement(_connection, "COMMIT");
        _frames = new SqliteStatement(_connection, """
            SELECT id, unit, class, counter, kind, flags, time_utc_ms, received_utc_ms, sealed, body,
                concentrator, rssi_dbm, snr_decibel_e1, frequency_hz, spreading_factor, bandwidth_hz, concentrator_us, link
            FROM frame WHERE id > ?1 ORDER BY id LIMIT ?2
            """);
        _receptions = new SqliteStatement(_connection, """
            SELECT frame_id, received_utc_ms, concentrator, rssi_dbm, snr_decibel_e1, frequency_hz, spreading_factor, bandwidth_hz,
                concentrator_us, link
            FROM reception WHERE frame_id BETWEEN ?1 AND ?2 ORDER BY frame_id, ordinal
            """);
    }

    /// <summary>
    /// The largest number ever used. Frames are deleted up to a cursor at the most, or with a newer one behind them, so a cursor
    /// stands in for them.
    /// </summary>
    public long LastId() => SqliteFile.Scalar(
        _connection, "SELECT max(coalesce((SELECT max(id) FROM frame), 0), coalesce((SELECT max(cursor) FROM outlet), 0))");

    /// <summary>As <see cref="IReceivedIndex.Back"/>: numbers and receptions ascend together, so a search by halves finds it.</summary>
    public long Back(long fromId, long byMs)
    {
        using var from = new SqliteStatement(_connection, "SELECT id, received_utc_ms FROM frame WHERE id >= ?1 ORDER BY id LIMIT 1");
        using var newest = new SqliteStatement(_connection, "SELECT received_utc_ms FROM frame WHERE id <= ?1 ORDER BY id DESC LIMIT 1");
        newest.Bind(1, fromId);
        var beforeMs = newest.Scalar() - byMs;
        var low = Math.Min(BeforeFirst(), fromId);
        var high = fromId;
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            from.Bind(1, middle);
            if (from.Step() && from.Integer(0) <= high && from.Integer(1) < beforeMs)
                low = from.Integer(0);
            else
                high = middle - 1;
            from.Reset();
        }

        return low;
    }

    public List<KeyValuePair<int, AdmissionState>> Units()
    {
        using var units = new SqliteStatement(_connection, """
            SELECT unit, live_newest, live_seen, live_as_of_utc_ms, durable_base, durable_near, durable_far, key_epoch, key_retired_below
            FROM unit_state
            """);
        List<KeyValuePair<int, AdmissionState>> states = [];
        while (units.Step())
        {
            states.Add(new((int)units.Integer(0), new AdmissionState(
                new LiveWindowState(units.Integer(1), (ulong)units.Integer(2), units.Integer(3)),
                new DurableWindowState((uint)units.Integer(4), (ulong)units.Integer(5), (ulong)units.Integer(6)),
                new UnitKeyState((int)units.Integer(7), units.Integer(8)))));
        }

        return states;
    }

    /// <summary>A cursor or a note; 0 if there is none of this name.</summary>
    public long Number(string name)
    {
        using var number = new SqliteStatement(_connection, "SELECT coalesce((SELECT cursor FROM outlet WHERE name = ?1), 0)");
        number.Bind(1, name);
        return number.Scalar();
    }

    public void Read(long afterId, int recordsMax, List<JournalRecord> records)
    {
        _begin.Run();
        try
        {
            _frames.Bind(1, afterId);
            _frames.Bind(2, recordsMax);
            var count = 0;
            while (_frames.Step())
                Fill(_pool.At(records, count++));
            _pool.Cut(records, count);
            if (count > 0)
                ReadReceptions(records);
        }
        finally
        {
            _frames.Reset();
            _receptions.Reset();
            _end.Run();
        }
    }

    public void Dispose()
    {
        _begin.Dispose();
        _end.Dispose();
        _frames.Dispose();
        _receptions.Dispose();
        _connection.Dispose();
    }

    // The number before the first that is still here.
    private long BeforeFirst() => SqliteFile.Scalar(_connection, "SELECT min(id) FROM frame") is > 0 and var first ? first - 1 : LastId();

    private void Fill(JournalRecord record)
    {
        var frame = new AdmittedFrame
        {
            Id = _frames.Integer(0),
            Unit = (int)_frames.Integer(1),
            Class = (FrameClass)_frames.Integer(2),
            Counter = (uint)_frames.Integer(3),
            Kind = (FrameKind)_frames.Integer(4),
            Flags = (int)_frames.Integer(5),
            TimeUtcMs = _frames.Integer(6, UtcTime.Unknown),
            ReceivedUtcMs = _frames.Integer(7),
        };
        record.Set(in frame, _frames.Blob(8), _frames.Blob(9));
        record.Receptions.Add(ReceptionAt(_frames, FirstReceptionColumn, frame.ReceivedUtcMs));
    }

    private void ReadReceptions(List<JournalRecord> records)
    {
        _receptions.Bind(1, records[0].Frame.Id);
        _receptions.Bind(2, records[^1].Frame.Id);
        var i = 0;
        while (_receptions.Step())
        {
            var frameId = _receptions.Integer(0);
            while (records[i].Frame.Id < frameId)
                i++;
            if (records[i].Frame.Id == frameId)
                records[i].Receptions.Add(ReceptionAt(_receptions, 2, _receptions.Integer(1)));
        }
    }

    private static Reception ReceptionAt(SqliteStatement row, int first, long receivedUtcMs) => new()
    {
        ReceivedUtcMs = receivedUtcMs,
        Concentrator = (ulong)row.Integer(first),
        RssiDbm = (int)row.Integer(first + 1, Reception.Unknown),
        SnrDecibelE1 = (int)row.Integer(first + 2, Reception.Unknown),
        FrequencyHz = row.Integer(first + 3, Reception.Unknown),
        SpreadingFactor = (int)row.Integer(first + 4, Reception.Unknown),
        BandwidthHz = (int)row.Integer(first + 5, Reception.Unknown),
        ConcentratorUs = row.Integer(first + 6, Reception.Unknown),
        Link = (UplinkLink)row.Integer(first + 7),
    };
}
