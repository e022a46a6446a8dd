using System.Buffers.Binary;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.Gateway.Ingest.Stream;

// On the wire, docs/ingest.md:
//
//   COBS( frame:1..222 bytes | CRC-32 of the frame:4, most significant byte first ) | 0
//
// COBS: S. Cheshire, M. Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on Networking 7(2), 1999. Each
// block is a code byte n (1 to 255) and n - 1 bytes other than zero; behind a block whose n is not 255 stands a zero, except
// at the end. So no zero is on the wire but the delimiter, and a reader finds the next packet after any damage.

/// <summary>Makes what goes over a stream of a frame.</summary>
public static class StreamPacket
{
    /// <summary>CRC-32 as of IEEE 802.3: Core's own, as the unit's journal has it.</summary>
    public const int CrcBytes = 4;

    /// <summary>The delimiter, which occurs nowhere else.</summary>
    public const byte Delimiter = 0;

    /// <summary>A frame and its CRC.</summary>
    public const int ContentBytesMax = FrameLimits.FrameBytesMax + CrcBytes;

    /// <summary>With COBS' one byte more for each 254 and the first, and the delimiter.</summary>
    public const int BytesMax = ContentBytesMax + (ContentBytesMax / CobsBlockBytesMax) + 2;

    internal const int CobsBlockBytesMax = 254;

    /// <summary>The packet of a frame.</summary>
    /// <param name="frame">1 to 222 bytes.</param>
    /// <exception cref="ArgumentException">The frame is empty or too long.</exception>
    public static byte[] Of(ReadOnlySpan<byte> frame)
    {
        if (frame.IsEmpty || frame.Length > FrameLimits.FrameBytesMax)
            throw new ArgumentException("Not the length of a frame.", nameof(frame));

        // Core's CRC takes arrays, since nanoFramework compiles it, too.
        var content = new byte[frame.Length + CrcBytes];
        frame.CopyTo(content);
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(frame.Length), Crc32.Of(content, 0, frame.Length));
        Span<byte> packet = stackalloc byte[BytesMax];
        var length = Encode(content, packet);
        packet[length++] = Delimiter;
        return packet[..length].ToArray();
    }

    private static int Encode(ReadOnlySpan<byte> content, Span<byte> packet)
    {
        var code = 0;
        var length = 1;
        foreach (var value in content)
        {
            if (value != 0)
            {
                packet[length++] = value;
                if (length - code <= CobsBlockBytesMax)
                    continue;
            }

            packet[code] = (byte)(length - code);
            code = length++;
        }

        packet[code] = (byte)(length - code);
        return length;
    }
}
