using System;

namespace BoatTelemetry.Core.Frames;

// Live header, 4 bytes, in clear and authenticated:
//
//   bit  0..1   version
//        2..5   kind
//        6..19  unit
//       20..31  low 12 bits of the unit's 32-bit live counter

/// <summary>The first bytes of a frame: who says what, and the number that makes its nonce unique.</summary>
public sealed class FrameHeader
{
    /// <summary>The version that this code writes and reads.</summary>
    public const int Version = 1;

    /// <summary>Bytes of a live frame's header.</summary>
    public const int LiveBytes = 4;

    /// <summary>The largest unit number, 14 bits.</summary>
    public const int UnitMax = 16_383;

    /// <summary>Bits of the live counter that are on air.</summary>
    public const int LiveCounterBits = 12;

    private const int LiveCounterMask = (1 << LiveCounterBits) - 1;

    /// <summary>What the frame is.</summary>
    public FrameKind Kind { get; private set; }

    /// <summary>The unit that sent it, 0 to <see cref="UnitMax"/>.</summary>
    public int Unit { get; private set; }

    /// <summary>The low <see cref="LiveCounterBits"/> bits of its counter.</summary>
    public int CounterLow { get; private set; }

    /// <summary>Writes a live header at <paramref name="offset"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The unit does not fit 14 bits.</exception>
    public static void WriteLive(byte[] frame, int offset, FrameKind kind, int unit, uint counter)
    {
        if (unit < 0 || unit > UnitMax)
        {
            throw new ArgumentOutOfRangeException(nameof(unit));
        }

        uint word = ((uint)Version << 30) | ((uint)kind << 26) | ((uint)unit << 12) | (counter & LiveCounterMask);
        frame[offset] = (byte)(word >> 24);
        frame[offset + 1] = (byte)(word >> 16);
        frame[offset + 2] = (byte)(word >> 8);
        frame[offset + 3] = (byte)word;
    }

    /// <summary>Reads the header of the frame that fills the range and checks the frame's length for its kind.</summary>
    public FrameRejection Read(byte[] frame, int offset, int length)
    {
        if (length < LiveBytes)
        {
            return FrameRejection.TooShort;
        }

        if (frame[offset] >> 6 != Version)
        {
            return FrameRejection.WrongVersion;
        }

        Kind = (FrameKind)((frame[offset] >> 2) & 0xF);
        Unit = ((frame[offset] & 0x3) << 12) | (frame[offset + 1] << 4) | (frame[offset + 2] >> 4);
        CounterLow = ((frame[offset + 2] & 0xF) << 8) | frame[offset + 3];

        int expected;
        switch (Kind)
        {
            case FrameKind.LiveArea:
                expected = LiveFrame.AreaBytes;
                break;
            case FrameKind.LiveWorld:
                expected = LiveFrame.WorldBytes;
                break;
            default:
                return FrameRejection.UnknownKind;
        }

        if (length < expected)
        {
            return FrameRejection.TooShort;
        }

        return length > expected ? FrameRejection.TooLong : FrameRejection.None;
    }
}
