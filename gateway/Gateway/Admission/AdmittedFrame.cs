using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>A live frame that may be believed, and what it says.</summary>
public struct AdmittedFrame
{
    /// <summary>The journal's number of it, once it is there: larger than that of every frame admitted before.</summary>
    public long Id { get; set; }

    public int Unit { get; set; }

    /// <summary>All 32 bits of the unit's live counter.</summary>
    public uint Counter { get; set; }

    public FrameKind Kind { get; set; }

    /// <summary>UTC of the position, milliseconds since 1970-01-01, by <see cref="NearestInstant"/>.</summary>
    public long PositionUtcMs { get; set; }

    /// <summary>UTC at the gateway when it was first heard, milliseconds since 1970-01-01.</summary>
    public long ReceivedUtcMs { get; set; }

    /// <summary>Degrees x 10^5, north positive.</summary>
    public int LatitudeE5 { get; set; }

    /// <summary>Degrees x 10^5, east positive.</summary>
    public int LongitudeE5 { get; set; }

    /// <summary>Tenths of a knot, or <see cref="Fix.Unknown"/>.</summary>
    public int SogDeciknots { get; set; }

    /// <summary>Degrees from true north, or <see cref="Fix.Unknown"/>.</summary>
    public int CogDeg { get; set; }

    public FixQuality Quality { get; set; }

    public Movement Movement { get; set; }

    public bool OnBattery { get; set; }

    public bool Alarm { get; set; }

    public bool BacklogPending { get; set; }
}
