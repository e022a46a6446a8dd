using System;

namespace BoatTelemetry.Core.Frames;

// In clear and authenticated.
//
//   bit  0..1   version                          both headers
//        2..5   kind
//        6..19  unit
//   live header, 4 bytes:
//       20..31  low 12 bits of the 32-bit counter
//   durable header, 7 bytes:
//       20..23  flags, the kind's own
//       24..55  counter

/// <summary>The first bytes of a frame: who says what, and the number that makes its nonce unique.</summary>
public sealed class FrameHeader
{
    /// <summary>The version that this code writes and reads.</summary>
    public const int Version = 1;

    /// <summary>Bytes of a live frame's or an acknowledgement's header.</summary>
    public const int LiveBytes = 4;

    /// <summary>Bytes of a durable frame's header.</summary>
    public const int DurableBytes = 7;

    /// <summary>The largest unit number, 14 bits.</summary>
    public const int UnitMax = 16_383;

    /// <summary>The largest value of the flags, 4 bits.</summary>
    public const int FlagsMax = 15;

    /// <summary>Bits of the live counter that are on air.</summary>
    public const int LiveCounterBits = 12;

    private const int LiveCounterMask = (1 << LiveCounterBits) - 1;

    /// <summary>What the frame is.</summary>
    public FrameKind Kind { get; private set; }

    /// <summary>The unit that sent it, or that it is for: 0 to <see cref="UnitMax"/>.</summary>
    public int Unit { get; private set; }

    /// <summary>The low <see cref="LiveCounterBits"/> bits of a short header's counter; 0 in a long header.</summary>
    public int CounterLow { get; private set; }

    /// <summary>The flags of a long header; 0 in a short one.</summary>
    public int Flags { get; private set; }

    /// <summary>The counter of a long header; 0 in a short one, where only the receiver can tell it.</summary>
    public uint Counter { get; private set; }

    /// <summary>Whether the header is a long one, with the counter whole.</summary>
    public bool IsDurable
    {
        get { return FrameLimits.IsDurable(Kind); }
    }

    /// <summary>Bytes of the header itself.</summary>
    public int Bytes
    {
        get { return FrameLimits.HeaderBytes(Kind); }
    }

    /// <summary>Bytes of the body between header and tag.</summary>
    public int BodyBytes { get; private set; }

    /// <summary>The kind in a header's first byte, whether or not it is a defined one: for frames that were checked before.</summary>
    public static FrameKind KindOf(int firstByte)
    {
        return (FrameKind)((firstByte >> 2) & 0xF);
    }

    /// <summary>The unit in a header's first three bytes.</summary>
    public static int UnitOf(int first, int second, int third)
    {
        return ((first & 0x3) << 12) | (second << 4) | (third >> 4);
    }

    /// <summary>Writes a short header at <paramref name="offset"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The unit does not fit 14 bits, or the kind has a long header.</exception>
    public static void WriteLive(byte[] frame, int offset, FrameKind kind, int unit, uint counter)
    {
        if (!FrameLimits.IsDefined(kind) || FrameLimits.IsDurable(kind))
        {
            throw new ArgumentOutOfRangeException(nameof(kind));
        }

        PutWord(frame, offset, kind, unit, counter & LiveCounterMask);
    }

    /// <summary>Writes a long header at <paramref name="offset"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The unit does not fit 14 bits, the kind has a short header, or it does not define one of the flags.
    /// </exception>
    public static void WriteDurable(byte[] frame, int offset, FrameKind kind, int flags, int unit, uint counter)
    {
        if (!FrameLimits.IsDefined(kind) || !FrameLimits.IsDurable(kind))
        {
            throw new ArgumentOutOfRangeException(nameof(kind));
        }

        if ((flags & ~FrameLimits.FlagsDefined(kind)) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(flags));
        }

        PutWord(frame, offset, kind, unit, ((uint)flags << 8) | (counter >> 24));
        frame[offset + 4] = (byte)(counter >> 16);
        frame[offset + 5] = (byte)(counter >> 8);
        frame[offset + 6] = (byte)counter;
    }

    /// <summary>
    /// Reads the header of the frame that fills the range and came from <paramref name="direction"/>, and checks the
    /// frame's length for its kind and flags. Looks at no byte outside the range.
    /// </summary>
    public FrameRejection Read(byte[] frame, int offset, int length, FrameDirection direction)
    {
        FrameRejection rejection = ReadWord(frame, offset, length);
        if (rejection != FrameRejection.None)
        {
            return rejection;
        }

        if (!FrameLimits.IsDefined(Kind) || FrameLimits.DirectionOf(Kind) != direction)
        {
            return FrameRejection.UnknownKind;
        }

        return ReadRest(frame, offset, length);
    }

    private static void PutWord(byte[] frame, int offset, FrameKind kind, int unit, uint low)
    {
        if (unit < 0 || unit > UnitMax)
        {
            throw new ArgumentOutOfRangeException(nameof(unit));
        }

        uint word = ((uint)Version << 30) | ((uint)kind << 26) | ((uint)unit << 12) | low;
        frame[offset] = (byte)(word >> 24);
        frame[offset + 1] = (byte)(word >> 16);
        frame[offset + 2] = (byte)(word >> 8);
        frame[offset + 3] = (byte)word;
    }

    private FrameRejection ReadWord(byte[] frame, int offset, int length)
    {
        if (length < LiveBytes)
        {
            return FrameRejection.TooShort;
        }

        if (frame[offset] >> 6 != Version)
        {
            return FrameRejection.WrongVersion;
        }

        Kind = KindOf(frame[offset]);
        Unit = UnitOf(frame[offset], frame[offset + 1], frame[offset + 2]);
        return FrameRejection.None;
    }

    private FrameRejection ReadRest(byte[] frame, int offset, int length)
    {
        if (FrameLimits.IsDurable(Kind))
        {
            if (length < DurableBytes)
            {
                return FrameRejection.TooShort;
            }

            CounterLow = 0;
            Flags = frame[offset + 2] & 0xF;
            Counter = ((uint)frame[offset + 3] << 24) | ((uint)frame[offset + 4] << 16)
                | ((uint)frame[offset + 5] << 8) | frame[offset + 6];
            if ((Flags & ~FrameLimits.FlagsDefined(Kind)) != 0)
            {
                return FrameRejection.ReservedBits;
            }
        }
        else
        {
            CounterLow = ((frame[offset + 2] & 0xF) << 8) | frame[offset + 3];
            Flags = 0;
            Counter = 0;
        }

        BodyBytes = length - Bytes - FrameLimits.TagBytes(Kind);
        return FrameLimits.CheckBodyBytes(Kind, Flags, BodyBytes);
    }
}
