namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// Geographic position; the mode came with NMEA 2.3.
/// <code>
/// $GPGLL,5251.0093,N,00518.8170,E,094736,A,A*43
///        1         2 3          4 5      6 7
/// </code>
/// </summary>
internal static class GllSentence
{
    public static void Read(NmeaLine line, NmeaReading reading)
    {
        if (!line.HasFields(6))
        {
            return;
        }

        reading.TimeOfDayMs = line.TimeOfDay(5);
        ModeIndicator.ReadStatus(line, 6, reading);
        ModeIndicator.ReadMode(line, 7, reading);
        reading.LatitudeE7 = line.LatitudeE7(1);
        reading.LongitudeE7 = line.LongitudeE7(3);
    }
}
