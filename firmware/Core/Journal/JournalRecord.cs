using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.Journal;

/// <summary>What a record in the ring is: its first byte. Neither zero nor 0xFF, which are burnt and erased bytes.</summary>
internal enum JournalRecordType
{
    None = 0,

    /// <summary>A frame, as it was appended.</summary>
    Frame = 0x46,

    /// <summary>A frame carried over from a block that is to be reclaimed.</summary>
    Carried = 0x43,

    /// <summary>A <see cref="JournalState"/>.</summary>
    State = 0x53,
}

/// <summary>Where a record is and what its header says. Made once and filled again.</summary>
internal sealed class JournalRecord
{
    internal int Block;
    internal int Offset;
    internal JournalRecordType Type;
    internal int PayloadBytes;

    /// <summary>With header, CRC and padding.</summary>
    internal int Bytes;

    /// <summary>Of a frame; in clear in its header.</summary>
    internal FrameKind Kind;

    /// <inheritdoc cref="Kind"/>
    internal uint Counter;

    internal bool IsFrame
    {
        get { return Type != JournalRecordType.State; }
    }

    internal int End
    {
        get { return Offset + Bytes; }
    }
}
