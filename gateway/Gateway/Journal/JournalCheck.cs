using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>What a check has found.</summary>
public enum JournalCheckOutcome
{
    /// <summary>Every page was read, and nothing is wrong.</summary>
    Sound = 0,

    /// <summary>The time was over before every page was read; nothing was wrong so far.</summary>
    NotFinished,

    /// <summary>The file contradicts itself, or cannot be read.</summary>
    Damaged,
}

/// <summary>What a check has found, and where.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Detail">The first of SQLite's own words on the damage; empty without.</param>
public readonly record struct JournalCheckResult(JournalCheckOutcome Outcome, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => Outcome switch
    {
        JournalCheckOutcome.Sound => "checked, sound",
        JournalCheckOutcome.NotFinished => "checked in part, nothing found; check-journal reads the whole",
        _ => $"damaged: {Detail}",
    };
}

/// <summary>
/// Reads a journal through and looks whether it contradicts itself (PRAGMA quick_check, sqlite.org/pragma.html). Beside a gateway that
/// runs it sees what was committed when it began, and holds nothing up; but the write-ahead log cannot start anew meanwhile, and grows.
/// </summary>
public static class JournalCheck
{
    /// <summary>How long a start may take for it.</summary>
    public static readonly TimeSpan AtStartMax = TimeSpan.FromSeconds(1);

    // Instructions of SQLite's machine between two looks at the clock.
    private const int StepsPerLook = 1000;

    /// <summary>Checks the whole file, or as much as there is time for.</summary>
    /// <exception cref="JournalException">There is no such file, or it is no journal of this version.</exception>
    public static JournalCheckResult Run(string file, TimeSpan? timeMax = null)
    {
        if (!File.Exists(file))
            throw new JournalException($"{file} is not there.");
        try
        {
            using var connection = JournalSchema.OpenToRead(file);
            JournalSchema.Check(connection, file);
            if (timeMax is { } max)
                StopAfter(connection, max);
            using var check = new SqliteStatement(connection, "PRAGMA quick_check(1)");
            var found = check.Step() ? check.Text(0) : "";
            return found == "ok" ? default : new JournalCheckResult(JournalCheckOutcome.Damaged, found);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            return new JournalCheckResult(JournalCheckOutcome.NotFinished, "");
        }
        catch (SqliteException e)
        {
            return new JournalCheckResult(JournalCheckOutcome.Damaged, e.Message);
        }
    }

    private static void StopAfter(SqliteConnection connection, TimeSpan max)
    {
        var begin = TimeProvider.System.GetTimestamp();
        raw.sqlite3_progress_handler(
            connection.Handle!, StepsPerLook, _ => TimeProvider.System.GetElapsedTime(begin) > max ? 1 : 0, null);
    }
}
