namespace BoatTelemetry.Core.Time;

/// <summary>
/// Calendar arithmetic on integers. nanoFramework's DateTime starts at 1601 and throws on a bad day, and both cost
/// more interpreter instructions than these; receivers send bad days.
/// </summary>
public static class UtcTime
{
    /// <summary>An instant nobody knows. Never a date: it lies before every calendar.</summary>
    public const long Unknown = long.MinValue;

    /// <summary>Milliseconds in a day of 86,400 s.</summary>
    public const int DayMs = 86_400_000;

    /// <summary>
    /// The day number (1970-01-01 is 0) of a Gregorian date from 1970 to 9999, or <see cref="Gnss.Fix.Unknown"/>
    /// where there is no such day. Algorithm: H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
    /// </summary>
    public static int DayNumber(int year, int month, int day)
    {
        if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month))
        {
            return Gnss.Fix.Unknown;
        }

        // The year begins in March, so that the leap day is its last.
        int y = month <= 2 ? year - 1 : year;
        int era = y / 400;
        int yearOfEra = y - (era * 400);
        int dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        int dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097) + dayOfEra - 719_468;
    }

    /// <summary>
    /// The way from one time of day to another where the days are not known: the shorter way round, above -12 h and up
    /// to +12 h, milliseconds.
    /// </summary>
    public static int StepMs(int fromTimeOfDayMs, int toTimeOfDayMs)
    {
        int stepMs = toTimeOfDayMs - fromTimeOfDayMs;
        if (stepMs > DayMs / 2)
        {
            return stepMs - DayMs;
        }

        return stepMs <= -DayMs / 2 ? stepMs + DayMs : stepMs;
    }

    private static int DaysInMonth(int year, int month)
    {
        if (month == 2)
        {
            bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            return leap ? 29 : 28;
        }

        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    }
}
