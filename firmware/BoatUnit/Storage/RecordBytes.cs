namespace BoatTelemetry.BoatUnit.Storage;

/// <summary>Integers in records, most significant byte first as everywhere else in flash and on air.</summary>
internal static class RecordBytes
{
    public static uint Get32(byte[] record, int at)
    {
        return ((uint)record[at] << 24) | ((uint)record[at + 1] << 16) | ((uint)record[at + 2] << 8) | record[at + 3];
    }

    public static void Put32(byte[] record, int at, uint value)
    {
        record[at] = (byte)(value >> 24);
        record[at + 1] = (byte)(value >> 16);
        record[at + 2] = (byte)(value >> 8);
        record[at + 3] = (byte)value;
    }

    public static int Get16(byte[] record, int at)
    {
        return (record[at] << 8) | record[at + 1];
    }

    public static void Put16(byte[] record, int at, int value)
    {
        record[at] = (byte)(value >> 8);
        record[at + 1] = (byte)value;
    }
}
