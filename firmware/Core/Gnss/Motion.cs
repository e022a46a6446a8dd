namespace BoatTelemetry.Core.Gnss;

/// <summary>Speeds and angles as RMC, VTG, HDT and THS have them. One that cannot be becomes unknown.</summary>
internal static class Motion
{
    private const int CircleCdeg = 36_000;

    /// <summary>Knots, as thousandths; unknown below zero.</summary>
    public static int SogMilliknots(NmeaLine line, int field)
    {
        int value = line.Scaled(field, 3);
        return value < 0 ? Fix.Unknown : value;
    }

    /// <summary>Degrees, as hundredths, 0 to 35,999. 360 is north too; beyond it is no angle.</summary>
    public static int AngleCdeg(NmeaLine line, int field)
    {
        int value = line.Scaled(field, 2);
        if (value < 0 || value > CircleCdeg)
        {
            return Fix.Unknown;
        }

        return value == CircleCdeg ? 0 : value;
    }
}
