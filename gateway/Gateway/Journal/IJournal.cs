using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>
/// What was admitted, in its order, on stable storage. The admission appends, each outlet reads from its own cursor;
/// nothing is published, and nothing will be acknowledged to a boat, before its commit.
/// </summary>
public interface IJournal
{
    /// <summary>The largest number that is committed; 0 if there is none.</summary>
    long CommittedId { get; }

    /// <summary>The state of each unit that was ever admitted, as of the last commit.</summary>
    IReadOnlyList<KeyValuePair<int, AdmissionState>> LoadUnits();

    /// <summary>
    /// Appends an admitted frame with its first reception and takes the datagram over until the commit. Returns its number,
    /// which only grows. Never waits: the number of datagrams bounds what is not committed. One thread appends. A durable
    /// frame whose unit and counter are in the journal is not stored again: its number stays unused.
    /// </summary>
    long Append(Datagram datagram, in AdmissionState state);

    /// <summary>Appends a further reception of a frame and takes the datagram over until the commit.</summary>
    /// <param name="id">The frame's number.</param>
    /// <param name="ordinal">Which reception of the frame it is, from 1 on.</param>
    /// <param name="datagram">Bytes and reception.</param>
    void AppendReception(long id, int ordinal, Datagram datagram);

    /// <summary>Completes when a number larger than <paramref name="id"/> is committed.</summary>
    Task WaitForCommitAsync(long id, CancellationToken cancellationToken);

    /// <summary>Completes when all that was appended before is committed.</summary>
    /// <exception cref="JournalException">The journal has ended, and commits nothing any more.</exception>
    Task FlushAsync(CancellationToken cancellationToken);

    /// <summary>Fills <paramref name="records"/> with the committed frames after a number, in order.</summary>
    /// <remarks>When it fails, any part of them may stand in the list.</remarks>
    /// <exception cref="JournalException">The storage could not be read; trying again later may succeed.</exception>
    void Read(long afterId, int recordsMax, List<JournalRecord> records);

    /// <summary>Up to which number an outlet has delivered; 0 if it never did.</summary>
    long LoadCursor(string outlet);

    /// <summary>Keeps how far an outlet has delivered, with the next commit. What is behind the cursors of all outlets may be deleted.</summary>
    void SaveCursor(string outlet, long id);

    /// <summary>A number kept beside the cursors; 0 if there is none.</summary>
    /// <param name="name">Its name; none that an outlet has.</param>
    /// <param name="ofSeveral">Which one counts where the journal is made of parts that each have kept one.</param>
    long LoadNote(string name, NoteOfSeveral ofSeveral);

    /// <summary>Keeps a number beside the cursors, with the next commit. It holds nothing back from being deleted.</summary>
    void SaveNote(string name, long number);
}

/// <summary>Of several numbers under one name.</summary>
public enum NoteOfSeveral
{
    /// <summary>The smallest: one that tells how far something is done.</summary>
    Smallest = 0,

    /// <summary>The largest: one that tells from where on something is done.</summary>
    Largest,
}

/// <summary>The journal's storage failed.</summary>
public sealed class JournalException : Exception
{
    public JournalException()
    {
    }

    public JournalException(string message)
        : base(message)
    {
    }

    public JournalException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
