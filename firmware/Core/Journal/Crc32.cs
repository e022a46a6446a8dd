namespace BoatTelemetry.Core.Journal;

/// <summary>
/// CRC-32 as of IEEE 802.3 (reflected 0x04C11DB7, start and final XOR of all ones; check value of "123456789":
/// 0xCBF43926). Core has its own because it is one source for two compilers: nanoFramework and .NET 10 each have this
/// CRC only in a package of their own (System.IO.Hashing), and the two differ in interface. A table of 16 words costs
/// 64 bytes of the unit's memory instead of 1 KiB, and records are short.
/// </summary>
public static class Crc32
{
    private static readonly uint[] _nibbles =
    {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };

    /// <summary>The CRC of a range.</summary>
    public static uint Of(byte[] buffer, int offset, int length)
    {
        uint crc = uint.MaxValue;
        for (int i = offset; i < offset + length; i++)
        {
            crc ^= buffer[i];
            crc = (crc >> 4) ^ _nibbles[crc & 0xF];
            crc = (crc >> 4) ^ _nibbles[crc & 0xF];
        }

        return ~crc;
    }
}
