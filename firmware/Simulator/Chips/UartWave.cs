namespace BoatTelemetry.Simulator.Chips;

/// <summary>
/// What a UART hears that listens at another rate than the other side speaks at: the bits are put on the line and sampled
/// again, each in the middle of where the listener expects it, from each falling edge on.
/// </summary>
public static class UartWave
{
    private const int BitsPerByte = 10;

    /// <summary>The bytes heard of <paramref name="bytes"/>, which follow each other without a pause.</summary>
    public static byte[] Resample(ReadOnlySpan<byte> bytes, int sentBps, int heardBps)
    {
        if (sentBps == heardBps)
            return bytes.ToArray();

        var bits = Bits(bytes);
        var heard = new List<byte>();
        var step = (double)sentBps / heardBps;
        var at = 0.0;
        while ((at = NextStart(bits, at)) < bits.Length)
        {
            var value = 0;
            for (var i = 0; i < 8; i++)
                value |= Level(bits, at + ((i + 1.5) * step)) ? 1 << i : 0;

            heard.Add((byte)value);

            // Whatever the stop bit is, the listener looks for the next edge from its middle on.
            at += 9.5 * step;
        }

        return [.. heard];
    }

    private static bool[] Bits(ReadOnlySpan<byte> bytes)
    {
        var bits = new bool[bytes.Length * BitsPerByte];
        for (var i = 0; i < bytes.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
                bits[(i * BitsPerByte) + 1 + bit] = (bytes[i] & (1 << bit)) != 0;

            bits[(i * BitsPerByte) + 9] = true;
        }

        return bits;
    }

    private static bool Level(bool[] bits, double at) => at >= bits.Length || bits[(int)at];

    // A falling edge at or after the instant, or the end.
    private static double NextStart(bool[] bits, double from)
    {
        if (from == 0 && bits.Length > 0 && !bits[0])
            return 0;

        for (var i = Math.Max(1, (int)Math.Ceiling(from)); i < bits.Length; i++)
        {
            if (!bits[i] && bits[i - 1])
                return i;
        }

        return bits.Length;
    }
}
