using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>A SQLite file of the gateway's own: how it is opened, made and known again.</summary>
/// <param name="applicationId">Four letters, so that <c>file</c> and <see cref="IsOurs"/> know it from any other SQLite file.</param>
/// <param name="version">The version of its tables.</param>
/// <param name="tables">What makes them.</param>
internal sealed class SqliteFile(int applicationId, int version, string tables)
{
    /// <summary>How long a statement waits for another process that has locked the file, s.</summary>
    private const int LockTimeoutS = 1;

    /// <summary>Opens or makes a file as it is.</summary>
    /// <exception cref="SqliteException">The file cannot be opened or made.</exception>
    public static SqliteConnection Open(string file)
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

    /// <summary>Makes the tables of a file that has none.</summary>
    public void CreateIfNew(SqliteConnection connection)
    {
        if (Scalar(connection, "SELECT count(*) FROM sqlite_schema") == 0)
            Execute(connection, $"BEGIN IMMEDIATE; {tables} PRAGMA application_id = {applicationId}; PRAGMA user_version = {version}; COMMIT;");
    }

    /// <summary>Whether it is such a file, of whatever version.</summary>
    public bool IsOurs(SqliteConnection connection) => Scalar(connection, "PRAGMA application_id") == applicationId;

    /// <summary>The version of its tables.</summary>
    public static long VersionOf(SqliteConnection connection) => Scalar(connection, "PRAGMA user_version");
}
