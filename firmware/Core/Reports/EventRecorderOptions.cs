using System;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.Reports;

/// <summary>How events become frames. Read once.</summary>
public sealed class EventRecorderOptions
{
    /// <summary>The longest frame of an event with a contact; without one it has 24 B always.</summary>
    public int FrameBytesMax = EventFrame.LongBytes;

    /// <summary>
    /// What a sensor raises (tamper, bilge, boundary, power) is not told again with the same code within this time: a
    /// float that bobs would fill the journal. What a person raises is always told.
    /// </summary>
    public int SensorRepeatMinMs = 60_000;

    internal void Check()
    {
        if (FrameBytesMax < EventFrame.ShortBytes || SensorRepeatMinMs < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(FrameBytesMax));
        }
    }
}
