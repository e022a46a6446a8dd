namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// How a position was found, in the two bits that a live frame has for it. Positions that were typed in or simulated
/// by the receiver (NMEA modes M and S) are none of these: they are refused.
/// </summary>
public enum FixQuality
{
    /// <summary>The receiver gave a valid position and did not say how (GLL and RMC before NMEA 2.3).</summary>
    Unknown = 0,

    /// <summary>Satellites alone (mode A, GGA quality 1).</summary>
    Autonomous = 1,

    /// <summary>Satellites with corrections: SBAS, DGPS, PPS, RTK (modes D, P, R, F; GGA quality 2 to 5).</summary>
    Corrected = 2,

    /// <summary>Dead reckoning by the receiver (mode E, GGA quality 6).</summary>
    Estimated = 3,
}

/// <summary>Dimension of a solution, from GSA.</summary>
public enum FixDimension
{
    Unknown = 0,
    TwoD = 2,
    ThreeD = 3,
}
