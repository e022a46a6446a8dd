using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// The cluster's journal for a gateway that holds no shard: an outlet over it has nothing to publish of it, and keeps its connection for what
/// is each gateway's own, states of units, links, commands. Asks the database nothing.
/// </summary>
/// <param name="spool">What is appended goes there, as from everywhere.</param>
internal sealed class NoShards(IJournal spool) : IJournal
{
    /// <inheritdoc/>
    public long CommittedId => 0;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<int, AdmissionState>> LoadUnits() => spool.LoadUnits();

    /// <inheritdoc/>
    public long Append(Datagram datagram, in AdmissionState state) => spool.Append(datagram, in state);

    /// <inheritdoc/>
    public void AppendReception(long id, int ordinal, Datagram datagram) => spool.AppendReception(id, ordinal, datagram);

    /// <inheritdoc/>
    public Task WaitForCommitAsync(long id, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken cancellationToken) => spool.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public void Read(long afterId, int recordsMax, List<JournalRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        records.Clear();
    }

    /// <inheritdoc/>
    public long LoadCursor(string outlet) => 0;

    /// <inheritdoc/>
    /// <remarks>Of no shard there is none to keep.</remarks>
    public void SaveCursor(string outlet, long id)
    {
    }

    /// <inheritdoc/>
    public long LoadNote(string name, NoteOfSeveral ofSeveral) => 0;

    /// <inheritdoc/>
    public void SaveNote(string name, long number)
    {
    }
}
