using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>
/// A prepared statement of one connection, bound and stepped without boxing or allocation. Parameters count from 1 on
/// and columns from 0 on, as in sqlite3_bind_* and sqlite3_column_*.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _statement;

    /// <exception cref="SqliteException">The text is wrong for this database.</exception>
    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _db = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_db, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <summary>Rows that the last INSERT, UPDATE or DELETE of the connection changed.</summary>
    public int Changes => raw.sqlite3_changes(_db);

    public void Bind(int parameter, long value) => Check(raw.sqlite3_bind_int64(_statement, parameter, value));

    /// <summary>An integer of which one value means NULL.</summary>
    public void Bind(int parameter, long value, long unknown)
    {
        if (value == unknown)
            Check(raw.sqlite3_bind_null(_statement, parameter));
        else
            Bind(parameter, value);
    }

    /// <remarks>SQLite takes a null pointer, which an empty span is, for NULL.</remarks>
    public void Bind(int parameter, ReadOnlySpan<byte> value) => Check(value.IsEmpty
        ? raw.sqlite3_bind_zeroblob(_statement, parameter, 0)
        : raw.sqlite3_bind_blob(_statement, parameter, value));

    public void Bind(int parameter, string value) => Check(raw.sqlite3_bind_text(_statement, parameter, value));

    /// <summary>Whether there is a next row. Behind the last the statement is ready to be bound again.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
            return true;
        Reset();
        if (result != raw.SQLITE_DONE)
            Check(result);
        return false;
    }

    /// <summary>Runs it to its end.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>The integer of the only row.</summary>
    public long Scalar()
    {
        var value = Step() ? Integer(0) : 0;
        Reset();
        return value;
    }

    /// <summary>Makes it ready to be bound again, wherever it stands.</summary>
    public void Reset() => _ = raw.sqlite3_reset(_statement);

    public long Integer(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>An integer, or what stands for NULL.</summary>
    public long Integer(int column, long unknown) =>
        raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL ? unknown : Integer(column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    /// <summary>Valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose() => _statement.Dispose();

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _db);
}
