using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Journal;

// Payload of a state record, 72 bytes, or 80 while frames are being released; integers big-endian:
//
//   byte  0..3    acknowledged: all below this counter
//         4..7    and of the 32 behind it those whose bit is set, the highest bit first
//         8..11   tail: sequence of the oldest block that counts
//        12..15   tail: offset in it; what is before it counts no more
//        16..19   newest counter ever appended, + 1; 0 none
//        20..39   track, sketch, event, status, SOS: dropped below this counter
//        40..63   frames gone so far: tracks sketched; tracks, sketches, events, statuses, SOS dropped
//        64..67   frames gone so far: damaged
//        68..71   frames held that stand before this record
//        72..75   of 80: first counter of the frames that are being released
//        76..79   of 80: which of the 32 counters from there on, the highest bit first

/// <summary>
/// Everything about the journal that its frames do not tell themselves. What is held follows from it: a frame behind the
/// tail, not acknowledged, and not below its kind's floor.
/// </summary>
internal sealed class JournalState
{
    /// <summary>Bytes of the state's record, without what surrounds each record.</summary>
    internal const int Bytes = 72;

    /// <summary>The same while <see cref="ReleasingBits"/> are set.</summary>
    internal const int ReleasingBytes = 80;

    /// <summary>What the policy tells apart: <see cref="FrameKind.Track"/> to <see cref="FrameKind.Status"/>, and an SOS.</summary>
    internal const int KindCount = 5;

    /// <summary>An SOS is an event, and is kept longer than the others.</summary>
    internal const int SosIndex = 4;

    /// <summary>Index of the tally of track blocks that a sketch replaced; the tallies of drops by kind follow it.</summary>
    internal const int TallySketched = 0;

    internal const int TallyDamaged = KindCount + 1;

    private const int TallyCount = KindCount + 2;
    private const int FloorsAt = 20;
    private const int TalliesAt = FloorsAt + (4 * KindCount);
    private const int HeldAt = TalliesAt + (4 * TallyCount);
    private const int ReleasingAt = HeldAt + 4;
    private const uint HighestBit = 1u << (Acknowledgement.BitmapBits - 1);

    internal readonly Acknowledgement Acknowledged = new Acknowledgement();
    internal readonly uint[] Floors = new uint[KindCount];
    internal readonly uint[] Tallies = new uint[TallyCount];
    internal uint TailSequence;
    internal int TailOffset;

    /// <summary>One above the newest counter; 0 before the first.</summary>
    internal uint NextCounter;

    /// <summary>Frames held when it was written, all of which stand before it: what a start misses of them has been lost.</summary>
    internal uint HeldFrames;

    /// <summary>
    /// Frames that are ashore, that <see cref="HeldFrames"/> does not count and whose records are being burnt: of the 32
    /// counters from this one on those whose bit is set in <see cref="ReleasingBits"/>, the highest bit first. A start burns
    /// what the power left of them; if it held them again, they would stand in for frames that are missing.
    /// </summary>
    internal uint ReleasingFirst;

    /// <inheritdoc cref="ReleasingFirst"/>
    internal uint ReleasingBits;

    /// <summary>Bytes of the payload that <see cref="Write"/> makes of it.</summary>
    internal int PayloadBytes
    {
        get { return ReleasingBits == 0 ? Bytes : ReleasingBytes; }
    }

    internal static int KindIndex(FrameKind kind)
    {
        return (int)kind - (int)FrameKind.Track;
    }

    internal static bool IsPayload(int bytes)
    {
        return bytes == Bytes || bytes == ReleasingBytes;
    }

    /// <summary>Whether the frame of this counter is being released.</summary>
    internal bool IsReleasing(uint counter)
    {
        return (ReleasingBits & ReleasingBit(counter)) != 0;
    }

    internal void SetReleasing(uint counter)
    {
        ReleasingBits |= ReleasingBit(counter);
    }

    /// <summary>Whether a frame behind the tail is held.</summary>
    internal bool Keeps(JournalRecord record)
    {
        return record.Counter >= Floors[record.Index] && !Acknowledged.Covers(record.Counter);
    }

    internal void CopyFrom(JournalState other)
    {
        Acknowledged.BaseCounter = other.Acknowledged.BaseCounter;
        Acknowledged.Bitmap = other.Acknowledged.Bitmap;
        Array.Copy(other.Floors, 0, Floors, 0, KindCount);
        Array.Copy(other.Tallies, 0, Tallies, 0, TallyCount);
        TailSequence = other.TailSequence;
        TailOffset = other.TailOffset;
        NextCounter = other.NextCounter;
        HeldFrames = other.HeldFrames;
        ReleasingFirst = other.ReleasingFirst;
        ReleasingBits = other.ReleasingBits;
    }

    internal void Write(byte[] buffer, int offset)
    {
        BigEndian.Put(buffer, offset, Acknowledged.BaseCounter);
        BigEndian.Put(buffer, offset + 4, Acknowledged.Bitmap);
        BigEndian.Put(buffer, offset + 8, TailSequence);
        BigEndian.Put(buffer, offset + 12, (uint)TailOffset);
        BigEndian.Put(buffer, offset + 16, NextCounter);
        for (int i = 0; i < KindCount; i++)
        {
            BigEndian.Put(buffer, offset + FloorsAt + (4 * i), Floors[i]);
        }

        for (int i = 0; i < TallyCount; i++)
        {
            BigEndian.Put(buffer, offset + TalliesAt + (4 * i), Tallies[i]);
        }

        BigEndian.Put(buffer, offset + HeldAt, HeldFrames);
        if (ReleasingBits != 0)
        {
            BigEndian.Put(buffer, offset + ReleasingAt, ReleasingFirst);
            BigEndian.Put(buffer, offset + ReleasingAt + 4, ReleasingBits);
        }
    }

    internal void Read(byte[] buffer, int offset, int length)
    {
        Acknowledged.BaseCounter = BigEndian.Get(buffer, offset);
        Acknowledged.Bitmap = BigEndian.Get(buffer, offset + 4);
        TailSequence = BigEndian.Get(buffer, offset + 8);
        TailOffset = (int)BigEndian.Get(buffer, offset + 12);
        NextCounter = BigEndian.Get(buffer, offset + 16);
        for (int i = 0; i < KindCount; i++)
        {
            Floors[i] = BigEndian.Get(buffer, offset + FloorsAt + (4 * i));
        }

        for (int i = 0; i < TallyCount; i++)
        {
            Tallies[i] = BigEndian.Get(buffer, offset + TalliesAt + (4 * i));
        }

        HeldFrames = BigEndian.Get(buffer, offset + HeldAt);
        ReleasingFirst = length == ReleasingBytes ? BigEndian.Get(buffer, offset + ReleasingAt) : 0;
        ReleasingBits = length == ReleasingBytes ? BigEndian.Get(buffer, offset + ReleasingAt + 4) : 0;
    }

    /// <summary>
    /// Adds what an acknowledgement says to what is known: the two together cover what either covered, in any order and
    /// however often. Of counters that were never appended it says nothing.
    /// </summary>
    internal void Merge(Acknowledgement said)
    {
        uint saidBase = said.BaseCounter < NextCounter ? said.BaseCounter : NextCounter;
        uint saidBits = said.BaseCounter <= NextCounter ? said.Bitmap & Appended(saidBase) : 0;
        uint knownBase = Acknowledged.BaseCounter;
        uint knownBits = Acknowledged.Bitmap;
        uint newBase = saidBase > knownBase ? saidBase : knownBase;
        bool settled = IsSettled(saidBase, saidBits, newBase) || IsSettled(knownBase, knownBits, newBase);
        uint bits = Shifted(saidBits, newBase - saidBase) | Shifted(knownBits, newBase - knownBase);
        while (settled)
        {
            settled = (bits & HighestBit) != 0;
            bits <<= 1;
            newBase++;
        }

        Acknowledged.BaseCounter = newBase;
        Acknowledged.Bitmap = bits;
    }

    private uint ReleasingBit(uint counter)
    {
        uint behind = counter - ReleasingFirst;
        return behind < Acknowledgement.BitmapBits ? HighestBit >> (int)behind : 0;
    }

    // The bits of a bitmap behind a base that speak of counters below NextCounter.
    private uint Appended(uint baseCounter)
    {
        uint above = NextCounter - baseCounter;
        if (above <= 1)
        {
            return 0;
        }

        uint count = above - 1;
        return count >= Acknowledgement.BitmapBits ? uint.MaxValue : ~(uint.MaxValue >> (int)count);
    }

    private static bool IsSettled(uint baseCounter, uint bits, uint counter)
    {
        uint above = counter - baseCounter;
        return above >= 1 && above <= Acknowledgement.BitmapBits && (bits & (HighestBit >> (int)(above - 1))) != 0;
    }

    private static uint Shifted(uint bits, uint by)
    {
        return by >= Acknowledgement.BitmapBits ? 0 : bits << (int)by;
    }
}
