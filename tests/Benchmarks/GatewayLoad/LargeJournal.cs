using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Benchmarks.GatewayLoad;

/// <summary>Makes a journal that is large by years of frames: the last one it has, over and over.</summary>
internal static class LargeJournal
{
    /// <summary>Adds so many frames, all of them delivered, whatever columns a frame has.</summary>
    public static void Fill(string file, int frames)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False;Default Timeout=600");
        connection.Open();
        List<string> columns = [];
        using (var names = connection.CreateCommand())
        {
            names.CommandText = "SELECT name FROM pragma_table_info('frame') WHERE name <> 'id'";
            using var rows = names.ExecuteReader();
            while (rows.Read())
                columns.Add(rows.GetString(0));
        }

        var list = string.Join(", ", columns);
        using var fill = connection.CreateCommand();
#pragma warning disable CA2100 // Names of columns and a number.
        fill.CommandText = $"""
            PRAGMA synchronous = OFF;
            BEGIN;
            CREATE TEMP TABLE pattern AS SELECT * FROM frame ORDER BY id DESC LIMIT 1;
            WITH RECURSIVE n(i) AS (SELECT (SELECT id FROM pattern) + 1 UNION ALL SELECT i + 1 FROM n LIMIT {frames})
            INSERT INTO frame (id, {list}) SELECT n.i, {list} FROM n, pattern;
            UPDATE outlet SET cursor = (SELECT max(id) FROM frame);
            COMMIT;
            PRAGMA wal_checkpoint(TRUNCATE);
            """;
#pragma warning restore CA2100
        fill.ExecuteNonQuery();
        connection.Close();

        // What lies in the kernel's memory alone would be written by the gateway's first commit, at the cost of its start.
        using var written = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(written);
    }
}
