using System.Globalization;
using System.Text;

namespace BoatTelemetry.TestSupport;

/// <summary>A position of a recorded log on the grid of a track.</summary>
/// <param name="UtcS">Seconds since 1970-01-01.</param>
/// <param name="LatitudeE5">1e-5 degree, nearest to what the receiver wrote.</param>
/// <param name="LongitudeE5">1e-5 degree.</param>
/// <param name="SogDeciknots">0.1 knot, or int.MinValue.</param>
/// <param name="CogDeg">Degree, 0 to 359, or int.MinValue.</param>
public sealed record LogFix(long UtcS, int LatitudeE5, int LongitudeE5, int SogDeciknots, int CogDeg);

/// <summary>
/// The positions of an NMEA log for measurements of the track codec: the first valid RMC, GGA or GLL of each second whose
/// checksum holds. Speed and course are the newest of RMC or VTG. Not the product's parser: see Core/Gnss.
/// </summary>
public static class NmeaLog
{
    /// <summary>All logs are put on the day 2024-10-04 and the days after it: sizes do not depend on the date, and some logs tell none.</summary>
    private const long UndatedDayS = 20_000L * 86_400;

    public static List<LogFix> Read(string path)
    {
        var fixes = new List<LogFix>();
        var speed = int.MinValue;
        var course = int.MinValue;
        var dayS = UndatedDayS;
        foreach (var line in File.ReadLines(path, Encoding.Latin1))
        {
            if (Fields(line) is not { } fields)
            {
                continue;
            }

            if (Motion(fields) is { } motion)
            {
                (speed, course) = motion;
            }

            if (Position(fields) is not var (time, latitude, longitude))
            {
                continue;
            }

            var utcS = dayS + time;
            if (fixes.Count > 0 && utcS < fixes[^1].UtcS - 43_200)
            {
                dayS += 86_400;
                utcS += 86_400;
            }

            if (fixes.Count == 0 || utcS > fixes[^1].UtcS)
            {
                fixes.Add(new LogFix(utcS, latitude, longitude, speed, course));
            }
        }

        return fixes;
    }

    private static string[]? Fields(string line)
    {
        var start = line.IndexOf('$', StringComparison.Ordinal);
        var star = line.LastIndexOf('*');
        if (start < 0 || star < start + 6 || star + 2 >= line.Length
            || !int.TryParse(line.AsSpan(star + 1, 2), NumberStyles.HexNumber, null, out var checksum))
        {
            return null;
        }

        var body = line[(start + 1)..star];
        return body.Aggregate(0, (sum, c) => sum ^ c) == checksum ? body.Split(',') : null;
    }

    private static (int Speed, int Course)? Motion(string[] fields)
    {
        var (speed, course) = (fields[0][2..], fields.Length) switch
        {
            ("RMC", >= 9) when fields[2] == "A" => (fields[7], fields[8]),
            ("VTG", >= 6) => (fields[5], fields[1]),
            _ => (null, null),
        };
        return speed is null ? null : (Scaled(speed, 10), Scaled(course!, 1) is var deg and >= 0 ? deg % 360 : int.MinValue);
    }

    private static int Scaled(string text, int scale) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, null, out var value)
            ? (int)decimal.Round(value * scale, MidpointRounding.AwayFromZero)
            : int.MinValue;

    private static (int TimeS, int Latitude, int Longitude)? Position(string[] fields)
    {
        (int Time, int Latitude) at = (fields[0][2..], fields.Length) switch
        {
            ("RMC", >= 9) when fields[2] == "A" => (1, 3),
            ("GGA", >= 7) when fields[6] is not ("" or "0") => (1, 2),
            ("GLL", >= 7) when fields[6] == "A" => (5, 1),
            _ => (0, 0),
        };
        if (at.Time == 0 || fields[at.Time].Length < 6)
        {
            return null;
        }

        var latitude = CoordinateE5(fields[at.Latitude], fields[at.Latitude + 1]);
        var longitude = CoordinateE5(fields[at.Latitude + 2], fields[at.Latitude + 3]);
        if (latitude is null || longitude is null || !int.TryParse(fields[at.Time].AsSpan(0, 6), out var hms))
        {
            return null;
        }

        return (((hms / 10_000) * 3600) + ((hms / 100 % 100) * 60) + (hms % 100), latitude.Value, longitude.Value);
    }

    private static int? CoordinateE5(string text, string hemisphere)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, null, out var value))
        {
            return null;
        }

        var degrees = decimal.Truncate(value / 100);
        var e5 = decimal.Round((degrees * 100_000) + ((value - (degrees * 100)) * 100_000 / 60), MidpointRounding.AwayFromZero);
        return hemisphere is "S" or "W" ? -(int)e5 : (int)e5;
    }
}
