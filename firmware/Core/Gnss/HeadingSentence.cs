namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// True heading: HDT from a compass, THS with a mode (V is void) that replaces it since NMEA 4.0.
/// <code>
/// $GPHDT,274.07,T*03
///        1      2
/// $GPTHS,77.52,E*34
///        1     2
/// </code>
/// </summary>
internal static class HeadingSentence
{
    public static void Read(NmeaLine line, NmeaReading reading)
    {
        if (!line.HasFields(2))
        {
            return;
        }

        int headingCdeg = Motion.AngleCdeg(line, 1);
        int letter = line.Letter(2);
        if (reading.Kind == NmeaKind.Hdt ? letter == 'T' || letter == 0 : ModeIndicator.IsMeasured(line, 2))
        {
            reading.HeadingCdeg = headingCdeg;
        }
        else if (reading.Kind == NmeaKind.Hdt)
        {
            line.Refuse(NmeaRefusal.Letter);
        }
    }
}
