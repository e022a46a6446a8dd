namespace BoatTelemetry.Core.Gnss;

/// <summary>The sentence types that tell something of a fix. The value is the type's bit in an epoch's set.</summary>
public enum NmeaKind
{
    None = 0,

    /// <summary>Recommended minimum: position, time, date, speed, course.</summary>
    Rmc = 1,

    /// <summary>Fix of a receiver of several systems.</summary>
    Gns = 2,

    /// <summary>Fix.</summary>
    Gga = 4,

    /// <summary>Geographic position.</summary>
    Gll = 8,

    /// <summary>Time and date.</summary>
    Zda = 16,

    /// <summary>Course and speed over ground.</summary>
    Vtg = 32,

    /// <summary>Dimension and dilution of the solution.</summary>
    Gsa = 64,

    /// <summary>True heading.</summary>
    Hdt = 128,

    /// <summary>True heading and status.</summary>
    Ths = 256,
}
