using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Host.Board;
using BoatTelemetry.Simulator.Air;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Whole;

/// <summary>What goes wrong on a boat, one thing at a time, with the whole unit running.</summary>
public sealed class UnitFaultTests(ITestOutputHelper output)
{
    private const int MinuteMs = 60_000;

    [Fact]
    public void Unit_ColdStartOfTenMinutes_TellsNoPositionBeforeTheFirstFix()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 10 * MinuteMs } });
        bench.Run(10 * MinuteMs);
        Assert.Empty(bench.Shore.Live);
        Assert.Equal(0, bench.Shore.Tracks);
        Assert.NotEmpty(bench.Shore.Statuses);
        Assert.DoesNotContain(bench.Shore.Statuses, s => s.Status.Faults.HasFlag(UnitFaults.Receiver));
        bench.Until(() => bench.Shore.Live.Count > 0, 2 * MinuteMs);
    }

    [Fact]
    public void Unit_ReceiverAtAnotherBaudRate_IsFound()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { BaudBps = 115_200, ColdStartMs = 5_000 } });
        bench.Until(() => bench.Shore.Live.Count > 0, 2 * MinuteMs);
    }

    [Fact]
    public void Unit_SilentReceiver_IsAFlagInTheStatusAndNoOldPositionIsTold()
    {
        using var bench = Started();
        bench.Board.Receiver.IsSilent = true;
        bench.RunS(10);
        var told = bench.Shore.Live.Count;
        bench.Until(() => bench.Shore.Statuses.Any(s => s.Status.Faults.HasFlag(UnitFaults.Receiver)), 5 * MinuteMs);
        bench.RunS(120);
        Assert.InRange(bench.Shore.Live.Count, told, told + 1);

        bench.Board.Receiver.IsSilent = false;
        bench.Until(() => bench.Shore.Live.Count > told + 1, 5 * MinuteMs);
        bench.Until(() => !bench.Shore.Statuses[^1].Status.Faults.HasFlag(UnitFaults.Receiver), 10 * MinuteMs);
    }

    [Fact]
    public void Unit_RadioThatNeverRaisesTxDone_IsResetAndSpeaksAgainWhenItCan()
    {
        using var bench = Started();
        bench.Board.Radio!.Fault = TransceiverFault.NeverTxDone;
        bench.Until(() => bench.Unit.Links.LoRa.TransmitTimeouts > 0, 5 * MinuteMs);
        bench.Board.Radio.Fault = TransceiverFault.None;
        var told = bench.Shore.Live.Count;
        bench.Until(() => bench.Shore.Live.Count > told, 5 * MinuteMs);
        Assert.Equal(0, bench.Board.Resets);
    }

    [Theory]
    [InlineData(TransceiverFault.SpiAllOnes)]
    [InlineData(TransceiverFault.SpiAllZeros)]
    public void Unit_SpiThatReadsAllTheSame_IsARadioFaultAndTheRecordGoesOn(TransceiverFault fault)
    {
        using var bench = Started();
        bench.Board.Radio!.Fault = fault;
        bench.Until(() => bench.Unit.Links.LoRa.State == Core.Links.LinkState.Down, 2 * MinuteMs);
        bench.RunS(600);
        var held = bench.Unit.Reporting.Journal.HeldFrames;
        Assert.True(held > 0, bench.Describe());
        bench.Board.Radio.Fault = TransceiverFault.None;
        bench.Until(() => bench.Shore.Statuses.Any(s => s.Status.Faults.HasFlag(UnitFaults.Radio)), 15 * MinuteMs);
        bench.Until(() => bench.Unit.Reporting.Journal.HeldFrames == 0, 60 * MinuteMs);
        Assert.Equal(0, bench.Board.Resets);
    }

    [Fact]
    public void Unit_SosWhileTransmitting_IsTheNextFrameOnTheAir()
    {
        using var bench = Started();
        bench.Until(() => bench.Board.Radio!.IsTransmitting, 5 * MinuteMs);
        bench.Board.Panel.Sos!.Close();
        var tookMs = bench.Until(() => bench.Shore.Events.Any(e => e.Event.Kind == EventKind.Sos), 10_000);
        output.WriteLine($"ashore {tookMs} ms after the press began, of which 2,000 are the hold");
    }

    [Fact]
    public void Unit_SosPressedWhileTheLoopIsBusy_IsNotLost()
    {
        using var bench = Started();

        // Pressed and let go while no step is taken at all: only the interrupts see it.
        bench.Board.Panel.Sos!.Press(2_500);
        bench.Board.Advance(3_000);
        bench.Until(() => bench.Shore.Events.Any(e => e.Event.Kind == EventKind.Sos), 10_000);
    }

    [Fact]
    public void Unit_SosBeforeAPowerCut_ArrivesAfterIt()
    {
        using var bench = Started();
        bench.Shore.Listens = false;
        bench.Board.Panel.Sos!.Close();
        bench.RunS(10);
        bench.PowerCycle();
        bench.Board.Panel.Sos.Open();
        bench.RunS(60);
        Assert.Empty(bench.Shore.Events);
        bench.Shore.Listens = true;
        bench.Until(() => bench.Shore.Events.Any(e => e.Event.Kind == EventKind.Sos), 10 * MinuteMs);
    }

    [Fact]
    public void Unit_SosUnansweredWhenThePowerFailed_IsAnSosAgainOnTheAirAndOnThePanel()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        bench.Until(() => bench.Shore.Live.Count > 0, 120_000);
        bench.Shore.Listens = false;
        bench.Board.Panel.Sos!.Close();
        bench.RunS(5);
        bench.Board.Panel.Sos.Open();
        bench.PowerCycle();
        LoRaEmission? first = null;
        bench.Shore.OnAir = emission => first ??= emission;

        bench.Until(() => first is not null, 10_000);
        Assert.Equal(FrameKind.Event, (FrameKind)((first!.Frame[0] >> 2) & 0xF));
        Assert.Equal(10, first.SpreadingFactor);
        Assert.True(bench.Unit.Reporting.Condition.Alarm);
        bench.Until(() => bench.Unit.Panel.Shown.Sos == Core.Sensors.SosProgress.Sent, 5_000);

        bench.Shore.Listens = true;
        var tookMs = bench.Until(() => bench.Shore.Events.Count > 0, 60_000);
        bench.Until(() => bench.Unit.Panel.Shown.Sos == Core.Sensors.SosProgress.Acknowledged, 15_000);
        output.WriteLine($"ashore {tookMs} ms after the shore listened");
        Assert.Equal(EventKind.Sos, Assert.Single(bench.Shore.Events).Event.Kind);
    }

    [Fact]
    public void Unit_ClockThatGoesBack_RepeatsNoNonceAndGoesOn()
    {
        using var bench = Started();
        var nonces = new Dictionary<(bool Durable, int Counter), byte[]>();
        bench.Shore.OnAir = emission => CheckNonce(nonces, emission.Frame);
        bench.RunS(60);
        bench.Board.ReceiverTimeError = TimeSpan.FromHours(-1);
        bench.Until(() => bench.Unit.Time.Steps > 0, 2 * MinuteMs);
        for (var i = 0; i < 3; i++)
        {
            bench.RunS(120);
            bench.PowerCycle();
        }

        var told = bench.Shore.Live.Count;
        bench.Until(() => bench.Shore.Live.Count > told, 5 * MinuteMs);
        Assert.Equal(0, bench.Shore.Rejected);
    }

    [Fact]
    public void Unit_BrownOutAtAnyByteOfAConfigurationWrite_HasTheOldConfigurationOrTheNewOne()
    {
        var random = Seed.New(output);
        for (var run = 0; run < 12; run++)
        {
            using var bench = new UnitBench();
            bench.RunS(2);
            bench.Flash.Config.CutPowerIn(1 + random.Next(5), random.Next(4096), (TornWrite)random.Next(3), random.Next());
            var configuration = new Configuration(new ConfigStore(bench.Flash.Config), ConfigMigration.Known);
            try
            {
                configuration.Load(bench.Unit.Log, 0);
                configuration.Set(ConfigKeys.ReportsPatrolS, 90, [], new ConfigProblem());
            }
            catch (PowerCutException)
            {
                output.WriteLine($"cut in run {run}");
            }

            bench.PowerCycle();
            var after = new Configuration(new ConfigStore(bench.Flash.Config), ConfigMigration.Known);
            after.Load(bench.Unit.Log, 0);
            Assert.Equal(UnitBench.UnitId, after.Running.Number(ConfigKeys.UnitId));
            Assert.Contains(after.Running.Number(ConfigKeys.ReportsPatrolS), new[] { 60, 90 });
            bench.Until(() => bench.Shore.Statuses.Count > 0, 2 * MinuteMs);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Unit_ASensorThatIsAbsent_IsUnknownAndTheRestGoesOn(int absent)
    {
        using var bench = new UnitBench(configure: config => config.TrySet(ConfigKeys.SensorsBilgeLevel, true, new ConfigProblem()));
        bench.Board.Sensors.All[absent].IsFitted = false;
        bench.PowerCycle();
        bench.Until(() => bench.Shore.Live.Count > 0 && bench.Shore.Statuses.Count > 0, 3 * MinuteMs);
        bench.RunS(60);
        Assert.NotEqual(Core.Sensors.SensorFaults.None, bench.Unit.Sensors.Readings.Faults);
        Assert.Equal(0, bench.Board.Resets);
    }

    [Fact]
    public void Unit_PowerChipOfTheTBeamAbsent_IsAFaultAndTheRestGoesOn()
    {
        using var bench = new UnitBench(new BoardSettings { Board = new TBeamBoard() });
        bench.Board.Sensors.PowerChip.IsFitted = false;
        bench.PowerCycle();
        bench.Until(() => bench.Shore.Live.Count > 0 && bench.Shore.Statuses.Count > 0, 3 * MinuteMs);
        bench.Until(() => bench.Shore.Statuses.Any(s => s.Status.Faults.HasFlag(UnitFaults.PowerSensor)), 5 * MinuteMs);
    }

    [Fact]
    public void Unit_LoopThatDoesNotComeRound_IsResetWithItsCauseInTheNextStatus()
    {
        using var bench = Started();
        bench.Board.Advance(40_000);
        bench.Unit.Supervisor.Watch(40_000 + bench.Board.Time.MonotonicMs);
        Assert.True(bench.Board.WantsReset);
        bench.RunS(1);
        bench.Until(() => bench.Shore.Statuses.Any(s => s.Status.ResetCause == ResetCause.Watchdog), 3 * MinuteMs);
    }

    [Fact]
    public void Unit_ThreeResetsInTenMinutes_RunsInSafeModeAndStillTellsPositionAndSos()
    {
        using var bench = Started();
        for (var i = 0; i < 3; i++)
        {
            bench.RunS(60);
            bench.PowerCycle();
        }

        Assert.True(bench.Unit.Supervisor.SafeMode);
        var told = bench.Shore.Live.Count;
        bench.Until(() => bench.Shore.Live.Count > told, 3 * MinuteMs);
        bench.Board.Panel.Sos!.Close();
        bench.Until(() => bench.Shore.Events.Any(e => e.Event.Kind == EventKind.Sos), 15_000);
        bench.Until(() => bench.Shore.Statuses.Any(s => s.Status.SafeMode), 3 * MinuteMs);
    }

    private static UnitBench Started()
    {
        var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        bench.Until(() => bench.Shore.Live.Count > 0 && bench.Shore.Statuses.Count > 0, 3 * MinuteMs);
        return bench;
    }

    private static void CheckNonce(Dictionary<(bool Durable, int Counter), byte[]> nonces, byte[] frame)
    {
        var header = new FrameHeader();
        header.Read(frame, 0, frame.Length, FrameDirection.Uplink);
        var isDurable = FrameLimits.IsDurable(header.Kind);
        var counter = isDurable ? (int)header.Counter : header.CounterLow;
        if (nonces.TryGetValue((isDurable, counter), out var before))
            Assert.Equal(Convert.ToHexString(before), Convert.ToHexString(frame));
        else
            nonces[(isDurable, counter)] = frame;
    }
}
