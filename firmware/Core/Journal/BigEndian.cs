namespace BoatTelemetry.Core.Journal;

/// <summary>32-bit integers in records, most significant byte first as on air (nanoFramework has no BinaryPrimitives).</summary>
internal static class BigEndian
{
    public static uint Get(byte[] buffer, int offset)
    {
        return ((uint)buffer[offset] << 24)
            | ((uint)buffer[offset + 1] << 16)
            | ((uint)buffer[offset + 2] << 8)
            | buffer[offset + 3];
    }

    public static void Put(byte[] buffer, int offset, uint value)
    {
        buffer[offset] = (byte)(value >> 24);
        buffer[offset + 1] = (byte)(value >> 16);
        buffer[offset + 2] = (byte)(value >> 8);
        buffer[offset + 3] = (byte)value;
    }
}
