using System.Runtime.InteropServices;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>The statements that write a journal, prepared on one connection. One thread.</summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;
    private readonly SqliteStatement _frame;
    private readonly SqliteStatement _reception;
    private readonly SqliteStatement _unit;
    private readonly SqliteStatement _cursor;

    // The units of a batch, each written once, and by unit: the batch that it is known in, where its last frame stands there, and the
    // number of its newest live frame there.
    private readonly List<int> _units = [];
    private readonly long[] _batchOfUnit = new long[FrameHeader.UnitMax + 1];
    private readonly int[] _lastOfUnit = new int[FrameHeader.UnitMax + 1];
    private readonly long[] _liveFrameOfUnit = new long[FrameHeader.UnitMax + 1];
    private long _batchNumber;

    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    /// <exception cref="JournalException">It is no journal, or one of another version.</exception>
    public JournalWriter(string file)
    {
        _connection = JournalSchema.Open(file);
        _begin = new SqliteStatement(_connection, "BEGIN IMMEDIATE");
        _commit = new SqliteStatement(_connection, "COMMIT");
        _rollback = new SqliteStatement(_connection, "ROLLBACK");
        _frame = new SqliteStatement(_connection, """
            INSERT INTO frame (id, unit, class, counter, kind, flags, time_utc_ms, received_utc_ms, sealed, body,
                concentrator, rssi_dbm, snr_decibel_e1, frequency_hz, spreading_factor, bandwidth_hz, concentrator_us, link)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
            ON CONFLICT (unit, counter) WHERE class = 1 DO NOTHING
            """);

        // A frame that was found to be a duplicate has no row: nor have its receptions, whose number the next start may give away.
        _reception = new SqliteStatement(_connection, """
            INSERT INTO reception (frame_id, ordinal, received_utc_ms, concentrator, rssi_dbm, snr_decibel_e1, frequency_hz,
                spreading_factor, bandwidth_hz, concentrator_us, link)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE EXISTS (SELECT 1 FROM frame WHERE id = ?1)
            """);
        _unit = new SqliteStatement(_connection, """
            INSERT INTO unit_state (unit, live_newest, live_seen, live_as_of_utc_ms, durable_base, durable_near, durable_far,
                key_epoch, key_retired_below, live_frame_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT (unit) DO UPDATE SET live_newest = excluded.live_newest, live_seen = excluded.live_seen,
                live_as_of_utc_ms = excluded.live_as_of_utc_ms, durable_base = excluded.durable_base,
                durable_near = excluded.durable_near, durable_far = excluded.durable_far, key_epoch = excluded.key_epoch,
                key_retired_below = excluded.key_retired_below, live_frame_id = max(live_frame_id, excluded.live_frame_id)
            """);
        _cursor = new SqliteStatement(_connection, "INSERT OR REPLACE INTO outlet (name, cursor, holds) VALUES (?1, ?2, ?3)");
        Cleaner = new JournalCleaner(_connection);
    }

    /// <summary>What deletes, on the same connection.</summary>
    public JournalCleaner Cleaner { get; }

    /// <summary>Commits a batch, cursors and notes; all of it or, with an exception, nothing.</summary>
    /// <exception cref="SqliteException">The disk is full, failed, or the file is locked.</exception>
    public void Commit(List<JournalOperation> batch, Dictionary<string, KeptNumber> numbers)
    {
        _begin.Run();
        try
        {
            Write(CollectionsMarshal.AsSpan(batch));
            foreach (var (name, number) in numbers)
            {
                _cursor.Bind(1, name);
                _cursor.Bind(2, number.Number);
                _cursor.Bind(3, number.Holds ? 1 : 0);
                _cursor.Run();
            }

            _commit.Run();
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    /// <summary>Runs one of the <see cref="Cleaner"/>'s deletions in a transaction of its own.</summary>
    /// <exception cref="SqliteException">The disk is full, failed, or the file is locked.</exception>
    public int Clean(Func<JournalCleaner, int> clean)
    {
        _begin.Run();
        try
        {
            var frames = clean(Cleaner);
            _commit.Run();
            return frames;
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Cleaner.Dispose();
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
        _frame.Dispose();
        _reception.Dispose();
        _unit.Dispose();
        _cursor.Dispose();
        _connection.Dispose();
    }

    private void Write(Span<JournalOperation> batch)
    {
        _units.Clear();
        _batchNumber++;
        for (var i = 0; i < batch.Length; i++)
        {
            ref var operation = ref batch[i];
            if (operation.Kind == JournalOperationKind.Frame)
            {
                operation.IsDuplicate = !TryWriteFrame(operation.Datagram!);
                Touch(operation.Datagram!.Admitted, i);
            }
            else if (operation.Kind == JournalOperationKind.Reception)
            {
                WriteReception(operation.Id, operation.Ordinal, operation.Datagram!.Reception);
            }
        }

        foreach (var unit in _units)
            WriteUnit(unit, in batch[_lastOfUnit[unit]].State);
    }

    private void Touch(in AdmittedFrame frame, int index)
    {
        if (_batchOfUnit[frame.Unit] != _batchNumber)
        {
            _batchOfUnit[frame.Unit] = _batchNumber;
            _liveFrameOfUnit[frame.Unit] = 0;
            _units.Add(frame.Unit);
        }

        _lastOfUnit[frame.Unit] = index;
        if (frame.Class == FrameClass.Live)
            _liveFrameOfUnit[frame.Unit] = frame.Id;
    }

    // False if the frame is in the journal already.
    private bool TryWriteFrame(Datagram datagram)
    {
        var frame = datagram.Admitted;
        _frame.Bind(1, frame.Id);
        _frame.Bind(2, frame.Unit);
        _frame.Bind(3, (int)frame.Class);
        _frame.Bind(4, frame.Counter);
        _frame.Bind(5, (int)frame.Kind);
        _frame.Bind(6, frame.Flags);
        _frame.Bind(7, frame.TimeUtcMs, UtcTime.Unknown);
        _frame.Bind(8, frame.ReceivedUtcMs);
        _frame.Bind(9, datagram.Bytes);
        _frame.Bind(10, datagram.Body.AsSpan(0, datagram.BodyLength));
        BindReception(_frame, 11, datagram.Reception);
        _frame.Run();
        return frame.Class == FrameClass.Live || _frame.Changes > 0;
    }

    private void WriteReception(long frameId, int ordinal, in Reception reception)
    {
        _reception.Bind(1, frameId);
        _reception.Bind(2, ordinal);
        _reception.Bind(3, reception.ReceivedUtcMs);
        BindReception(_reception, 4, in reception);
        _reception.Run();
    }

    private static void BindReception(SqliteStatement statement, int first, in Reception reception)
    {
        statement.Bind(first, (long)reception.Concentrator);
        statement.Bind(first + 1, reception.RssiDbm, Reception.Unknown);
        statement.Bind(first + 2, reception.SnrDecibelE1, Reception.Unknown);
        statement.Bind(first + 3, reception.FrequencyHz, Reception.Unknown);
        statement.Bind(first + 4, reception.SpreadingFactor, Reception.Unknown);
        statement.Bind(first + 5, reception.BandwidthHz, Reception.Unknown);
        statement.Bind(first + 6, reception.ConcentratorUs, Reception.Unknown);
        statement.Bind(first + 7, (int)reception.Link);
    }

    private void WriteUnit(int unit, in AdmissionState state)
    {
        _unit.Bind(1, unit);
        _unit.Bind(2, state.Live.Newest);
        _unit.Bind(3, (long)state.Live.Seen);
        _unit.Bind(4, state.Live.AsOfUtcMs);
        _unit.Bind(5, state.Durable.Base);
        _unit.Bind(6, (long)state.Durable.Near);
        _unit.Bind(7, (long)state.Durable.Far);
        _unit.Bind(8, state.Keys.Epoch);
        _unit.Bind(9, state.Keys.RetiredBelow);
        _unit.Bind(10, _liveFrameOfUnit[unit]);
        _unit.Run();
    }

    private void RollBack()
    {
        try
        {
            _rollback.Run();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, or the connection is of no use: it is dropped either way.
        }
    }
}
