namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// Course and speed over ground; the mode came with NMEA 2.3. Field 7, km/h, repeats field 5.
/// <code>
/// $GPVTG,230.5,T,229.1,M,5.6,N,10.4,K,A*19
///        1     2 3     4 5   6 7    8 9
/// $IIVTG,224.44,T,224.44,M,5.81,N,,,D*68
/// </code>
/// </summary>
internal static class VtgSentence
{
    public static void Read(NmeaLine line, NmeaReading reading)
    {
        if (!line.HasFields(6))
        {
            return;
        }

        int courseCdeg = Motion.AngleCdeg(line, 1);
        int speedMilliknots = Motion.SogMilliknots(line, 5);
        if (ModeIndicator.IsMeasured(line, 9))
        {
            reading.CogCdeg = courseCdeg;
            reading.SogMilliknots = speedMilliknots;
        }
    }
}
