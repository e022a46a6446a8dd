using System;
using System.Threading;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>
/// The device's own. Waits of a millisecond and more let other threads run; shorter ones are spun, as the scheduler
/// knows nothing shorter than its tick.
/// </summary>
public sealed class ChipPause : IChipPause
{
    private const int SleepFromUs = 1000;
    private const int TicksPerUs = 10;

    // The wall clock may be set by another thread in the middle of a wait, so that the rounds are counted too: one takes
    // the interpreter some microseconds at the least.
    private const int RoundsPerUs = 1;

    /// <inheritdoc/>
    public void WaitUs(int us)
    {
        if (us >= SleepFromUs)
        {
            // One more, because the millisecond that is running counts as the first.
            Thread.Sleep(((us + SleepFromUs - 1) / SleepFromUs) + 1);
            return;
        }

        long startTicks = DateTime.UtcNow.Ticks;
        for (int round = 0; round < us * RoundsPerUs; round++)
        {
            long goneTicks = DateTime.UtcNow.Ticks - startTicks;
            if (goneTicks >= us * TicksPerUs || goneTicks < 0)
            {
                return;
            }
        }
    }
}
