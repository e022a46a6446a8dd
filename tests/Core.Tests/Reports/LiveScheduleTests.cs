using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Reports;

public sealed class LiveScheduleTests(ITestOutputHelper output) : IDisposable
{
    private readonly ReportingUnit _unit = new();

    [Theory]
    [InlineData(0, 1_700, 2, 600)]
    [InlineData(15, 1_200, 19, 60)]
    [InlineData(30, 600, 39, 15)]
    public void Decide_SteadyCourse_OneFrameAnInterval(double knots, int seconds, int framesMore, int intervalS)
    {
        var voyage = new Voyage(_unit) { Knots = knots, Course = 40 };
        voyage.Sail(seconds);
        Assert.Equal(LiveReason.First, voyage.Reasons.First());
        Assert.All(voyage.Reasons.Skip(1), reason => Assert.Equal(LiveReason.Interval, reason));
        Assert.Equal(framesMore, voyage.Sent.Count - 1);
        Assert.All(voyage.Sent.Zip(voyage.Sent.Skip(1)), pair => Assert.Equal(intervalS, pair.Second.Second - pair.First.Second));
    }

    [Fact]
    public void Decide_AtRestForLong_BecomesMooredAndRare()
    {
        var voyage = new Voyage(_unit);
        voyage.Sail(12_000);
        Assert.Equal(BoatMode.Moored, _unit.Motion.Mode);
        var last = voyage.Sent.TakeLast(3).Select(sent => sent.Second).ToList();
        Assert.Equal([1_800, 1_800], [last[1] - last[0], last[2] - last[1]]);
    }

    [Fact]
    public void Decide_Turn_IsToldAtTheSecondFixThatShowsIt()
    {
        var voyage = new Voyage(_unit) { Knots = 15, Course = 350 };
        voyage.Sail(20);
        voyage.Course = 25;
        voyage.Sail(3);
        Assert.Equal((22, LiveReason.Turn), voyage.Sent[^1]);
    }

    [Theory]
    [InlineData(2.5, 90)]
    [InlineData(15, 29)]
    public void Decide_SlowOrSmallTurn_IsNoTurn(double knots, int degrees)
    {
        var voyage = new Voyage(_unit) { Knots = knots, Course = 350 };
        voyage.Sail(20);
        voyage.Course = (350 + degrees) % 360;
        voyage.Sail(10);
        Assert.Equal([LiveReason.First], voyage.Reasons);
    }

    [Fact]
    public void Decide_OneFixWithAnotherCourse_IsNoTurn()
    {
        var voyage = new Voyage(_unit) { Knots = 15, Course = 90 };
        voyage.Sail(20);
        voyage.Course = 180;
        voyage.Sail(1);
        voyage.Course = 90;
        voyage.Sail(10);
        Assert.Equal([LiveReason.First], voyage.Reasons);
    }

    [Fact]
    public void Decide_StopAndStart_AreToldAfterTheirPatience()
    {
        // The position is held by a speed of zero, so that dead reckoning is not what tells it: 15 s at 5 kn are 39 m.
        var voyage = new Voyage(_unit) { Knots = 5, Course = 90 };
        voyage.Sail(10);
        voyage.Knots = 0;
        voyage.Sail(30);
        Assert.Equal((26, LiveReason.Stop), voyage.Sent[^1]);
        voyage.Knots = 5;
        voyage.Sail(10);
        Assert.Equal((44, LiveReason.Start), voyage.Sent[^1]);
        Assert.Equal(3, voyage.Sent.Count);
    }

    [Fact]
    public void Decide_PursuitBegins_IsToldAtOnceAndEndsLater()
    {
        var voyage = new Voyage(_unit) { Knots = 19, Course = 90 };
        voyage.Sail(10);
        voyage.Knots = 25;
        voyage.Sail(1);
        Assert.Equal((11, LiveReason.Pursuit), voyage.Sent[^1]);
        voyage.Knots = 21;
        voyage.Sail(5);
        Assert.Equal(BoatMode.Pursuit, _unit.Motion.Mode);
        voyage.Knots = 19.9;
        voyage.Sail(1);
        Assert.Equal(BoatMode.Patrol, _unit.Motion.Mode);
    }

    [Fact]
    public void Decide_DraggingAnchor_IsToldByDeadReckoning()
    {
        var voyage = new Voyage(_unit);
        voyage.Sail(30);
        voyage.Knots = 0.6;
        voyage.Sail(250);
        Assert.Equal(LiveReason.DeadReckoning, voyage.Sent[^1].Reason);
        Assert.Equal(BoatMode.AtAnchor, _unit.Motion.Mode);
    }

    [Fact]
    public void Decide_Alarm_IsToldAtOnceAndThenOftener()
    {
        var voyage = new Voyage(_unit);
        voyage.Sail(100);
        _unit.Condition.Alarm = true;
        voyage.Sail(31);
        _unit.Condition.Alarm = false;
        voyage.Sail(100);
        Assert.Equal(
            [(1, LiveReason.First), (101, LiveReason.Alarm), (116, LiveReason.Interval), (131, LiveReason.Interval)], voyage.Sent);
    }

    [Fact]
    public void Decide_AlarmWithinTheFloor_IsToldWhenTheFloorIsOver()
    {
        using var unit = new ReportingUnit(new LiveScheduleOptions { FloorMs = 5_000 });
        var voyage = new Voyage(unit);
        voyage.Sail(1);
        unit.Condition.Alarm = true;
        voyage.Sail(1);
        unit.Condition.Alarm = false;
        voyage.Sail(10);
        Assert.Equal([(1, LiveReason.First), (6, LiveReason.Alarm)], voyage.Sent);
    }

    [Fact]
    public void Decide_LowBattery_IsRarerAndAnAlarmIsNot()
    {
        _unit.Condition.BatteryLow = true;
        Assert.Equal(240_000, _unit.Schedule.IntervalMs(BoatMode.Patrol, _unit.Condition));
        Assert.Equal(2_400_000, _unit.Schedule.IntervalMs(BoatMode.AtAnchor, _unit.Condition));
        Assert.Equal(3_600_000, _unit.Schedule.IntervalMs(BoatMode.Moored, _unit.Condition));
        _unit.Condition.Alarm = true;
        Assert.Equal(15_000, _unit.Schedule.IntervalMs(BoatMode.Patrol, _unit.Condition));
    }

    [Fact]
    public void Decide_CrossedBoundary_IsTold()
    {
        // A circle of 1 km whose edge is 500 m east of the start.
        using var unit = new ReportingUnit(fences: [Fence.Circle(10_000_000, 1_040_134_918, 1_000)]);
        var voyage = new Voyage(unit) { Knots = 15, Course = 90 };
        voyage.Sail(120);
        var crossed = Assert.Single(voyage.Sent, sent => sent.Reason == LiveReason.Geofence);
        Assert.InRange(crossed.Second, 71, 74);
    }

    [Fact]
    public void Decide_Order_ReplacesMotionForItsTimeAndNotAlarms()
    {
        var voyage = new Voyage(_unit) { Knots = 15, Course = 0 };
        voyage.Sail(10);
        Assert.True(_unit.Schedule.TryOrder(300_000, 900_000, _unit.Clock.MonotonicMs));
        for (var i = 0; i < 9; i++)
        {
            voyage.Course += 40;
            voyage.Sail(95);
        }

        Assert.Equal([(1, LiveReason.First), (301, LiveReason.Ordered), (601, LiveReason.Ordered)], voyage.Sent);
        _unit.Condition.Alarm = true;
        voyage.Sail(2);
        Assert.Equal(LiveReason.Alarm, voyage.Sent[^1].Reason);
        _unit.Condition.Alarm = false;
        voyage.Sail(80);
        Assert.False(_unit.Schedule.HasOrder);
        Assert.Equal(LiveReason.Interval, voyage.Sent[^1].Reason);
    }

    [Theory]
    [InlineData(1_999, 0, false)]
    [InlineData(2_000, 0, true)]
    [InlineData(3_600_000, 604_800_000, true)]
    [InlineData(3_600_001, 0, false)]
    [InlineData(60_000, 604_800_001, false)]
    [InlineData(0, 0, true)]
    public void TryOrder_OutsideFloorAndCeiling_IsRefused(long intervalMs, long durationMs, bool taken)
    {
        Assert.Equal(taken, _unit.Schedule.TryOrder(intervalMs, durationMs, 0));
        Assert.Equal(taken && intervalMs != 0, _unit.Schedule.HasOrder);
    }

    [Fact]
    public void Decide_SpeedUnknown_GoesAsUnderWay()
    {
        var schedule = _unit.Schedule;
        var fix = ReportingUnit.FixAt(ReportingUnit.StartUtcMs, 0, 0, 0, 0);
        fix.SogMilliknots = Fix.Unknown;
        fix.CogCdeg = Fix.Unknown;
        Assert.Equal(BoatMode.Unknown, _unit.Motion.Update(fix, 0));
        Assert.Equal(60_000, schedule.IntervalMs(BoatMode.Unknown, _unit.Condition));
        Assert.Equal(LiveReason.First, _unit.Live.ReportIfDue(fix, schedule, BoatMode.Unknown, 0));
        fix.LatitudeE7 += 10_000;
        Assert.Equal(LiveReason.DeadReckoning, _unit.Live.ReportIfDue(fix, schedule, BoatMode.Unknown, 10_000));
    }

    [Fact]
    public void Decide_NoCounter_TriesAgainAtTheNextFix()
    {
        var voyage = new Voyage(_unit);
        _unit.LiveStore.SaveFails = true;
        voyage.Sail(3);
        Assert.Equal(3, _unit.Live.WithoutCounter);
        _unit.LiveStore.SaveFails = false;
        voyage.Sail(1);
        Assert.Equal((4, LiveReason.First), voyage.Sent.Single());
    }

    /// <summary>Whatever the input: never below the floor, never above the ceiling while there are fixes.</summary>
    [Fact]
    public void Decide_RandomInput_StaysBetweenFloorAndCeiling()
    {
        var random = Seed.New(output);
        for (var trial = 0; trial < 40; trial++)
        {
            var options = new LiveScheduleOptions
            {
                FloorMs = random.Next(1, 20_000),
                CeilingMs = random.Next(20_000, 200_000),
                PatrolIntervalMs = random.Next(1, 400_000),
                PursuitIntervalMs = random.Next(1, 400_000),
                AtAnchorIntervalMs = random.Next(1, 400_000),
                AlarmIntervalMs = random.Next(1, 400_000),
                LowBatteryFactor = random.Next(1, 10),
                DeadReckoningErrorM = random.Next(1, 500),
                TurnDeg = random.Next(0, 181),
            };
            AssertBetweenFloorAndCeiling(random, options);
        }
    }

    public void Dispose() => _unit.Dispose();

    private static void AssertBetweenFloorAndCeiling(Random random, LiveScheduleOptions options)
    {
        using var unit = new ReportingUnit(options);
        var (now, last, since) = (0L, -1L, 0L);
        var frames = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var step = random.Next(4) == 0 ? random.Next(1, 5_000) : 1_000;
            now += step;
            var fix = ReportingUnit.FixAt(
                ReportingUnit.StartUtcMs + now, random.Next(100_000), random.Next(100_000), random.Next(60_000) / 1000.0, random.Next(360));
            if (random.Next(10) == 0)
                fix.SogMilliknots = Fix.Unknown;
            if (random.Next(10) == 0)
                fix.CogCdeg = Fix.Unknown;
            unit.Condition.Alarm = random.Next(2) == 0;
            unit.Condition.BatteryLow = random.Next(2) == 0;
            if (random.Next(50) == 0)
                unit.Schedule.TryOrder(random.Next(0, 300_000), random.Next(0, 100_000), now);
            if (random.Next(50) == 0)
                unit.Schedule.Crossed();
            var reason = unit.Live.ReportIfDue(fix, unit.Schedule, (BoatMode)random.Next(5), now);
            Assert.Equal(reason != LiveReason.None, unit.Slot.Generation > frames);
            frames = unit.Slot.Generation;
            since = last < 0 ? 0 : now - last;
            if (reason != LiveReason.None)
            {
                Assert.True(last < 0 || since >= options.FloorMs, $"{reason} after {since} ms, floor {options.FloorMs}");
                Assert.True(since < options.CeilingMs + step, $"{since} ms, ceiling {options.CeilingMs}");
                last = now;
            }
            else
            {
                Assert.True(since < options.CeilingMs, $"{since} ms without a frame, ceiling {options.CeilingMs}");
            }
        }
    }
}
