namespace BoatTelemetry.Core.Journal;

/// <summary>What a start of the journal found in flash. All are counts since that start.</summary>
public sealed class JournalRecovery
{
    /// <summary>Valid frames in the blocks that count, held or not.</summary>
    public int FrameRecords;

    /// <summary>Valid state records there.</summary>
    public int StateRecords;

    /// <summary>Runs of bytes there that are no record: torn, decayed, or burnt by an earlier start.</summary>
    public int TornRecords;

    /// <summary>Blocks there that could not be read, or whose header is no more.</summary>
    public int UnreadableBlocks;

    /// <summary>
    /// Frames that the last state counted as held and that are not there any more: in unreadable blocks, or decayed in their
    /// headers. They are counted as damaged.
    /// </summary>
    public int MissingFrames;

    /// <summary>
    /// Runs of bytes behind the last state, or at the head's end, that are no record and not burnt: torn, or, on flash with
    /// faults, a frame whose header has decayed, which no tally counts.
    /// </summary>
    public int UncertainRecords;

    /// <summary>
    /// Whether the block behind the newest readable one could not be read: blocks are entered in turn, so only then may there
    /// be frames and a state that this start does not know of, and that no tally counts.
    /// </summary>
    public bool MayHideNewer;

    /// <summary>Frames found twice because the power failed while they were carried over.</summary>
    public int CarriedTwice;

    /// <summary>Whether a state was found; without one nothing counts as acknowledged, unless the ring was blank.</summary>
    public bool HasState;

    /// <summary>Whether the ring held nothing at all.</summary>
    public bool WasBlank;

    /// <summary>Frames held after it.</summary>
    public int HeldFrames;

    /// <summary>Everything below this counter is acknowledged.</summary>
    public uint AcknowledgedBelow;

    /// <summary>Read calls to the flash that it took.</summary>
    public int FlashReads;

    /// <summary>Bytes that these read.</summary>
    public long FlashReadBytes;
}
