using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// Gives the date of RMC or ZDA to later epochs that have none (GGA, GLL), over midnight, while it is certain.
/// </summary>
internal sealed class DateCarry
{
    /// <summary>
    /// Without confirmation a date is forgotten after a day of fix time: every receiver that knows it says it each
    /// second, so this one has lost it or lost its RMC.
    /// </summary>
    private const long UnconfirmedMaxMs = UtcTime.DayMs;

    /// <summary>
    /// A pause after which a date is forgotten. From half a day on a time of day can no longer be told forwards from
    /// backwards; a quarter leaves room for clocks that disagree.
    /// </summary>
    private const long PauseMaxMs = UtcTime.DayMs / 4;

    private int _dayNumber = Fix.Unknown;
    private int _timeOfDayMs;
    private long _unconfirmedMs;
    private long _monotonicMs;

    /// <summary>The epoch's own date is certain.</summary>
    public void Learn(int dayNumber, int timeOfDayMs, long nowMonotonicMs)
    {
        _dayNumber = dayNumber;
        _timeOfDayMs = timeOfDayMs;
        _unconfirmedMs = 0;
        _monotonicMs = nowMonotonicMs;
    }

    /// <summary>The date of an epoch that does not tell it, or <see cref="Fix.Unknown"/>.</summary>
    public int DayNumberAt(int timeOfDayMs, long nowMonotonicMs)
    {
        if (_dayNumber == Fix.Unknown)
        {
            return Fix.Unknown;
        }

        int stepMs = UtcTime.StepMs(_timeOfDayMs, timeOfDayMs);
        _unconfirmedMs += stepMs;
        if (_unconfirmedMs > UnconfirmedMaxMs || nowMonotonicMs - _monotonicMs > PauseMaxMs)
        {
            _dayNumber = Fix.Unknown;
            return Fix.Unknown;
        }

        int unrolledMs = _timeOfDayMs + stepMs;
        if (unrolledMs >= UtcTime.DayMs)
        {
            _dayNumber++;
        }
        else if (unrolledMs < 0)
        {
            _dayNumber--;
        }

        _timeOfDayMs = timeOfDayMs;
        _monotonicMs = nowMonotonicMs;
        return _dayNumber;
    }
}
