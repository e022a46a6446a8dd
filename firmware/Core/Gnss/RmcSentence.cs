namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// Recommended minimum. The mode came with NMEA 2.3, the navigational status behind it with 4.1; the latter is V for
/// every receiver that does not compute it (Quectel L76K), so it says nothing of the fix.
/// <code>
/// $GNRMC,071551.000,A,4739.71754,N,12219.58177,W,0.00,286.35,060826,,,A,V*13
///        1          2 3          4 5           6 7    8      9        12 13
/// </code>
/// </summary>
internal static class RmcSentence
{
    public static void Read(NmeaLine line, NmeaReading reading)
    {
        if (!line.HasFields(9))
        {
            return;
        }

        reading.TimeOfDayMs = line.TimeOfDay(1);
        ModeIndicator.ReadStatus(line, 2, reading);
        ModeIndicator.ReadMode(line, 12, reading);
        reading.LatitudeE7 = line.LatitudeE7(3);
        reading.LongitudeE7 = line.LongitudeE7(5);
        reading.SogMilliknots = Motion.SogMilliknots(line, 7);
        reading.CogCdeg = Motion.AngleCdeg(line, 8);
        int dayNumber = line.DayNumber(9);

        // A receiver without a fix tells the date of its own clock, which may never have been set.
        reading.DayNumber = reading.Claim == PositionClaim.Valid ? dayNumber : Fix.Unknown;
    }
}
