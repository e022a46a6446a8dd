using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Host.Board;
using BoatTelemetry.Simulator.Chips;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Whole;

/// <summary>A unit with a modem, mostly as its only way to shore, and what modems do.</summary>
public sealed class UnitModemTests(ITestOutputHelper output)
{
    private const int MinuteMs = 60_000;

    [Theory]
    [InlineData(SimulatedModemFamily.Sim7080)]
    [InlineData(SimulatedModemFamily.A7672)]
    public void Unit_OverTheModemAlone_TellsPositionsAndItsRecordIsAcknowledged(SimulatedModemFamily family)
    {
        using var bench = Started(family);
        bench.Until(() => bench.Shore.Tracks > 0 && bench.Unit.Reporting.Journal.HeldFrames == 0, 15 * MinuteMs);
        Assert.Equal(0, bench.Shore.Rejected);
    }

    [Fact]
    public void Unit_ModemThatDropsItsRegistration_SaysSoLaterAndLosesNothing()
    {
        using var bench = Started();
        bench.Board.Modem.ChangeRegistration(0);
        AssertOutageIsOutlived(bench, () => bench.Board.Modem.ChangeRegistration(1));
    }

    [Fact]
    public void Unit_ModemThatSaysGarbage_IsOutlived()
    {
        using var bench = Started();
        bench.Board.Modem.SaysGarbage = true;
        AssertOutageIsOutlived(bench, () => bench.Board.Modem.SaysGarbage = false);
    }

    [Fact]
    public void Unit_ModemThatStopsInTheMiddleOfALine_IsStartedAnewAndLosesNothing()
    {
        using var bench = Started();
        var starts = bench.Board.Modem.Starts;
        bench.Board.Modem.StopsMidLine = true;
        bench.Until(() => bench.Board.Modem.IsSilent, 2 * MinuteMs);
        var told = bench.Shore.Live.Count;
        bench.Until(() => bench.Shore.Live.Count > told, 20 * MinuteMs);
        Assert.True(bench.Board.Modem.Starts > starts, "it spoke again without a new start");
        bench.Until(() => bench.Unit.Reporting.Journal.HeldFrames == 0, 30 * MinuteMs);
    }

    [Fact]
    public void Unit_WhoseModemHasNoCoverage_SendsItsTrackOverLoRa()
    {
        using var bench = Started(hasLoRa: true);
        var reporting = bench.Unit.Reporting;
        bench.Until(() => reporting.Track.BlocksStored > 2 && reporting.Journal.HeldFrames == 0, 60 * MinuteMs);
        Assert.Equal(FrameLimits.FrameBytesMax, reporting.Track.FrameBytesMax);

        bench.Board.Modem.ChangeRegistration(0);
        bench.Until(() => reporting.Track.FrameBytesMax < FrameLimits.FrameBytesMax, 10 * MinuteMs);
        bench.RunS(600);
        var (tracks, blocks) = (bench.Shore.Tracks, reporting.Track.BlocksStored);
        bench.RunS(3 * 3_600);
        output.WriteLine($"{reporting.Track.BlocksStored - blocks} blocks stored, {bench.Shore.Tracks - tracks} ashore; {bench.Describe()}");
        Assert.InRange(bench.Shore.Tracks - tracks, reporting.Track.BlocksStored - blocks - 2, int.MaxValue);

        bench.Board.Modem.ChangeRegistration(1);
        bench.Until(() => reporting.Track.FrameBytesMax == FrameLimits.FrameBytesMax, 20 * MinuteMs);
    }

    private static void AssertOutageIsOutlived(UnitBench bench, Action mend)
    {
        bench.RunS(60);
        var told = bench.Shore.Live.Count;
        bench.RunS(600);
        Assert.InRange(bench.Shore.Live.Count, told, told + 2);
        Assert.True(bench.Unit.Reporting.Journal.HeldFrames > 0, bench.Describe());
        mend();
        told = bench.Shore.Live.Count;
        bench.Until(() => bench.Shore.Live.Count > told, 20 * MinuteMs);
        bench.Until(() => bench.Unit.Reporting.Journal.HeldFrames == 0, 30 * MinuteMs);
        bench.Until(() => bench.Shore.Statuses.Any(s => s.Status.Faults.HasFlag(UnitFaults.Modem)), MinuteMs);
        Assert.Equal(0, bench.Board.Resets);
        Assert.Equal(0, bench.Shore.Rejected);
    }

    private static UnitBench Started(SimulatedModemFamily family = SimulatedModemFamily.Sim7080, bool hasLoRa = false)
    {
        var settings = new BoardSettings { Modem = family, Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } };
        var bench = new UnitBench(settings, config =>
        {
            var problem = new ConfigProblem();
            config.TrySet(ConfigKeys.LoraEnabled, hasLoRa, problem);
            config.TrySet(ConfigKeys.CellularEnabled, true, problem);
            config.TrySet(ConfigKeys.CellularHost, "10.0.0.1", problem);
            config.TrySet(ConfigKeys.CellularDialect, family == SimulatedModemFamily.Sim7080 ? "sim7080" : "a7672", problem);
        });
        bench.Until(() => bench.Shore.Live.Count > 0 && bench.Shore.Statuses.Count > 0, 5 * MinuteMs);
        return bench;
    }
}
