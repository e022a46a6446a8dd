using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>Copies a journal, also of a gateway that runs.</summary>
public static class JournalBackup
{
    /// <summary>Copies what is committed now to another file (sqlite.org/backup.html) and returns its bytes.</summary>
    /// <exception cref="JournalException">There is no journal, it cannot be read, or the copy cannot be written.</exception>
    public static long Run(string journalFile, string toFile)
    {
        if (!File.Exists(journalFile))
            throw new JournalException($"{journalFile} is not there.");
        try
        {
            using var from = new SqliteConnection($"Data Source={journalFile};Mode=ReadOnly;Pooling=False");
            using var copy = new SqliteConnection($"Data Source={toFile};Pooling=False");
            from.Open();
            from.BackupDatabase(copy);
            return new FileInfo(toFile).Length;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"No backup of {journalFile} to {toFile}: {e.Message}", e);
        }
    }
}
