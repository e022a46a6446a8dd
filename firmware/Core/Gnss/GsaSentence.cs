namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// Dimension of the solution and its dilutions. A receiver of several systems sends one for each, all of the same
/// solution; NMEA 4.1 puts the system's number behind it.
/// <code>
/// $GNGSA,A,3,01,06,14,15,17,19,20,22,24,30,,,1.3,0.8,1.1,1*34
///        1 2 3 ... 14                        15  16  17  18
/// </code>
/// </summary>
internal static class GsaSentence
{
    public static void Read(NmeaLine line, NmeaReading reading)
    {
        if (!line.HasFields(17))
        {
            return;
        }

        int dimension = line.Letter(2);
        if (dimension == '3')
        {
            reading.Dimension = FixDimension.ThreeD;
        }
        else if (dimension == '2')
        {
            reading.Dimension = FixDimension.TwoD;
        }
        else if (dimension != '1' && dimension != 0)
        {
            line.Refuse(NmeaRefusal.Letter);
        }

        reading.HdopE2 = line.Scaled(16, 2);
    }
}
