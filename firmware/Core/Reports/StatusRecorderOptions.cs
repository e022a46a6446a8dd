using System;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.Reports;

/// <summary>When the unit tells how it is. Read once; docs/reporting.md has the table.</summary>
public sealed class StatusRecorderOptions
{
    /// <summary>Between two status frames, whatever they were made for.</summary>
    public int IntervalMs = 1_800_000;

    /// <summary>Every so many of them that are made by the interval is a long one. 0: none is.</summary>
    public int LongEvery = 8;

    /// <summary>After a start the status waits so long for the time to become known.</summary>
    public int StartWaitMaxMs = 30_000;

    /// <summary>Two status frames on request are so far apart: a fault that comes and goes must not fill the journal.</summary>
    public int RequestMinMs = 5_000;

    /// <summary>The same for a change of faults.</summary>
    public int FaultsMinMs = 60_000;

    /// <summary>Two status frames that tell losses: while fixes are lost each second, they must not fill the journal too.</summary>
    public int LossesMinMs = 600_000;

    /// <summary>The longest frame: below 61 B (69 B with losses) the long form has to wait for a better link.</summary>
    public int FrameBytesMax = StatusFrame.LongBytes;

    internal void Check()
    {
        if (IntervalMs < 60_000 || LongEvery < 0 || StartWaitMaxMs < 0 || RequestMinMs < 0 || FaultsMinMs < RequestMinMs || LossesMinMs < RequestMinMs)
        {
            throw new ArgumentOutOfRangeException(nameof(IntervalMs));
        }

        if (FrameBytesMax < StatusFrame.ShortBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(FrameBytesMax));
        }
    }
}
