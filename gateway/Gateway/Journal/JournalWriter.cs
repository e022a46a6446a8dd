using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>The statements that write a journal, prepared on one connection. One thread.</summary>
internal sealed class JournalWriter : IDisposable
{
    /// <summary>Named limit: frames that one clean-up deletes, so that it holds a commit up for a few milliseconds only.</summary>
    public const int ExpireFramesMax = 1000;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _frame;
    private readonly SqliteCommand _reception;
    private readonly SqliteCommand _window;
    private readonly SqliteCommand _cursor;

    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public JournalWriter(string file)
    {
        _connection = JournalSchema.Open(file);
        _frame = Prepare(
            """
            INSERT INTO frame (id, unit, counter, kind, position_utc_ms, received_utc_ms, latitude_e5, longitude_e5,
                sog_deciknots, cog_deg, quality, movement, on_battery, alarm, backlog_pending, sealed)
            VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """,
            16);
        _reception = Prepare(
            """
            INSERT INTO reception (frame_id, ordinal, concentrator, received_utc_ms, rssi_dbm, snr_decibel_e1,
                frequency_hz, spreading_factor, bandwidth_hz, concentrator_us)
            VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            10);
        _window = Prepare("INSERT OR REPLACE INTO live_window (unit, newest, seen, as_of_utc_ms) VALUES ($0, $1, $2, $3)", 4);
        _cursor = Prepare("INSERT OR REPLACE INTO outlet (name, cursor) VALUES ($0, $1)", 2);
    }

    /// <summary>Commits a batch; all of it or, with an exception, nothing.</summary>
    /// <exception cref="SqliteException">The disk is full, failed, or the file is locked.</exception>
    public void Commit(List<JournalOperation> batch)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        foreach (ref readonly var operation in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch))
        {
            switch (operation.Kind)
            {
                case JournalOperationKind.Frame:
                    Write(in operation.Frame, operation.Datagram!.Bytes, transaction);
                    Write(operation.Frame.Id, 0, operation.Datagram.Reception, transaction);
                    Write(operation.Frame.Unit, in operation.Window, transaction);
                    break;
                case JournalOperationKind.Reception:
                    Write(operation.Id, operation.Ordinal, operation.Datagram!.Reception, transaction);
                    break;
                case JournalOperationKind.Cursor:
                    Run(_cursor, transaction, operation.Outlet!, operation.Id);
                    break;
                default:
                    break;
            }
        }

        transaction.Commit();
    }

    /// <summary>
    /// Deletes up to <see cref="ExpireFramesMax"/> of the oldest frames, received before <paramref name="beforeUtcMs"/>
    /// and delivered by every outlet. Returns how many.
    /// </summary>
    public int Expire(long beforeUtcMs)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        using var select = _connection.CreateCommand();
        select.CommandText = $"""
            SELECT id, received_utc_ms FROM frame WHERE id <= (SELECT coalesce(min(cursor), 0) FROM outlet)
            ORDER BY id LIMIT {ExpireFramesMax}
            """;
        long lastId = 0;
        var frames = 0;
        using (var rows = select.ExecuteReader())
        {
            while (rows.Read() && rows.GetInt64(1) < beforeUtcMs)
            {
                lastId = rows.GetInt64(0);
                frames++;
            }
        }

        if (frames > 0)
        {
            JournalSchema.Execute(
                _connection, $"DELETE FROM reception WHERE frame_id <= {lastId}; DELETE FROM frame WHERE id <= {lastId}");
        }

        transaction.Commit();
        return frames;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _frame.Dispose();
        _reception.Dispose();
        _window.Dispose();
        _cursor.Dispose();
        _connection.Dispose();
    }

    private void Write(in AdmittedFrame frame, ReadOnlySpan<byte> bytes, SqliteTransaction transaction) => Run(
        _frame,
        transaction,
        frame.Id,
        frame.Unit,
        frame.Counter,
        (int)frame.Kind,
        frame.PositionUtcMs,
        frame.ReceivedUtcMs,
        frame.LatitudeE5,
        frame.LongitudeE5,
        OrNull(frame.SogDeciknots),
        OrNull(frame.CogDeg),
        (int)frame.Quality,
        (int)frame.Movement,
        frame.OnBattery,
        frame.Alarm,
        frame.BacklogPending,
        bytes.ToArray());

    private void Write(long frameId, int ordinal, in Reception reception, SqliteTransaction transaction) => Run(
        _reception,
        transaction,
        frameId,
        ordinal,
        (long)reception.Concentrator,
        reception.ReceivedUtcMs,
        OrNull(reception.RssiDbm),
        OrNull(reception.SnrDecibelE1),
        OrNull(reception.FrequencyHz),
        OrNull(reception.SpreadingFactor),
        OrNull(reception.BandwidthHz),
        OrNull(reception.ConcentratorUs));

    private void Write(int unit, in LiveWindowState window, SqliteTransaction transaction) =>
        Run(_window, transaction, unit, window.Newest, (long)window.Seen, window.AsOfUtcMs);

    private static object OrNull(long value) => value == Reception.Unknown ? DBNull.Value : value;

    private static void Run(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, int parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every text here is a constant of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < parameters; i++)
            command.Parameters.Add(new SqliteParameter($"${i}", DBNull.Value));
        command.Prepare();
        return command;
    }
}
