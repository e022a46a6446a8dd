using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Host.Unit;
using BoatTelemetry.Simulator.Air;

namespace BoatTelemetry.Host.Runs;

/// <summary>A recorded log in place of the receiver.</summary>
/// <remarks>
/// The log tells no pauses within a second, so the parser is never told that the line is quiet: a fix is complete when
/// the next one begins, about a second later in real time than on a boat.
/// </remarks>
public static class LogReplay
{
    // Any seed will do: it only scatters signal levels and channels.
    private const int RadioSeed = 1;

    /// <summary>Plays the log to its end, or until the gateway no longer answers.</summary>
    /// <exception cref="HostException">Key, state or log are not there.</exception>
    public static RunSummary Run(
        UnitSettings settings, string log, double speed, int earliestDayNumber, CancellationToken cancellation)
    {
        var clock = new PacedClock(speed, UtcTime.Unknown);
        var gnss = new GnssOptions
        {
            EarliestDayNumber = earliestDayNumber,

            // A log may have pauses of days, and its clock here knows times of day alone.
            AheadMaxMs = 0,
        };
        using var lines = Open(log);
        using var unit = new HostUnit(
            settings, gnss, clock, new RadioSettings(ConcentratorOptions.Lossless, Station: null, HearsEverything: true, RadioSeed));
        var sentences = new SentenceClock();
        for (var length = lines.Next(); length > 0; length = lines.Next())
        {
            var advanceMs = sentences.AdvanceMs(lines.Buffer.AsSpan(0, length));
            if (advanceMs > 0 && !clock.AdvanceTo(clock.MonotonicMs + advanceMs, cancellation))
                break;

            unit.Receive(lines.Buffer, 0, length);
            if (cancellation.IsCancellationRequested)
                break;

            if (unit.Concentrator.Counters.GivenUp > 0)
                return RunSummary.Of(unit, lossIsFailure: true);
        }

        unit.Flush();
        return RunSummary.Of(unit, lossIsFailure: true);
    }

    private static LogLines Open(string log)
    {
        try
        {
            return new LogLines(log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"The log cannot be read: {e.Message}", e);
        }
    }
}
