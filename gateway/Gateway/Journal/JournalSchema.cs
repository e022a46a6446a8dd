using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>The tables of the journal, and how a file of it is opened.</summary>
internal static class JournalSchema
{
    /// <summary>"BTJ1", so that <c>file</c> and <see cref="Open"/> know a journal from any other SQLite file.</summary>
    private const int ApplicationId = 0x42544A31;

    /// <summary>
    /// 1 knew live frames alone, and 2, which left the house in no release, kept every reception apart. Neither is read: to carry a
    /// journal over, the gateway that wrote it publishes what is in it.
    /// </summary>
    private const int Version = 3;

    /// <summary>Pages of the write-ahead log at which the writer copies it into the file: 8 MB.</summary>
    private const int CheckpointPages = 2000;

    /// <summary>What the write-ahead log shrinks to once a long reading is over that had kept it from starting anew, bytes.</summary>
    private const int WalBytesKept = 64 * 1024 * 1024;

    /// <summary>How long a statement waits for another process that has locked the file, s.</summary>
    private const int LockTimeoutS = 1;

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
            cursor INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """;

    /// <summary>Opens the file, makes it and its tables if it is new, and checks that it is a journal of this version.</summary>
    /// <exception cref="SqliteException">The file cannot be opened or made.</exception>
    /// <exception cref="JournalException">It is something else.</exception>
    public static SqliteConnection Open(string file)
    {
        var connection = Connect(file);
        try
        {
            // FULL: a commit is on the disk when it returns, also after a loss of power (sqlite.org/pragma.html).
            Execute(connection, $"""
                PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = {CheckpointPages}; PRAGMA journal_size_limit = {WalBytesKept};
                """);
            if (Scalar(connection, "SELECT count(*) FROM sqlite_schema") == 0)
                Create(connection);
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
        var connection = Connect(file);
        Execute(connection, "PRAGMA query_only = ON;");
        return connection;
    }

    /// <summary>Runs statements without result.</summary>
    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The one integer that a query yields.</summary>
    public static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Opens or makes a file as it is.</summary>
    public static SqliteConnection OpenPlain(string file) => Connect(file);

    private static SqliteConnection Connect(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Pooling = false,
            DefaultTimeout = LockTimeoutS,
        }.ToString());
        connection.Open();
        _ = raw.sqlite3_busy_timeout(connection.Handle!, LockTimeoutS * 1000);
        return connection;
    }

    private static void Create(SqliteConnection connection) => Execute(
        connection,
        $"BEGIN IMMEDIATE; {Tables} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}; COMMIT;");

    /// <summary>Looks whether an open file is a journal of this version.</summary>
    /// <exception cref="JournalException">It is something else.</exception>
    public static void Check(SqliteConnection connection, string file)
    {
        if (Scalar(connection, "PRAGMA application_id") != ApplicationId)
            throw new JournalException($"{file} is a SQLite file, but no journal of this gateway.");
        var version = Scalar(connection, "PRAGMA user_version");
        if (version != Version)
        {
            throw new JournalException(
                $"{file} is a journal of version {version}; this gateway reads version {Version}. Have the gateway that wrote it publish "
                + "what is left in it, then move the file away: this one makes a new journal.");
        }
    }
}
