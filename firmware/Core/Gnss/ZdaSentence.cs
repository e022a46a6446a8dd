namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// Time and date. The date may be empty (signalk-plaka.log), and its year may have two digits (a Navico GoFree
/// server); the local zone is not used.
/// <code>
/// $GPZDA,094737,20,08,2018,-01,00*6B
///        1      2  3  4    5   6
/// $GPZDA,095559,,,,00,*4D
/// $GPZDA,195719,16,04,14,-02,00*63
/// </code>
/// </summary>
internal static class ZdaSentence
{
    public static void Read(NmeaLine line, NmeaReading reading)
    {
        if (!line.HasFields(4))
        {
            return;
        }

        reading.TimeOfDayMs = line.TimeOfDay(1);
        int day = line.Scaled(2, 0);
        int month = line.Scaled(3, 0);
        int year = line.Scaled(4, 0);
        if (day != Fix.Unknown && month != Fix.Unknown && year != Fix.Unknown)
        {
            reading.DayNumber = line.DayNumber(year >= 0 && year < 100 ? NmeaLine.FullYear(year) : year, month, day);
        }
    }
}
