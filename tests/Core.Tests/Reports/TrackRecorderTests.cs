using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Reports;

public sealed class TrackRecorderTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(66)]
    [InlineData(138)]
    [InlineData(222)]
    public void Record_UnderWay_EachFixIsInABlockOnce(int frameBytesMax)
    {
        using var unit = new ReportingUnit(track: new TrackRecorderOptions { FrameBytesMax = frameBytesMax, LossMaxMs = 3_600_000 });
        var voyage = new Voyage(unit) { Knots = 14, Course = 100, Noise = (5, Seed.New(output)) };
        for (var leg = 0; leg < 20; leg++)
        {
            voyage.Course = (voyage.Course + 35) % 360;
            voyage.Sail(97);
        }

        unit.Track.Flush(unit.Clock.MonotonicMs);
        AssertRecorded(voyage.Fixes, unit);
        Assert.All(unit.Journal.Frames, frame => Assert.InRange(frame.Length, 1, frameBytesMax));
        Assert.Contains(unit.Journal.Frames, frame => frame.Length > frameBytesMax - 3);
        Assert.Equal(voyage.Fixes.Count, unit.Track.FixesRecorded);
    }

    [Fact]
    public void Record_GapJumpRateChangeAndClockStep_LoseNoFixAndNeverTellOneTwice()
    {
        using var unit = new ReportingUnit();
        var voyage = new Voyage(unit) { Knots = 14, Course = 100 };
        voyage.Sail(20);
        var blocks = unit.Track.BlocksStored;
        voyage.Shift(20_000, 0);
        voyage.Sail(20);
        Assert.Equal(blocks + 1, unit.Track.BlocksStored);
        voyage.Wait(31);
        Assert.Equal(blocks + 2, unit.Track.BlocksStored);
        Assert.Equal(0, unit.Track.FixesInRam);
        voyage.Sail(10);
        voyage.Wait(10_000);
        voyage.Sail(10);
        unit.Track.Flush(unit.Clock.MonotonicMs);
        AssertRecorded(voyage.Fixes, unit);
    }

    [Fact]
    public void Record_TimeGoesBack_BeginsANewBlock()
    {
        using var unit = new ReportingUnit();
        for (var second = 0; second < 20; second++)
        {
            unit.Clock.Advance(1000);
            unit.Fixes.OnFix(ReportingUnit.FixAt(ReportingUnit.StartUtcMs + (((second % 10) + (second < 10 ? 100 : 0)) * 1000), second * 7, 0, 14, 0));
        }

        unit.Track.Flush(unit.Clock.MonotonicMs);
        Assert.Equal(2, unit.Track.BlocksStored);
        Assert.Equal(20, unit.StoredTrack().Count);
    }

    [Fact]
    public void Record_FiveFixesASecond_KeepsOneOfEach()
    {
        using var unit = new ReportingUnit();
        for (var i = 0; i < 100; i++)
        {
            unit.Clock.Advance(200);
            unit.Fixes.OnFix(ReportingUnit.FixAt(ReportingUnit.StartUtcMs + (i * 200), i * 1.4, 0, 14, 0));
        }

        unit.Track.Flush(unit.Clock.MonotonicMs);
        Assert.Equal(Enumerable.Range(0, 20).Select(s => (ReportingUnit.StartUtcMs / 1000) + s), unit.StoredTrack().Select(fix => fix.UtcS));
        Assert.Equal(80, unit.Track.FixesSkipped);
    }

    [Fact]
    public void Record_AtRest_IsSparserAndTheStopIsStoredAtOnce()
    {
        using var unit = new ReportingUnit();
        var voyage = new Voyage(unit) { Knots = 10, Course = 0 };
        voyage.Sail(50);
        voyage.Knots = 0;
        voyage.Sail(16);
        Assert.Equal(65, unit.StoredTrack().Count);
        voyage.Sail(600);
        voyage.Knots = 10;
        voyage.Sail(5);
        var steps = Steps(unit.StoredTrack());
        Assert.Equal(64, steps.Count(step => step == 1));
        Assert.Equal(20, steps.Count(step => step == 30));
    }

    [Fact]
    public void Record_Order_ChangesTheIntervalForItsTime()
    {
        using var unit = new ReportingUnit();
        var voyage = new Voyage(unit) { Knots = 10, Course = 0 };
        voyage.Sail(10);
        Assert.False(unit.Track.TryOrder(256, 0));
        Assert.True(unit.Track.TryOrder(10, unit.Clock.MonotonicMs + 100_000));
        voyage.Sail(120);
        unit.Track.Flush(unit.Clock.MonotonicMs);
        var steps = Steps(unit.StoredTrack());
        Assert.Equal((10, 10), (steps.Count(step => step == 10), steps.LastIndexOf(10) - steps.IndexOf(10) + 1));
        Assert.Equal(1, steps[^1]);
    }

    [Fact]
    public void Record_NoDateFromTheReceiver_TakesTheClocksNearestDay()
    {
        using var unit = new ReportingUnit();
        var fix = ReportingUnit.FixAt(ReportingUnit.StartUtcMs, 0, 0, 10, 0);
        fix.DayNumber = Fix.Unknown;
        unit.Fixes.OnFix(fix);
        Assert.Equal(1, unit.Track.FixesUndated);

        // The clock stands before midnight, the fix comes behind it.
        var midnight = (ReportingUnit.StartUtcMs / 86_400_000 * 86_400_000) + 86_400_000;
        unit.Clock.UtcMs = midnight - 3_000;
        fix.TimeOfDayMs = 1_000;
        unit.Fixes.OnFix(fix);
        unit.Track.Flush(unit.Clock.MonotonicMs);
        Assert.Equal((midnight / 1000) + 1, unit.StoredTrack().Single().UtcS);
    }

    /// <summary>At a random instant the power goes: what is stored ends at most so long before it, whatever happened.</summary>
    [Fact]
    public void PowerCut_AtAnyInstant_LosesAtMostTheNamedTime()
    {
        var random = Seed.New(output);
        var worst = 0L;
        for (var trial = 0; trial < 60; trial++)
        {
            using var unit = new ReportingUnit(track: new TrackRecorderOptions { LossMaxMs = 60_000, LossAtRestMaxMs = 120_000 });
            var voyage = new Voyage(unit) { Knots = 12, Course = 0 };
            for (var leg = random.Next(1, 8); leg > 0; leg--)
            {
                voyage.Knots = random.Next(3) == 0 ? 0 : random.Next(4, 30);
                voyage.Course = random.Next(360);
                voyage.Sail(random.Next(1, 200));
                voyage.Wait(random.Next(4) == 0 ? random.Next(1, 300) : 0);
            }

            // What is lost is what only a flush at this instant would have stored.
            var limitS = MotionWatch.IsAtRest(unit.Motion.Mode) ? 120 : 60;
            var stored = unit.StoredTrack().Count;
            unit.Track.Flush(unit.Clock.MonotonicMs);
            var lost = unit.StoredTrack().Skip(stored).ToList();
            if (lost.Count == 0)
                continue;
            var lostS = (voyage.UtcMs / 1000) - lost[0].UtcS;
            Assert.True(lostS < limitS, $"{lostS} s lost in {unit.Motion.Mode}");
            worst = Math.Max(worst, lostS);
        }

        output.WriteLine($"worst loss {worst} s");
    }

    [Fact]
    public void Record_JournalRefusesForAWhile_LosesNothing()
    {
        using var unit = new ReportingUnit(track: new TrackRecorderOptions { LossMaxMs = 60_000 });
        var voyage = new Voyage(unit) { Knots = 12, Course = 0 };
        voyage.Sail(50);
        unit.Journal.Answer = JournalResult.FlashFailed;
        voyage.Sail(40);
        Assert.True(unit.Outbox.Refused > 0);
        Assert.InRange(unit.Journal.Appends, 1, 12);
        unit.Journal.Answer = JournalResult.Stored;
        voyage.Sail(70);
        unit.Track.Flush(unit.Clock.MonotonicMs);
        AssertRecorded(voyage.Fixes, unit);
        Assert.Equal(0, unit.Track.FixesLost);
    }

    [Fact]
    public void Record_JournalRefusesForLong_CountsWhatIsLost()
    {
        using var unit = new ReportingUnit(track: new TrackRecorderOptions { LossMaxMs = 60_000 });
        var voyage = new Voyage(unit) { Knots = 12, Course = 0 };
        unit.Journal.Answer = JournalResult.Full;
        voyage.Sail(1_000);
        unit.Journal.Answer = JournalResult.Stored;
        voyage.Wait(61);
        Assert.True(unit.Track.FixesLost > 0);
        Assert.Equal(0, unit.Track.FixesInRam);
        Assert.Equal(unit.Track.FixesRecorded, unit.StoredTrack().Count + unit.Track.FixesLost);
    }

    [Fact]
    public void FrameBytesMax_ChangedUnderWay_CutsTheNextBlock()
    {
        using var unit = new ReportingUnit(track: new TrackRecorderOptions { LossMaxMs = 1_000_000 });
        var voyage = new Voyage(unit) { Knots = 12, Course = 0, Noise = (5, Seed.New(output)) };
        voyage.Sail(50);
        unit.Track.FrameBytesMax = 66;
        voyage.Sail(1_000);

        unit.Track.Flush(unit.Clock.MonotonicMs);
        var payloads = unit.Stored(FrameKind.Track).Select(codec => codec.BodyBytes).ToList();
        Assert.InRange(payloads[0], 200, 207);
        Assert.All(payloads.Skip(1), bytes => Assert.InRange(bytes, 1, 51));
        AssertRecorded(voyage.Fixes, unit);
        Assert.Throws<ArgumentOutOfRangeException>(() => unit.Track.FrameBytesMax = TrackRecorder.FrameBytesLeast - 1);
    }

    private static List<long> Steps(List<LogFix> fixes) => [.. fixes.Zip(fixes.Skip(1), (a, b) => b.UtcS - a.UtcS)];

    private static void AssertRecorded(List<Fix> fixes, ReportingUnit unit)
    {
        var grid = new LivePosition();
        var expected = fixes.Select(fix =>
        {
            grid.Set(fix, unit.Condition);
            return (fix.UtcMs / 1000, grid.LatitudeE5, grid.LongitudeE5);
        }).ToList();
        Assert.Equal(expected, unit.StoredTrack().Select(fix => (fix.UtcS, fix.LatitudeE5, fix.LongitudeE5)));
    }
}
