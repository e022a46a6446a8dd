namespace BoatTelemetry.Core.Reports;

/// <summary>
/// Which durable frames a unit need not send again. All counters below <see cref="BaseCounter"/>; and of the
/// <see cref="BitmapBits"/> counters after it those whose bit is set, the highest bit first. The gateway's <see cref="Security.DurableWindow"/> makes it.
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
