using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Host.Board;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Whole;

/// <summary>A configuration that is accepted is one that the unit starts with, and what says "now" is so now.</summary>
public sealed class UnitConfigurationTests
{
    public static TheoryData<string> Numbers() => [.. ConfigKeys.All.Where(entry => entry.Kind == ConfigKind.Number).Select(entry => entry.Key)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Unit_ANumberAtEitherEndOfItsRange_Starts(string key)
    {
        var entry = ConfigKeys.Find(key);
        foreach (var value in new[] { entry.Min, entry.Max })
        {
            var taken = true;
            using var bench = new UnitBench(configure: config =>
            {
                var problem = new ConfigProblem();
                var before = config.Number(entry);
                config.TrySet(ConfigKeys.CellularEnabled, true, problem);
                config.TrySet(ConfigKeys.CellularHost, "10.0.0.1", problem);
                config.TrySet(entry, value, problem);
                taken = config.IsConsistent(problem);
                if (!taken)
                    config.TrySet(entry, before, problem);
            });
            bench.RunS(5);
            Assert.Equal(0, bench.Board.Resets);
        }
    }

    [Fact]
    public void Unit_AnIntervalChangedAtTheConsole_IsUsedAtOnce()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        bench.RunS(300);
        var before = PerMinute(bench);
        Assert.Equal(ConfigChange.Done, bench.Unit.Configuration.Set(ConfigKeys.ReportsPatrolS, 10, [], new ConfigProblem()));
        Assert.Equal(ConfigChange.Done, bench.Unit.Configuration.Set(ConfigKeys.ReportsPursuitS, 10, [], new ConfigProblem()));
        Assert.True(PerMinute(bench) > before * 1.5, "no more positions than before");
    }

    [Fact]
    public void Unit_WhoseConfigurationIsLost_DoesNotTransmitInARegionThatItDoesNotKnow()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        for (var block = 0; block < bench.Flash.Config.BlockCount; block++)
        {
            for (var offset = 0; offset < 256; offset++)
                bench.Flash.Config.FlipBit(block, offset, offset % 8);
        }

        bench.PowerCycle();
        bench.Shore.OnAir = _ => Assert.Fail("a frame was sent");
        bench.RunS(600);
        Assert.True(bench.Unit.Configuration.IsLost);
        Assert.True(bench.Unit.Reporting.Fixes.Accepted > 100);
    }

    [Fact]
    public void Unit_SpeedBandsThatNearlyTouch_Starts()
    {
        using var bench = new UnitBench(configure: config => config.TrySet(ConfigKeys.ReportsPatrolFromCmps, 1_120, new ConfigProblem()));
        bench.RunS(5);
        Assert.Equal(1_120, bench.Unit.Configuration.Running.Number(ConfigKeys.ReportsPatrolFromCmps));
    }

    [Fact]
    public void Unit_ThatLeavesAConfiguredBoundary_TellsTheShoreItsNumber()
    {
        var settings = new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } };
        using var bench = new UnitBench(settings);
        bench.RunS(60);
        var start = bench.Board.Boat.Position;
        var circle = FormattableString.Invariant($"circle {(int)(start.LatitudeDeg * 1e5)} {(int)(start.LongitudeDeg * 1e5)} 1000");
        Assert.Equal(ConfigChange.Done, bench.Unit.Configuration.Set(ConfigKeys.Fence3, circle, [], new ConfigProblem()));
        bench.PowerCycle();

        bench.Until(() => bench.Shore.Events.Count > 0, 1_800_000);
        var (_, _, crossing) = Assert.Single(bench.Shore.Events);
        Assert.Equal((EventKind.Geofence, Geofence.EventCode(2, inside: false)), (crossing.Kind, crossing.Code));
    }

    private static double PerMinute(UnitBench bench)
    {
        var live = bench.Unit.Reporting.Schedule;
        var before = Sent(live);
        bench.RunS(600);
        return (Sent(live) - before) / 10.0;
    }

    private static int Sent(Core.Reports.LiveSchedule live) => Enum.GetValues<Core.Reports.LiveReason>().Sum(live.SentFor);
}
