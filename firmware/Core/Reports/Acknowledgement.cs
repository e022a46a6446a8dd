namespace BoatTelemetry.Core.Reports;

/// <summary>
/// Which durable frames a unit need not send again. All counters below <see cref="BaseCounter"/>; of the
/// <see cref="BitmapBits"/> counters after it those whose bit is set, the highest bit first; and, where the base lags behind
/// (frames that came newest first, numbers that will never come), some of the <see cref="BitmapBits"/> counters from
/// <see cref="SelectiveFirst"/> on. The gateway's <see cref="Security.DurableAnswer"/> makes it.
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

    /// <summary>The first counter of the selective bitmap; 0 while that is empty.</summary>
    public uint SelectiveFirst;

    /// <summary>
    /// The highest bit is <see cref="SelectiveFirst"/> itself, the lowest the 31st behind it. 0: nothing is said so.
    /// Of counters below <see cref="SelectiveFirst"/> it says nothing.
    /// </summary>
    public uint SelectiveBitmap;

    /// <summary>Whether this says that the frame of the counter need not be sent again.</summary>
    public bool Covers(uint counter)
    {
        if (counter < BaseCounter)
        {
            return true;
        }

        uint above = counter - BaseCounter;
        if (above >= 1 && above <= BitmapBits && (Bitmap & (HighestBit >> (int)(above - 1))) != 0)
        {
            return true;
        }

        uint behind = counter - SelectiveFirst;
        return counter >= SelectiveFirst && behind < BitmapBits && (SelectiveBitmap & (HighestBit >> (int)behind)) != 0;
    }

    /// <summary>Says nothing but that all below the base have come, which is nothing at 0.</summary>
    public void Clear()
    {
        BaseCounter = 0;
        Bitmap = 0;
        SelectiveFirst = 0;
        SelectiveBitmap = 0;
    }
}
