using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>The tables of the journal, and how a file of it is opened.</summary>
internal static class JournalSchema
{
    /// <summary>"BTJ1".</summary>
    private const int ApplicationId = 0x42544A31;

    /// <summary>
    /// 1 knew live frames alone; 2 and 3, which left the house in no release, kept every reception apart, and let every number beside the
    /// cursors hold frames back. None of them is read: to carry a journal over, the gateway that wrote it publishes what is in it.
    /// </summary>
    private const int Version = 4;

    /// <summary>Pages of the write-ahead log at which the writer copies it into the file: 8 MB.</summary>
    private const int CheckpointPages = 2000;

    /// <summary>What the write-ahead log shrinks to once a long reading is over that had kept it from starting anew, bytes.</summary>
    private const int WalBytesKept = 64 * 1024 * 1024;

    // No unique key on the counters of live frames: unit_state is committed with them and says it already. The first reception stands in
    // the frame's own row: nearly every frame has no other. live_frame_id is the number of the unit's newest live frame.
    private const string Tables = """
        CREATE TABLE frame (
            id INTEGER PRIMARY KEY,
            unit INTEGER NOT NULL,
            class INTEGER NOT NULL,
            counter INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            flags INTEGER NOT NULL,
            time_utc_ms INTEGER,
            received_utc_ms INTEGER NOT NULL,
            sealed BLOB NOT NULL,
            body BLOB NOT NULL,
            concentrator INTEGER NOT NULL,
            rssi_dbm INTEGER,
            snr_decibel_e1 INTEGER,
            frequency_hz INTEGER,
            spreading_factor INTEGER,
            bandwidth_hz INTEGER,
            concentrator_us INTEGER,
            link INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX durable ON frame (unit, counter) WHERE class = 1;
        CREATE TABLE reception (
            frame_id INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            concentrator INTEGER NOT NULL,
            received_utc_ms INTEGER NOT NULL,
            rssi_dbm INTEGER,
            snr_decibel_e1 INTEGER,
            frequency_hz INTEGER,
            spreading_factor INTEGER,
            bandwidth_hz INTEGER,
            concentrator_us INTEGER,
            link INTEGER NOT NULL,
            PRIMARY KEY (frame_id, ordinal)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE unit_state (
            unit INTEGER PRIMARY KEY,
            live_newest INTEGER NOT NULL,
            live_seen INTEGER NOT NULL,
            live_as_of_utc_ms INTEGER NOT NULL,
            durable_base INTEGER NOT NULL,
            durable_near INTEGER NOT NULL,
            durable_far INTEGER NOT NULL,
            key_epoch INTEGER NOT NULL,
            key_retired_below INTEGER NOT NULL,
            live_frame_id INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE outlet (
            name TEXT PRIMARY KEY,
            cursor INTEGER NOT NULL,
            holds INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """;

    private static readonly SqliteFile _file = new(ApplicationId, Version, Tables);

    /// <summary>Opens the file, makes it and its tables if it is new, and checks that it is a journal of this version.</summary>
    /// <exception cref="SqliteException">The file cannot be opened or made.</exception>
    /// <exception cref="JournalException">It is something else.</exception>
    public static SqliteConnection Open(string file)
    {
        var connection = SqliteFile.Open(file);
        try
        {
            // FULL: a commit is on the disk when it returns, also after a loss of power (sqlite.org/pragma.html).
            SqliteFile.Execute(connection, $"""
                PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = {CheckpointPages}; PRAGMA journal_size_limit = {WalBytesKept};
                """);
            _file.CreateIfNew(connection);
            Check(connection, file);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A second connection to an open journal, for reading.</summary>
    public static SqliteConnection OpenToRead(string file)
    {
        var connection = SqliteFile.Open(file);
        SqliteFile.Execute(connection, "PRAGMA query_only = ON;");
        return connection;
    }

    /// <summary>Looks whether an open file is a journal of this version.</summary>
    /// <exception cref="JournalException">It is something else.</exception>
    public static void Check(SqliteConnection connection, string file)
    {
        if (!_file.IsOurs(connection))
            throw new JournalException($"{file} is a SQLite file, but no journal of this gateway.");
        var version = SqliteFile.VersionOf(connection);
        if (version != Version)
        {
            throw new JournalException(
                $"{file} is a journal of version {version}; this gateway reads version {Version}. Have the gateway that wrote it publish "
                + "what is left in it, then move the file away: this one makes a new journal.");
        }
    }
}
