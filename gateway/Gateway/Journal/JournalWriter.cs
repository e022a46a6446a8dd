using BoatTelemetry.Core.Time;
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
    private readonly SqliteCommand _unit;
    private readonly SqliteCommand _cursor;

    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public JournalWriter(string file)
    {
        _connection = JournalSchema.Open(file);
        _frame = Prepare(
            """
            INSERT INTO frame (id, unit, class, counter, kind, flags, time_utc_ms, received_utc_ms, sealed, body)
            VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (unit, counter) WHERE class = 1 DO NOTHING
            """,
            10);
        _reception = Prepare(
            """
            INSERT INTO reception (frame_id, ordinal, concentrator, received_utc_ms, rssi_dbm, snr_decibel_e1,
                frequency_hz, spreading_factor, bandwidth_hz, concentrator_us, link)
            VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            11);
        _unit = Prepare(
            """
            INSERT OR REPLACE INTO unit_state (unit, live_newest, live_seen, live_as_of_utc_ms, durable_base, durable_near, durable_far,
                key_epoch, key_retired_below)
            VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8)
            """,
            9);
        _cursor = Prepare("INSERT OR REPLACE INTO outlet (name, cursor) VALUES ($0, $1)", 2);
    }

    /// <summary>Commits a batch; all of it or, with an exception, nothing.</summary>
    /// <exception cref="SqliteException">The disk is full, failed, or the file is locked.</exception>
    public void Commit(List<JournalOperation> batch)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        foreach (ref var operation in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch))
        {
            switch (operation.Kind)
            {
                case JournalOperationKind.Frame:
                    operation.IsDuplicate = !Write(operation.Datagram!, transaction);
                    if (!operation.IsDuplicate)
                        Write(operation.Id, 0, operation.Datagram!.Reception, transaction);
                    Write(operation.Datagram!.Admitted.Unit, in operation.State, transaction);
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
        _unit.Dispose();
        _cursor.Dispose();
        _connection.Dispose();
    }

    // False if the frame is in the journal already.
    private bool Write(Datagram datagram, SqliteTransaction transaction)
    {
        var frame = datagram.Admitted;
        return Run(
            _frame,
            transaction,
            frame.Id,
            frame.Unit,
            (int)frame.Class,
            frame.Counter,
            (int)frame.Kind,
            frame.Flags,
            frame.TimeUtcMs == UtcTime.Unknown ? DBNull.Value : frame.TimeUtcMs,
            frame.ReceivedUtcMs,
            datagram.Bytes.ToArray(),
            datagram.Body.AsSpan(0, datagram.BodyLength).ToArray()) > 0;
    }

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
        OrNull(reception.ConcentratorUs),
        (int)reception.Link);

    private void Write(int unit, in AdmissionState state, SqliteTransaction transaction) => Run(
        _unit,
        transaction,
        unit,
        state.Live.Newest,
        (long)state.Live.Seen,
        state.Live.AsOfUtcMs,
        state.Durable.Base,
        (long)state.Durable.Near,
        (long)state.Durable.Far,
        state.Keys.Epoch,
        state.Keys.RetiredBelow);

    private static object OrNull(long value) => value == Reception.Unknown ? DBNull.Value : value;

    private static int Run(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        return command.ExecuteNonQuery();
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
