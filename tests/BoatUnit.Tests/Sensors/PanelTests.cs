using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Sensors;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Sensors;

/// <summary>What the crew presses and sees, through pins and interrupts.</summary>
public sealed class PanelTests(ITestOutputHelper output)
{
    [Fact]
    public void Sos_HeldTwoSeconds_IsRaisedOnce()
    {
        var bench = new SensorBench();

        bench.Sos.Close();
        bench.Run(1_900);
        var isEarly = bench.Panel.Sos.IsRaised;
        bench.Run(200);

        Assert.False(isEarly);
        Assert.True(bench.Panel.Sos.IsRaised);
        Assert.True(bench.Panel.Sos.TakeRaised());
        bench.Run(10_000);
        bench.Sos.Open();
        bench.Run(1_000);
        Assert.False(bench.Panel.Sos.TakeRaised());
        Assert.True(bench.Panel.Sos.IsRaised);
    }

    [Fact]
    public void Sos_ThreePressesWhileTheLoopIsBusy_IsRaised()
    {
        var bench = new SensorBench();
        bench.Run(100);

        // No poll for five seconds: only interrupts.
        for (var press = 0; press < 3; press++)
        {
            bench.Sos.Press(120);
            bench.Advance(700);
        }

        bench.Advance(2_540);
        bench.Step();

        Assert.True(bench.Panel.Sos.TakeRaised());
    }

    [Fact]
    public void Sos_HeldAndReleasedWhileTheLoopIsBusy_IsRaised()
    {
        var bench = new SensorBench();
        bench.Run(100);

        bench.Sos.Press(2_500);
        bench.Advance(2_500);
        bench.Step();

        Assert.True(bench.Panel.Sos.TakeRaised());
        Assert.False(bench.Panel.Sos.TakeCancelled());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Sos_FewerShortPresses_IsNotRaised(int presses)
    {
        var bench = new SensorBench();
        for (var press = 0; press < presses; press++)
        {
            bench.Sos.Press(150);
            bench.Run(300);
        }

        bench.Run(10_000);

        Assert.False(bench.Panel.Sos.IsRaised);
    }

    [Fact]
    public void Sos_ThreePressesTooFarApart_IsNotRaised()
    {
        var bench = new SensorBench();
        for (var press = 0; press < 6; press++)
        {
            bench.Sos.Press(150);
            bench.Run(1_800);
        }

        Assert.False(bench.Panel.Sos.IsRaised);
    }

    [Fact]
    public void Sos_CancelledByASecondHold_NotByTheOneThatRaisedIt()
    {
        var bench = new SensorBench();
        bench.Sos.Close();
        bench.Run(20_000);
        bench.Sos.Open();
        bench.Run(500);
        Assert.True(bench.Panel.Sos.IsRaised);

        bench.Sos.Close();
        bench.Run(4_900);
        Assert.True(bench.Panel.Sos.IsRaised);
        bench.Run(300);
        bench.Sos.Open();
        bench.Run(500);

        Assert.False(bench.Panel.Sos.IsRaised);
        Assert.True(bench.Panel.Sos.TakeCancelled());
    }

    [Fact]
    public void Sos_ItsWireInTheWater_IsRaisedAndFlaggedAsStuck()
    {
        var bench = new SensorBench();
        bench.Line(bench.Description.SosPin).Drive(false);

        bench.Run(70_000);

        Assert.True(bench.Panel.Sos.IsRaised);
        Assert.Equal(SensorFaults.SosButton, bench.Readings.Faults & SensorFaults.SosButton);
    }

    [Fact]
    public void ManOverboard_OneShortPressWhileTheLoopIsBusy_IsRaised()
    {
        var bench = new SensorBench();
        bench.Run(100);

        bench.ManOverboard.Press(80);
        bench.Advance(5_000);
        bench.Step();

        Assert.True(bench.Panel.ManOverboard.TakeRaised());
        Assert.False(bench.Panel.Sos.IsRaised);
    }

    [Fact]
    public void ManOverboard_Spikes_AreNoPress()
    {
        var bench = new SensorBench();
        bench.ManOverboard.BounceEdges = 0;
        for (var spike = 0; spike < 50; spike++)
        {
            bench.ManOverboard.Press(20);
            bench.Run(200);
        }

        Assert.False(bench.Panel.ManOverboard.IsRaised);
    }

    [Fact]
    public void Latch_PressesAndPausesOfAnyLength_CountsEachAtAnyLoop()
    {
        var random = Seed.New(output);
        for (var round = 0; round < 200; round++)
        {
            var bench = new SensorBench();
            bench.Sos.BounceEdges = 2 * random.Next(0, 8);
            var latch = new ButtonLatch(new PressOptions());
            var line = bench.Line(bench.Description.SosPin);
            line.Changed += high => latch.Edge(!high, bench.Clock.MonotonicMs);
            var presses = random.Next(1, ButtonLatch.ShortPressesMax + 1);
            for (var press = 0; press < presses; press++)
            {
                bench.Sos.Press(random.Next(60, 1_800));
                bench.Advance(random.Next(60, 2_000));
                if (random.Next(3) == 0)
                    latch.Poll(!line.IsHigh, bench.Clock.MonotonicMs);
            }

            bench.Advance(100);
            latch.Poll(!line.IsHigh, bench.Clock.MonotonicMs);
            var counted = 0;
            while (latch.TryTakeShort(out _))
                counted++;

            Assert.Equal(presses, counted);
            Assert.False(latch.TryTakeLong(out _));
        }
    }

    [Fact]
    public void Tamper_OpenedForLongerThanASlam_IsToldOnce()
    {
        var bench = new SensorBench();
        bench.Run(2_000);
        bench.Tamper!.Open();
        bench.Run(300);
        bench.Tamper.Close();
        bench.Run(2_000);
        Assert.False(bench.Panel.TakeOpened());

        bench.Tamper.Open();
        bench.Run(2_000);

        Assert.True(bench.Readings.IsOpen);
        Assert.True(bench.Panel.TakeOpened());
        Assert.False(bench.Panel.TakeOpened());
    }

    [Fact]
    public void Entry_WithTheRotarySwitch_IsAContact()
    {
        var bench = new SensorBench();
        bench.Rotary!.Turn(1);
        bench.Run(50);
        bench.Rotary.Turn(41);
        bench.Run(50);
        Press(bench);
        bench.Rotary.Turn(13);
        bench.Run(50);
        Press(bench);
        bench.Rotary.Turn(4);
        bench.Rotary.Turn(-1);
        bench.Run(50);
        Press(bench);
        var report = new EventReport();

        Assert.True(bench.Panel.Entry.TryTake(report));
        Assert.Equal(EventKind.ContactSighted, report.Kind);
        Assert.Equal(42, report.Code);
        Assert.Equal(12, report.Persons);
        Assert.Equal(2, report.Vessels);
    }

    [Fact]
    public void Entry_WithOneKey_IsAContact()
    {
        var bench = new SensorBench(new TBeamBoard());
        for (var press = 0; press < 3; press++)
            Press(bench);
        for (var field = 0; field < 3; field++)
        {
            bench.Select.Press(2_500);
            bench.Run(100);
        }

        var report = new EventReport();
        Assert.True(bench.Panel.Entry.TryTake(report));
        Assert.Equal(3, report.Code);
        Assert.Equal(Core.Gnss.Fix.Unknown, report.Persons);
    }

    [Fact]
    public void Outputs_AnSos_ShowHowFarItHasCome()
    {
        var bench = new SensorBench();
        var outputs = new PanelOutputs(bench.Controller, bench.Description);
        var state = new PanelState { HasFix = true };

        Assert.Equal((0, false), Lamp(bench, outputs, state, 4_000));
        state.Sos = SosProgress.Raised;
        Assert.InRange(Lamp(bench, outputs, state, 4_000).Changes, 40, 60);
        state.Sos = SosProgress.Sent;
        Assert.InRange(Lamp(bench, outputs, state, 4_000).Changes, 8, 12);
        state.Sos = SosProgress.Acknowledged;
        var acknowledged = Lamp(bench, outputs, state, 4_000);
        Assert.InRange(acknowledged.Changes, 0, 1);
        Assert.True(bench.Line(bench.Description.AlarmLampPin).IsHigh);
        Assert.True(acknowledged.Sounded);
    }

    private static void Press(SensorBench bench)
    {
        bench.Select.Press(150);
        bench.Run(100);
    }

    private static (int Changes, bool Sounded) Lamp(SensorBench bench, PanelOutputs outputs, PanelState state, int milliseconds)
    {
        var changes = 0;
        var sounded = false;
        void Count(bool high) => changes++;
        bench.Line(bench.Description.AlarmLampPin).Changed += Count;
        for (var left = milliseconds; left > 0; left -= 10)
        {
            bench.Advance(10);
            outputs.Poll(state, bench.Clock.MonotonicMs);
            sounded |= bench.Line(bench.Description.BuzzerPin).IsHigh;
        }

        bench.Line(bench.Description.AlarmLampPin).Changed -= Count;
        return (changes, sounded);
    }
}
