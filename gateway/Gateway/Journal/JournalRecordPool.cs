namespace BoatTelemetry.Gateway.Journal;

/// <summary>
/// Fills lists with records that were filled before: a list's own, and those that a shorter reading left over. Readings of any thread.
/// </summary>
internal sealed class JournalRecordPool
{
    /// <summary>Named limit: records kept for the next reading.</summary>
    public const int SparesMax = 1024;

    private readonly Lock _lock = new();
    private readonly Stack<JournalRecord> _spares = new();

    /// <summary>The record at this place of the list, which it is made for if the list is shorter.</summary>
    public JournalRecord At(List<JournalRecord> records, int index)
    {
        if (index < records.Count)
            return records[index];
        lock (_lock)
            records.Add(_spares.TryPop(out var spare) ? spare : new JournalRecord());
        return records[index];
    }

    /// <summary>Takes the records from this place on out of the list.</summary>
    public void Cut(List<JournalRecord> records, int count)
    {
        if (records.Count == count)
            return;
        lock (_lock)
        {
            for (var i = count; i < records.Count && _spares.Count < SparesMax; i++)
                _spares.Push(records[i]);
        }

        records.RemoveRange(count, records.Count - count);
    }
}
