namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// Fix. No date, no speed.
/// <code>
/// $GNGGA,071551.000,4739.71754,N,12219.58177,W,1,17,0.8,77.5,M,-21.6,M,,*48
///        1          2          3 4           5 6 7  8   9    10
/// </code>
/// </summary>
internal static class GgaSentence
{
    public static void Read(NmeaLine line, NmeaReading reading)
    {
        if (!line.HasFields(10))
        {
            return;
        }

        reading.TimeOfDayMs = line.TimeOfDay(1);
        ModeIndicator.ReadQuality(line, 6, reading);
        reading.LatitudeE7 = line.LatitudeE7(2);
        reading.LongitudeE7 = line.LongitudeE7(4);
        reading.Satellites = line.Scaled(7, 0);
        reading.HdopE2 = line.Scaled(8, 2);
        reading.AltitudeCm = line.Scaled(9, 2);
    }
}
