using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>A frame that may be believed: what is known of it without reading its body.</summary>
public struct AdmittedFrame
{
    /// <summary>The journal's number of it, once it is there: larger than that of every frame admitted before.</summary>
    public long Id { get; set; }

    public int Unit { get; set; }

    /// <summary>Live or durable: each has a counter of its own.</summary>
    public FrameClass Class { get; set; }

    /// <summary>All 32 bits of the unit's counter of that class.</summary>
    public uint Counter { get; set; }

    public FrameKind Kind { get; set; }

    /// <summary>The header's flags; their meaning is the kind's.</summary>
    public int Flags { get; set; }

    /// <summary>
    /// UTC of what it tells, milliseconds since 1970-01-01: of the position (by <see cref="NearestInstant"/>), the event, the status, the
    /// last fix of a track block or sketch; <see cref="UtcTime.Unknown"/> if the unit did not know.
    /// </summary>
    public long TimeUtcMs { get; set; }

    /// <summary>UTC at the gateway when it was first heard, milliseconds since 1970-01-01.</summary>
    public long ReceivedUtcMs { get; set; }
}
