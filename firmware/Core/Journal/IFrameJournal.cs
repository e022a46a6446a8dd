using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Journal;

/// <summary>
/// The durable frames that the unit holds, sealed as they will be sent (house rule 6). One thread works with it.
/// </summary>
public interface IFrameJournal
{
    /// <summary>Frames held that nobody ashore has acknowledged.</summary>
    int HeldFrames { get; }

    /// <summary>The smallest counter among them; meaningless while <see cref="HeldFrames"/> is 0.</summary>
    uint OldestHeldCounter { get; }

    /// <summary>Frames that were dropped unacknowledged by the policy of the full journal, since the journal was made.</summary>
    long DroppedFrames { get; }

    /// <summary>
    /// Makes a sealed durable frame durable. Counters rise from call to call. That an event is an SOS is kept beside it, since
    /// its body does not tell without a key.
    /// </summary>
    JournalResult Append(byte[] frame, int offset, int length, bool isSos);

    /// <summary>Takes over what the shore has. What it does not cover, or covers twice, changes nothing.</summary>
    void Acknowledge(Acknowledgement acknowledgement);

    /// <summary>Goes to the oldest, or newest, frame that is held. False where none is.</summary>
    bool MoveToOldest(JournalCursor cursor);

    /// <inheritdoc cref="MoveToOldest"/>
    bool MoveToNewest(JournalCursor cursor);

    /// <summary>
    /// From the cursor's frame to the next newer, or older, one that is held; also where the cursor's own frame is held no
    /// more. False, with the cursor where it was, at the end.
    /// </summary>
    bool MoveToNewer(JournalCursor cursor);

    /// <inheritdoc cref="MoveToNewer"/>
    bool MoveToOlder(JournalCursor cursor);

    /// <summary>
    /// Goes to the held frame with the smallest counter that is not below <paramref name="counter"/>. False where none is.
    /// </summary>
    bool MoveTo(JournalCursor cursor, uint counter);

    /// <summary>
    /// Goes to the held event, or SOS, with the smallest counter that is not below <paramref name="counter"/>. False where
    /// none is. Looks only where there are events, so it is fast in a long record.
    /// </summary>
    bool MoveToEvent(JournalCursor cursor, uint counter, bool sosOnly);

    /// <summary>Copies the cursor's frame; its length, bytes, or 0 if it is held no more or cannot be read.</summary>
    int Read(JournalCursor cursor, byte[] buffer, int offset);
}

/// <summary>A place in the journal. Made once and moved; valid over appends, acknowledgements and drops.</summary>
public sealed class JournalCursor
{
    public FrameKind Kind;
    public uint Counter;
    public int LengthBytes;

    /// <summary>Whether it is an SOS.</summary>
    public bool IsSos;

    // Where the journal finds it again without a search, if it is still there.
    internal int Block = -1;
    internal int Offset = -1;
}

/// <summary>What became of a frame given to the journal.</summary>
public enum JournalResult
{
    /// <summary>Durable.</summary>
    Stored = 0,

    /// <summary>No durable frame, or longer than any.</summary>
    NotDurable,

    /// <summary>Its counter is not above the last one's.</summary>
    CounterNotRising,

    /// <summary>The policy holds nothing that may be dropped for it.</summary>
    Full,

    /// <summary>The flash takes nothing any more.</summary>
    FlashFailed,
}
