namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// Fix of a receiver of several systems; field 6 has a mode letter for each of them.
/// <code>
/// $GNGNS,014035.00,4332.69262,S,17235.48549,E,RR,13,0.9,25.63,11.24,,*70
///        1         2          3 4           5 6  7  8   9
/// </code>
/// </summary>
internal static class GnsSentence
{
    public static void Read(NmeaLine line, NmeaReading reading)
    {
        if (!line.HasFields(9))
        {
            return;
        }

        reading.TimeOfDayMs = line.TimeOfDay(1);
        ModeIndicator.ReadModes(line, 6, reading);
        reading.LatitudeE7 = line.LatitudeE7(2);
        reading.LongitudeE7 = line.LongitudeE7(4);
        reading.Satellites = line.Scaled(7, 0);
        reading.HdopE2 = line.Scaled(8, 2);
        reading.AltitudeCm = line.Scaled(9, 2);
    }
}
