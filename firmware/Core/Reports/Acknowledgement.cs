namespace BoatTelemetry.Core.Reports;

/// <summary>
/// Which durable frames a unit need not send again. All counters below <see cref="BaseCounter"/>; and of the
/// <see cref="BitmapBits"/> counters after it those whose bit is set, the highest bit first.
/// </summary>
public sealed class Acknowledgement
{
    /// <summary>Counters that the bitmap speaks of.</summary>
    public const int BitmapBits = 32;

    private const uint HighestBit = 1u << (BitmapBits - 1);

    /// <summary>The lowest counter that has not come.</summary>
    public uint BaseCounter;

    /// <summary>The highest bit is <see cref="BaseCounter"/> + 1, the lowest is <see cref="BaseCounter"/> + 32.</summary>
    public uint Bitmap;

    /// <summary>Begins anew: everything below <paramref name="baseCounter"/> has come, or will never come.</summary>
    public void Reset(uint baseCounter)
    {
        BaseCounter = baseCounter;
        Bitmap = 0;
    }

    /// <summary>
    /// Notes that the frame of this counter is safe. If it was the base, the base moves up to the next counter that has
    /// not come. False if the counter is too far above the base to be told; it then changes nothing.
    /// </summary>
    public bool Set(uint counter)
    {
        if (counter < BaseCounter)
        {
            return true;
        }

        // No unit uses the last counter (CounterAllocator), so the base never has to pass it.
        if (counter - BaseCounter > BitmapBits || counter == uint.MaxValue)
        {
            return false;
        }

        if (counter > BaseCounter)
        {
            Bitmap |= HighestBit >> (int)(counter - BaseCounter - 1);
            return true;
        }

        bool nextHasCome;
        do
        {
            nextHasCome = (Bitmap & HighestBit) != 0;
            Bitmap <<= 1;
            BaseCounter++;
        }
        while (nextHasCome);
        return true;
    }

    /// <summary>Whether this says that the frame of the counter need not be sent again.</summary>
    public bool Covers(uint counter)
    {
        if (counter < BaseCounter)
        {
            return true;
        }

        uint above = counter - BaseCounter;
        return above >= 1 && above <= BitmapBits && (Bitmap & (HighestBit >> (int)(above - 1))) != 0;
    }
}
