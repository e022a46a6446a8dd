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

    /// <summary>As <see cref="Frame"/>, of an SOS: its body does not tell without a key, and it is to be known after a start.</summary>
    Sos = 0x48,

    /// <summary>As <see cref="Carried"/>, of an SOS.</summary>
    SosCarried = 0x68,

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

    /// <summary>Under which index the state keeps its floor and its tally: the kind's, or <see cref="JournalState.SosIndex"/>.</summary>
    internal int Index;

    internal bool IsFrame
    {
        get { return Type != JournalRecordType.State; }
    }

    internal bool IsSos
    {
        get { return Type == JournalRecordType.Sos || Type == JournalRecordType.SosCarried; }
    }

    internal bool IsCarried
    {
        get { return Type == JournalRecordType.Carried || Type == JournalRecordType.SosCarried; }
    }

    internal int End
    {
        get { return Offset + Bytes; }
    }
}
