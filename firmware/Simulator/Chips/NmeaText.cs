using System.Globalization;
using System.Text;
using BoatTelemetry.Simulator.Sea;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>Sentences of NMEA 0183 as a receiver writes them. Only a writer: the unit's parser is Core's.</summary>
public static class NmeaText
{
    /// <summary>A whole sentence from what stands between '$' and '*', with checksum and line end.</summary>
    public static string Sentence(string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        byte sum = 0;
        foreach (var b in Encoding.ASCII.GetBytes(content))
            sum ^= b;

        return string.Create(CultureInfo.InvariantCulture, $"${content}*{sum:X2}\r\n");
    }

    /// <summary>UTC as hhmmss.ss.</summary>
    public static string Time(DateTime utc) => utc.ToString("HHmmss.ff", CultureInfo.InvariantCulture);

    /// <summary>UTC's date as ddmmyy.</summary>
    public static string Date(DateTime utc) => utc.ToString("ddMMyy", CultureInfo.InvariantCulture);

    /// <summary>Latitude, its hemisphere, longitude and its hemisphere, minutes with five decimals (1.9 cm).</summary>
    public static string Position(GeoPoint point)
    {
        var latitude = Minutes(point.LatitudeDeg, 2);
        var longitude = Minutes(point.LongitudeDeg, 3);
        return $"{latitude},{(point.LatitudeDeg < 0 ? 'S' : 'N')},{longitude},{(point.LongitudeDeg < 0 ? 'W' : 'E')}";
    }

    // Rounded as a whole before it is split: 59.999999 minutes must become the next degree, never 60.00000.
    private static string Minutes(double angleDeg, int degreeDigits)
    {
        var hundredThousandths = (long)Math.Round(Math.Abs(angleDeg) * 60 * 100_000);
        var degrees = hundredThousandths / 6_000_000;
        var minutes = (hundredThousandths % 6_000_000) / 100_000m;
        return degrees.ToString(degreeDigits == 2 ? "00" : "000", CultureInfo.InvariantCulture)
            + minutes.ToString("00.00000", CultureInfo.InvariantCulture);
    }
}
