namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// The 83 bits that a track block and a sketch begin with, most significant bit first: start:32, latitude:25 (1e-5 degree
/// + 9,000,000), longitude:26 (1e-5 degree + 18,000,000). The 5 bits that follow in the eleventh byte are zero here.
/// </summary>
internal static class BlockHeader
{
    internal static void Write(byte[] buffer, int offset, long startS, int latitudeE5, int longitudeE5)
    {
        int startHigh = (int)(startS >> 16);
        int startLow = (int)(startS & 0xFFFF);
        int latitude = latitudeE5 + TrackBlock.LatitudeMaxE5;
        int longitude = longitudeE5 + TrackBlock.HalfTurnE5;
        buffer[offset] = (byte)(startHigh >> 8);
        buffer[offset + 1] = (byte)startHigh;
        buffer[offset + 2] = (byte)(startLow >> 8);
        buffer[offset + 3] = (byte)startLow;
        buffer[offset + 4] = (byte)(latitude >> 17);
        buffer[offset + 5] = (byte)(latitude >> 9);
        buffer[offset + 6] = (byte)(latitude >> 1);
        buffer[offset + 7] = (byte)((latitude << 7) | (longitude >> 19));
        buffer[offset + 8] = (byte)(longitude >> 11);
        buffer[offset + 9] = (byte)(longitude >> 3);
        buffer[offset + 10] = (byte)(longitude << 5);
    }

    internal static long StartS(byte[] bytes, int offset)
    {
        long high = Word(bytes, offset);
        return (high << 16) | (long)Word(bytes, offset + 2);
    }

    internal static int LatitudeE5(byte[] bytes, int offset)
    {
        return ((Word(bytes, offset + 4) << 9) | (Word(bytes, offset + 6) >> 7)) - TrackBlock.LatitudeMaxE5;
    }

    internal static int LongitudeE5(byte[] bytes, int offset)
    {
        int high = Word(bytes, offset + 6) & 0x7F;
        return ((high << 19) | (Word(bytes, offset + 8) << 3) | (bytes[offset + 10] >> 5)) - TrackBlock.HalfTurnE5;
    }

    internal static int Word(byte[] bytes, int offset)
    {
        return (bytes[offset] << 8) | bytes[offset + 1];
    }
}
