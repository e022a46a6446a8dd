using System;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.BoatUnit.Config;

/// <summary>
/// A boundary as people write it: "circle LATITUDE LONGITUDE RADIUS_M" or "polygon LATITUDE LONGITUDE ...", degrees x 10^5 as
/// everywhere in the configuration. The word in front keeps the platform's JSON parser from taking numbers for a date.
/// </summary>
internal static class FenceText
{
    /// <summary>The longest: a polygon of <see cref="CornersMax"/> corners.</summary>
    public const int LengthMax = 160;

    /// <summary>What fits the configuration's flash for all boundaries; the arithmetic takes more.</summary>
    public const int CornersMax = 8;

    private const string Circle = "circle";
    private const string Polygon = "polygon";
    private const int NumbersMax = 2 * CornersMax;
    private const int E7PerE5 = 100;
    private const int LatitudeMaxE5 = 9_000_000;
    private const int LongitudeMaxE5 = 18_000_000;

    /// <summary>Whether it is a boundary, or empty: none.</summary>
    public static bool IsAllowed(string text)
    {
        return text != null && text.Length <= LengthMax && (text.Length == 0 || TryParse(text, out Fence fence));
    }

    /// <summary>The boundary; false if the text says none.</summary>
    public static bool TryParse(string text, out Fence fence)
    {
        fence = null;
        bool isCircle = Begins(text, Circle);
        if (!isCircle && !Begins(text, Polygon))
        {
            return false;
        }

        int[] numbers = new int[NumbersMax];
        int count = Numbers(text, isCircle ? Circle.Length : Polygon.Length, numbers);
        try
        {
            if (isCircle)
            {
                fence = count == 3 && IsPlace(numbers, 0)
                    ? Fence.Circle(numbers[0] * E7PerE5, numbers[1] * E7PerE5, numbers[2])
                    : null;
            }
            else if (count >= 6 && count % 2 == 0)
            {
                fence = PolygonOf(numbers, count / 2);
            }
        }
        catch (ArgumentOutOfRangeException)
        {
            // A radius or a width beyond what the arithmetic takes: Fence has the limits.
            fence = null;
        }

        return fence != null;
    }

    private static Fence PolygonOf(int[] numbers, int corners)
    {
        int[] latitudesE7 = new int[corners];
        int[] longitudesE7 = new int[corners];
        for (int i = 0; i < corners; i++)
        {
            if (!IsPlace(numbers, 2 * i))
            {
                return null;
            }

            latitudesE7[i] = numbers[2 * i] * E7PerE5;
            longitudesE7[i] = numbers[(2 * i) + 1] * E7PerE5;
        }

        return Fence.Polygon(latitudesE7, longitudesE7);
    }

    private static bool IsPlace(int[] numbers, int at)
    {
        int latitude = numbers[at];
        int longitude = numbers[at + 1];
        return latitude >= -LatitudeMaxE5 && latitude <= LatitudeMaxE5 && longitude >= -LongitudeMaxE5 && longitude <= LongitudeMaxE5;
    }

    private static bool Begins(string text, string word)
    {
        return text.Length > word.Length && text.Substring(0, word.Length) == word;
    }

    // Each behind one space; -1 if there is anything else, or too many.
    private static int Numbers(string text, int at, int[] numbers)
    {
        int count = 0;
        while (at < text.Length)
        {
            if (text[at] != ' ' || count == numbers.Length || !TryNumber(text, ref at, out int number))
            {
                return -1;
            }

            numbers[count++] = number;
        }

        return count;
    }

    // From the space to behind the last digit, eight at the most.
    private static bool TryNumber(string text, ref int at, out int value)
    {
        value = 0;
        at++;
        bool negative = at < text.Length && text[at] == '-';
        at += negative ? 1 : 0;
        int begin = at;
        while (at < text.Length && text[at] >= '0' && text[at] <= '9' && at - begin < 8)
        {
            value = (value * 10) + (text[at] - '0');
            at++;
        }

        value = negative ? -value : value;
        return at > begin;
    }
}
