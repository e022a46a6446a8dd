using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>Copies a journal, also of a gateway that runs.</summary>
public static class JournalBackup
{
    /// <summary>
    /// Copies what is committed at this moment to another file, which has its name only once it is whole and on the disk; a file of that
    /// name before is replaced. Returns the bytes of the copy.
    /// </summary>
    /// <remarks>
    /// SQLite's backup (sqlite.org/backup.html) in one step: in several, each commit of a gateway that runs would have it begin anew. In the
    /// write-ahead log one long reading holds no commit up; the log only grows meanwhile by what is committed.
    /// </remarks>
    /// <exception cref="JournalException">There is no journal, it cannot be read, or the copy cannot be written.</exception>
    public static long Run(string journalFile, string toFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(journalFile);
        ArgumentException.ThrowIfNullOrEmpty(toFile);
        var part = toFile + ".part";
        if (!File.Exists(journalFile))
            throw new JournalException($"{journalFile} is not there.");
        if (Path.GetFullPath(journalFile) == Path.GetFullPath(toFile))
            throw new JournalException($"{journalFile} cannot be its own backup.");
        try
        {
            File.Delete(part);
            Copy(journalFile, part);
            using (var written = new FileStream(part, FileMode.Open, FileAccess.ReadWrite))
                written.Flush(flushToDisk: true);
            File.Move(part, toFile, overwrite: true);
            return new FileInfo(toFile).Length;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"No backup of {journalFile} to {toFile}: {e.Message}", e);
        }
    }

    private static void Copy(string journalFile, string part)
    {
        using var from = JournalSchema.OpenToRead(journalFile);
        JournalSchema.Check(from, journalFile);
        using var to = SqliteFile.Open(part);
        from.BackupDatabase(to);

        // The copy is one file: without a log beside it that would have to travel with it. The next gateway to open it begins one.
        SqliteFile.Execute(to, "PRAGMA journal_mode = DELETE;");
    }
}
