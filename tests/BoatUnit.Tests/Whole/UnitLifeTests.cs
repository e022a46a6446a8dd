using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Host.Board;
using BoatTelemetry.Simulator.Air;
using BoatTelemetry.Simulator.Chips;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Whole;

/// <summary>The unit from power-on to shore and back, on both reference boards.</summary>
public sealed class UnitLifeTests(ITestOutputHelper output)
{
    public static TheoryData<string> Boards() => ["t-beam", "carrier-s3"];

    [Theory]
    [MemberData(nameof(Boards))]
    public void Unit_FromPowerOn_TellsStatusAndPositionsAndItsRecordIsAcknowledged(string board)
    {
        using var bench = new UnitBench(SettingsOf(board));

        bench.Until(() => bench.Shore.Live.Count > 0, 120_000);
        bench.Until(() => bench.Shore.Statuses.Count > 0, 120_000);
        bench.Until(() => bench.Shore.Tracks > 0, 900_000);
        bench.Until(() => bench.Unit.Reporting.Journal.HeldFrames == 0, 900_000);

        output.WriteLine(bench.Describe());
        var (_, position) = bench.Shore.Live[^1];
        var boat = bench.Board.Boat.Position;
        Assert.InRange(position.LatitudeE5 / 1e5, boat.LatitudeDeg - 0.3, boat.LatitudeDeg + 0.3);
        Assert.InRange(position.LongitudeE5 / 1e5, boat.LongitudeDeg - 0.3, boat.LongitudeDeg + 0.3);
        Assert.Equal(0, bench.Shore.Rejected);
        Assert.Empty(bench.Board.Radio!.Complaints);
    }

    [Fact]
    public void Unit_SosPressed_IsAshoreInSecondsAndTheCrewSeesIt()
    {
        using var bench = new UnitBench();
        bench.Until(() => bench.Shore.Live.Count > 0, 120_000);
        bench.Board.Panel.Sos!.Close();
        var tookMs = bench.Until(() => bench.Shore.Events.Count > 0, 15_000);
        bench.Board.Panel.Sos.Open();
        bench.Until(() => bench.Unit.Panel.Shown.Sos == Core.Sensors.SosProgress.Acknowledged, 15_000);

        output.WriteLine($"ashore after {tookMs} ms");
        var (_, _, sos) = Assert.Single(bench.Shore.Events);
        Assert.Equal(EventKind.Sos, sos.Kind);
        Assert.True(sos.HasPosition);
    }

    [Fact]
    public void Unit_WhoseFlashLosesFrames_TellsTheShoreHowMany()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        bench.Shore.Listens = false;
        bench.RunS(1_800);
        var held = bench.Unit.Reporting.Journal.HeldFrames;
        Assert.True(held > 5, $"{held} frames");
        bench.Flash.Journal.FlipBit(0, 200, 3);
        bench.PowerCycle();
        bench.Shore.Listens = true;

        bench.Until(() => bench.Shore.Statuses.Exists(s => s.Status.HasLosses), 1_800_000);
        var told = bench.Shore.Statuses.Last(s => s.Status.HasLosses).Status;
        output.WriteLine($"{held} held, {told.FramesDamaged} damaged, {told.FixesLost} fixes lost");
        Assert.InRange(told.FramesDamaged, 1, held);
        Assert.Equal((0, 0), (told.SosDropped, told.EventsLost));
    }

    [Fact]
    public void Unit_SosPressedAgainThoughNobodyTookTheFirstBack_IsAnotherSos()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        bench.Until(() => bench.Shore.Live.Count > 0, 120_000);
        bench.Board.Panel.Sos!.Close();
        bench.Until(() => bench.Shore.Events.Count > 0, 15_000);
        bench.Board.Panel.Sos.Open();
        bench.RunS(3_600);
        for (var press = 0; press < 3; press++)
        {
            bench.Board.Panel.Sos.Close();
            bench.Run(200);
            bench.Board.Panel.Sos.Open();
            bench.Run(200);
        }

        bench.Until(() => bench.Shore.Events.Count > 1, 15_000);
        Assert.Equal(EventKind.Sos, bench.Shore.Events[1].Event.Kind);
    }

    [Fact]
    public void Unit_SosThatNoJournalTakes_IsNotShownAsAcknowledged()
    {
        using var bench = new UnitBench();
        bench.Until(() => bench.Shore.Live.Count > 0, 120_000);
        bench.Shore.Listens = false;
        for (var block = 0; block < bench.Flash.Journal.BlockCount; block++)
            bench.Flash.Journal.SetFault(block, BlockFault.Unwritable);
        bench.Board.Panel.Sos!.Close();
        bench.RunS(5);
        bench.Board.Panel.Sos.Open();
        bench.RunS(60);
        Assert.NotEqual(Core.Sensors.SosProgress.None, bench.Unit.Panel.Shown.Sos);
        Assert.NotEqual(Core.Sensors.SosProgress.Acknowledged, bench.Unit.Panel.Shown.Sos);
    }

    [Fact]
    public void Unit_StatusAskedForFromShore_IsToldWithWhatBecameOfTheOrder()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        LoRaEmission? last = null;
        bench.Shore.OnAir = emission => last = emission;
        bench.Until(() => bench.Shore.Live.Count > 0 && bench.Shore.Statuses.Count > 0, 120_000);
        bench.RunS(10);
        bench.Shore.Order(new Command { Kind = CommandKind.StatusRequest, LongStatus = true }, last!);
        bench.Until(() => bench.Shore.Statuses[^1].Status.CommandResult == CommandResult.Done, 120_000);
    }

    [Fact]
    public void Unit_WithoutKey_SaysNothingAndLosesNoButton()
    {
        using var bench = new UnitBench(hasKey: false);
        bench.RunS(300);
        Assert.Null(bench.Unit.Reporting);
        Assert.Empty(bench.Shore.Live);
        Assert.True(bench.Unit.Panel.Shown.HasFault);
        Assert.True(bench.Unit.Panel.Shown.HasFix);
        Assert.True(bench.Board.Panel.WatchdogEdges > 500);
    }

    private static BoardSettings SettingsOf(string board) => new()
    {
        Board = board == "t-beam" ? new TBeamBoard() : new CarrierS3Board(),
        Receiver = new SimulatedGnssOptions { ColdStartMs = 20_000 },
    };
}
