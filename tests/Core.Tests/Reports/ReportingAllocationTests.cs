using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;
using Xunit;

namespace BoatTelemetry.Core.Tests.Reports;

/// <summary>Fixes, events, commands and polls for hours, with a journal that refuses now and then.</summary>
public sealed class ReportingAllocationTests
{
    private const int PassesMax = 10;

    [Fact]
    public void Everything_ForHours_AllocatesNothing()
    {
        // Each pass is a new unit's; what the code allocates it allocates in every one (DataPathAllocationTests says why).
        var allocated = long.MaxValue;
        for (var pass = 0; pass < PassesMax && allocated > 0; pass++)
        {
            using var unit = new ReportingUnit(
                fences: [Fence.Circle(10_000_000, 1_040_000_000, 3_000), Fence.Polygon([0, 10_000_000, 0], [1_039_000_000, 1_040_000_000, 1_041_000_000])]);
            unit.Journal.Keeps = false;
            unit.Clock.UtcMs = ReportingUnit.StartUtcMs;
            var fix = new Fix();
            fix.CopyFrom(ReportingUnit.FixAt(ReportingUnit.StartUtcMs, 0, 0, 10, 0));
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var second = 0; second < 10_000; second++)
                Step(unit, fix, second);

            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True(unit.Track.BlocksStored > 10 && unit.Events.Stored > 10 && unit.Slot.Generation > 50);
            Assert.True(unit.Events.Refusals > 0 && unit.Fixes.Accepted == 10_000);
        }

        Assert.Equal(0, allocated);
    }

    private static void Step(ReportingUnit unit, Fix fix, int second)
    {
        unit.Clock.Advance(1000);
        fix.TimeOfDayMs = (fix.TimeOfDayMs + 1000) % 86_400_000;
        fix.SogMilliknots = second % 3000 < 2000 ? 12_000 : 0;
        fix.CogCdeg = second / 100 * 4_000 % 36_000;
        fix.LatitudeE7 += second % 3000 < 2000 ? 500 : 0;
        unit.Journal.Answer = second % 1000 < 100 ? JournalResult.Full : JournalResult.Stored;
        unit.Condition.Alarm = second % 700 < 50;
        if (second % 500 == 50)
            unit.Events.Raise(EventKind.Sos, unit.Clock.MonotonicMs);
        if (second % 800 == 0)
            unit.Status.Request(StatusCause.Command, true);
        if (second % 900 == 0)
            unit.Schedule.TryOrder(10_000, 60_000, unit.Clock.MonotonicMs);
        unit.Fixes.OnFix(fix);
        unit.Poll();
    }
}
