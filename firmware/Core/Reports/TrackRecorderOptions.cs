using System;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.Reports;

/// <summary>What of the accepted fixes is kept, and in which frames. Read once; docs/reporting.md has the table.</summary>
public sealed class TrackRecorderOptions
{
    /// <summary>The longest frame: what the slowest link in use carries, 66 B at SF9, 138 at SF8, 222 at SF7 and by cellular.</summary>
    public int FrameBytesMax = FrameLimits.FrameBytesMax;

    /// <summary>Seconds between recorded fixes under way.</summary>
    public int UnderWayIntervalS = 1;

    /// <summary>Seconds between recorded fixes at rest.</summary>
    public int AtAnchorIntervalS = 30;

    /// <summary>Seconds between recorded fixes at rest for long.</summary>
    public int MooredIntervalS = 300;

    /// <summary>The shortest interval that may be ordered.</summary>
    public int IntervalFloorS = 1;

    /// <summary>The longest interval that may be ordered; an order's own field ends at 255.</summary>
    public int IntervalCeilingS = 255;

    /// <summary>Whether speed and course are recorded with each fix; they follow from the positions nearly.</summary>
    public bool WithSpeed;

    /// <summary>
    /// A loss of power under way loses at most so much of the track, milliseconds: no block stays open for longer.
    /// </summary>
    public int LossMaxMs = 300_000;

    /// <summary>The same at rest, where the boat does not go anywhere.</summary>
    public int LossAtRestMaxMs = 1_800_000;

    /// <summary>Without a fix for so long the open block is stored.</summary>
    public int IdleFlushMs = 30_000;

    /// <summary>From one recorded fix to the next farther than this beyond what 100 kn allow: a jump, and a new block.</summary>
    public int JumpM = 500;

    internal void Check()
    {
        if (FrameBytesMax < TrackRecorder.FrameBytesLeast || FrameBytesMax > FrameLimits.FrameBytesMax)
        {
            throw new ArgumentOutOfRangeException(nameof(FrameBytesMax));
        }

        if (IntervalFloorS < 1 || IntervalCeilingS < IntervalFloorS || UnderWayIntervalS < 1 || AtAnchorIntervalS < 1
            || MooredIntervalS < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(IntervalFloorS));
        }

        if (LossMaxMs < 1_000 || LossAtRestMaxMs < 1_000 || IdleFlushMs < 1_000 || JumpM < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(LossMaxMs));
        }
    }
}
