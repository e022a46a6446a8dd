namespace BoatTelemetry.Core.Frames;

/// <summary>Finds a 32-bit live counter from the 12 bits of it that are on air.</summary>
public static class LiveCounter
{
    /// <summary>How far apart two counters with the same bits on air are.</summary>
    public const int Cycle = 1 << FrameHeader.LiveCounterBits;

    /// <summary>What <see cref="NextAfter"/> takes for "none seen yet".</summary>
    public const long None = -1;

    /// <summary>
    /// The smallest counter after <paramref name="last"/> (<see cref="None"/> to 2^32-1) whose low bits are
    /// <paramref name="counterLow"/>. It may exceed 32 bits; such a counter does not exist and the caller stops.
    /// </summary>
    public static long NextAfter(long last, int counterLow)
    {
        long first = last + 1;
        int ahead = (counterLow - (int)(first & (Cycle - 1))) & (Cycle - 1);
        return first + ahead;
    }
}
