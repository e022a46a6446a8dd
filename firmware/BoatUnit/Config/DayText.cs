using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Config;

/// <summary>Days as people write them, "2026-11-23".</summary>
internal static class DayText
{
    private const int YearMin = 2000;
    private const int YearMax = 2099;
    private const int Length = 10;

    /// <summary>Days since 1970-01-01; false if the text is no day of this century.</summary>
    public static bool TryParse(string text, out int dayNumber)
    {
        dayNumber = 0;
        if (text == null || text.Length != Length || text[4] != '-' || text[7] != '-'
            || !TryDigits(text, 0, 4, out int year)
            || !TryDigits(text, 5, 2, out int month)
            || !TryDigits(text, 8, 2, out int day))
        {
            return false;
        }

        if (year < YearMin || year > YearMax || month < 1 || month > 12 || day < 1 || day > DaysOf(year, month))
        {
            return false;
        }

        dayNumber = UtcTime.DayNumber(year, month, day);
        return true;
    }

    /// <summary>The text of a day of this century.</summary>
    public static string Of(int dayNumber)
    {
        int year = YearMin;
        while (year < YearMax && UtcTime.DayNumber(year + 1, 1, 1) <= dayNumber)
        {
            year++;
        }

        int month = 1;
        while (month < 12 && UtcTime.DayNumber(year, month + 1, 1) <= dayNumber)
        {
            month++;
        }

        int day = dayNumber - UtcTime.DayNumber(year, month, 1) + 1;
        return year.ToString() + "-" + month.ToString("D2") + "-" + day.ToString("D2");
    }

    private static int DaysOf(int year, int month)
    {
        return month == 12 ? 31 : UtcTime.DayNumber(year, month + 1, 1) - UtcTime.DayNumber(year, month, 1);
    }

    private static bool TryDigits(string text, int at, int count, out int value)
    {
        value = 0;
        for (int i = at; i < at + count; i++)
        {
            if (text[i] < '0' || text[i] > '9')
            {
                return false;
            }

            value = (value * 10) + (text[i] - '0');
        }

        return true;
    }
}
