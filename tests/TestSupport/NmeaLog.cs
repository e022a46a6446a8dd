using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.TestSupport;

/// <summary>A position of a recorded log on the grid of a track.</summary>
/// <param name="UtcS">Seconds since 1970-01-01.</param>
/// <param name="LatitudeE5">1e-5 degree, nearest to what the receiver wrote.</param>
/// <param name="LongitudeE5">1e-5 degree.</param>
/// <param name="SogDeciknots">0.1 knot, or int.MinValue.</param>
/// <param name="CogDeg">Degree, 0 to 359, or int.MinValue.</param>
public sealed record LogFix(long UtcS, int LatitudeE5, int LongitudeE5, int SogDeciknots, int CogDeg);

/// <summary>
/// The fixes of an NMEA log as the unit itself would have taken them, for measurements of the track codec: one for each
/// second, whatever the receiver's rate.
/// </summary>
public static class NmeaLog
{
    /// <summary>
    /// Every log begins on 2024-10-04: sizes do not depend on the date, and some logs tell none, or not with their first fix.
    /// </summary>
    private const long FirstDayS = 20_000L * 86_400;

    public static List<LogFix> Read(string path)
    {
        var collected = new Collector();

        // Day 1 and not 0: only "no earliest date at all" is wanted, recorded logs are older than any firmware.
        var parser = new NmeaParser(new GnssOptions { EarliestDayNumber = 1, AheadMaxMs = 0 }, collected);
        var bytes = File.ReadAllBytes(path);
        parser.Feed(bytes, 0, bytes.Length, 0);
        parser.Flush();
        return collected.Fixes;
    }

    private sealed class Collector : IFixSink
    {
        private readonly LivePosition _grid = new();
        private readonly UnitCondition _condition = new();
        private long _dayS = FirstDayS;

        public List<LogFix> Fixes { get; } = [];

        public void OnFix(Fix fix)
        {
            _grid.Set(fix, _condition);
            var utcS = _dayS + _grid.SecondOfDay;
            if (Fixes.Count > 0 && utcS < Fixes[^1].UtcS - 43_200)
            {
                _dayS += 86_400;
                utcS += 86_400;
            }

            if (Fixes.Count == 0 || utcS > Fixes[^1].UtcS)
                Fixes.Add(new LogFix(utcS, _grid.LatitudeE5, _grid.LongitudeE5, _grid.SogDeciknots, _grid.CogDeg));
        }

        public void OnRefused(Fix fix, FixRefusal reason)
        {
            // A refused fix is in no track.
        }
    }
}
