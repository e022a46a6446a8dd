using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Time;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Reports;

/// <summary>What the reports of real voyages cost, and how far off the shore is meanwhile. The figures are those of docs/reporting.md.</summary>
public sealed class ReportingLogTests(ITestOutputHelper output)
{
    /// <summary>
    /// The shore knows nothing but the frames, opened from their bytes, and extrapolates by its own arithmetic. Right
    /// behind each decision it is off by no more than the rule says, and what the floor of 2 s adds.
    /// </summary>
    [SharedDataTheory]
    [InlineData("signalk-plaka.log", 222)]
    [InlineData("signalk-plaka.log", 138)]
    [InlineData("signalk-plaka.log", 66)]
    [InlineData("gpsd-bundg_zeus_9.log", 222)]
    [InlineData("gpsd-bundg_zeus_9.log", 66)]
    [InlineData("signalk-gps.log", 222)]
    public void Replay_RecordedLog_ShoreIsNeverOffByMoreThanTheRule(string log, int frameBytesMax)
    {
        using var unit = new ReportingUnit(track: new TrackRecorderOptions { FrameBytesMax = frameBytesMax });
        var replay = new Replay(unit);
        var parser = new NmeaParser(new GnssOptions { EarliestDayNumber = 0, AheadMaxMs = 0 }, replay);
        var bytes = File.ReadAllBytes(RepositoryPaths.Shared("nmea", log));
        parser.Feed(bytes, 0, bytes.Length, 0);
        parser.Flush();
        unit.Track.Flush(unit.Clock.MonotonicMs);

        var hours = replay.ElapsedMs / 3_600_000.0;
        var reasons = Enum.GetValues<LiveReason>().Where(reason => unit.Schedule.SentFor(reason) > 0)
            .Select(reason => $"{reason} {unit.Schedule.SentFor(reason)}");
        output.WriteLine($"{log}: {hours:F2} h, {replay.Fixes} fixes, {unit.Slot.Generation} live frames ({string.Join(", ", reasons)})");
        output.WriteLine($"{unit.Slot.Generation / hours:F1} live frames an hour");
        output.WriteLine($"shore off by at most {replay.WorstM:F1} m ({replay.WorstMode}); beyond the rule by at most {replay.WorstExcessM:F1} m");
        output.WriteLine(
            $"{unit.Track.BlocksStored} track frames of {frameBytesMax} B at most, {unit.Track.BytesStored} B, "
            + $"{unit.Track.BytesStored / hours:F0} B an hour, {(double)unit.Track.BytesStored / unit.Track.FixesRecorded:F2} B a fix");
        var lengths = unit.Journal.Frames.Where(frame => ((frame[0] >> 2) & 0xF) == (int)FrameKind.Track).Select(frame => frame.Length).ToList();
        output.WriteLine($"of them {lengths.Count(length => length > 66)} longer than 66 B, {lengths.Count(length => length > 138)} than 138 B");
        Assert.True(unit.Slot.Generation >= 3);
        Assert.InRange(replay.WorstExcessM, double.MinValue, Replay.ToleranceM);
        Assert.Equal(replay.Expected, unit.StoredTrack().Select(fix => fix.UtcS));
    }

    private sealed class Replay(ReportingUnit unit) : IFixSink
    {
        /// <summary>2 s of the floor at 30 kn, the step of the frame's grid, and the unit's 12-bit cosines.</summary>
        public const double ToleranceM = 31 + 1 + 2;

        private readonly LiveScheduleOptions _options = new();
        private LivePosition? _told;
        private uint _frames;
        private int _lastTimeOfDayMs = Fix.Unknown;
        private long _lastRecordedS;

        public long ElapsedMs { get; private set; }

        public int Fixes { get; private set; }

        public double WorstM { get; private set; }

        public BoatMode WorstMode { get; private set; }

        public double WorstExcessM { get; private set; } = double.MinValue;

        /// <summary>The seconds that belong into the track, by the rule of the interval alone.</summary>
        public List<long> Expected { get; } = [];

        public void OnFix(Fix fix)
        {
            var stepMs = _lastTimeOfDayMs == Fix.Unknown ? 0 : UtcTime.StepMs(_lastTimeOfDayMs, fix.TimeOfDayMs);
            _lastTimeOfDayMs = fix.TimeOfDayMs;
            ElapsedMs += stepMs;
            unit.Clock.Advance(stepMs);
            unit.Clock.UtcMs = ReportingUnit.StartUtcMs + ElapsedMs;
            unit.Poll();
            if (!fix.HasDate)
                fix.DayNumber = (int)(ReportingUnit.StartUtcMs / UtcTime.DayMs);
            Fixes++;
            var generation = unit.Slot.Generation;
            unit.Fixes.OnFix(fix);
            if (unit.Slot.Generation != generation)
                Receive();
            Measure(fix);
            Expect(fix);
        }

        public void OnRefused(Fix fix, FixRefusal reason)
        {
            // Not reported.
        }

        private void Receive()
        {
            // The codec's own object; no other live frame is opened by it meanwhile.
            _told = unit.Open(unit.Slot.Frame, unit.Slot.FrameBytes, _frames++).Position;
        }

        private void Measure(Fix fix)
        {
            var seconds = UtcTime.StepMs(_told!.SecondOfDay * 1000, fix.TimeOfDayMs) / 1000.0;
            var (latitude, longitude) = Shore.Extrapolate(_told, seconds);
            var offM = Shore.Metres(latitude, longitude, fix.LatitudeE7 / 1e7, fix.LongitudeE7 / 1e7);
            var limitM = MotionWatch.IsAtRest(unit.Motion.Mode) ? _options.AtRestErrorM : _options.DeadReckoningErrorM;
            WorstExcessM = Math.Max(WorstExcessM, offM - limitM);
            if (offM > WorstM)
                (WorstM, WorstMode) = (offM, unit.Motion.Mode);
        }

        private void Expect(Fix fix)
        {
            var options = new TrackRecorderOptions();
            var intervalS = unit.Motion.Mode switch
            {
                BoatMode.Moored => options.MooredIntervalS,
                BoatMode.AtAnchor => options.AtAnchorIntervalS,
                _ => options.UnderWayIntervalS,
            };
            var utcS = fix.UtcMs / 1000;
            if (Expected.Count > 0 && utcS >= _lastRecordedS && utcS - _lastRecordedS < intervalS)
                return;
            Expected.Add(utcS);
            _lastRecordedS = utcS;
        }
    }
}
