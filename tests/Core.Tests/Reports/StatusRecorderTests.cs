using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;
using Xunit;

namespace BoatTelemetry.Core.Tests.Reports;

public sealed class StatusRecorderTests : IDisposable
{
    private readonly ReportingUnit _unit = new();

    [Fact]
    public void Poll_AfterStart_WaitsForTheTimeAndThenTellsAll()
    {
        _unit.Poll();
        Assert.Empty(_unit.Journal.Frames);
        _unit.Clock.UtcMs = ReportingUnit.StartUtcMs;
        _unit.Poll();
        var told = _unit.Stored(FrameKind.Status).Single();
        Assert.Equal((0, 0, true), (told.Status.OldestHeldBack, told.Status.Backlog, told.Status.IsLong));
        Assert.Equal(ReportingUnit.StartUtcMs / 1000, told.Status.UtcMs / 1000);
        Assert.Equal(1, _unit.Status.MadeFor(StatusCause.Start));
    }

    [Fact]
    public void Poll_TimeNeverKnown_TellsWithoutIt()
    {
        Run(31);
        Assert.Equal(1, _unit.Status.MadeFor(StatusCause.Start));
    }

    [Fact]
    public void Poll_ADay_GoesByTheIntervalAndSometimesLong()
    {
        _unit.Clock.UtcMs = ReportingUnit.StartUtcMs;
        Run(86_400, stepS: 10);
        Assert.Equal((1, 47), (_unit.Status.MadeFor(StatusCause.Start), _unit.Status.MadeFor(StatusCause.Interval)));
        Assert.Equal(1 + 5, _unit.Stored(FrameKind.Status).Count(codec => codec.Status.IsLong));
    }

    [Fact]
    public void Request_Twice_MakesOneInTheLongerForm()
    {
        Start();
        _unit.Status.Request(StatusCause.BaseUnknown, false);
        _unit.Status.Request(StatusCause.Command, true);
        Run(10);
        Assert.Equal(2, _unit.Journal.Frames.Count);
        Assert.Equal((61, StatusCause.BaseUnknown), (_unit.Journal.Frames[^1].Length, _unit.Status.LastCause));
        Assert.Throws<ArgumentOutOfRangeException>(() => _unit.Status.Request(StatusCause.None, false));
    }

    [Fact]
    public void Request_KeyChanged_IsMadeAtTheNextPoll()
    {
        Start();
        _unit.Status.Request(StatusCause.KeyChanged, false);
        _unit.Poll();
        Assert.Equal(24, _unit.Journal.Frames[^1].Length);
    }

    [Fact]
    public void Faults_ThatComeAndGo_AreToldAtMostOnceAMinute()
    {
        Start();
        Run(60);
        for (var i = 0; i < 600; i++)
        {
            _unit.State.Faults ^= UnitFaults.Modem;
            Run(1);
        }

        Assert.InRange(_unit.Status.MadeFor(StatusCause.FaultsChanged), 8, 10);
        _unit.State.Faults = UnitFaults.Radio;
        Run(61);
        Assert.Equal(UnitFaults.Radio, _unit.Stored(FrameKind.Status).Last().Status.Faults);
    }

    [Fact]
    public void Losses_OfEachKind_AreToldAtOnceAndThenAtMostEveryTenMinutes()
    {
        _unit.Status.FrameBytesMax = FrameLimits.FrameBytesMax;
        Start();
        TellLosses(0, 0, 0, 0);
        Run(60);
        Assert.Equal(0, _unit.Status.MadeFor(StatusCause.LossesChanged));

        TellLosses(3, 1, 2, 40);
        Run(6);
        var told = _unit.Stored(FrameKind.Status).Last().Status;
        Assert.Equal((true, 3, 1, 2, 40), (told.HasLosses, told.FramesDamaged, told.SosDropped, told.EventsLost, told.FixesLost));
        for (var fixes = 41; fixes <= 41 + 1_800; fixes++)
        {
            _unit.State.FixesLost = fixes;
            Run(1);
        }

        Assert.InRange(_unit.Status.MadeFor(StatusCause.LossesChanged), 3, 4);
        Run(600);
        Assert.Equal(1_841, FixesLostTold().Last(fixes => fixes != Fix.Unknown));
    }

    [Fact]
    public void Losses_OtherStatusFrames_DoNotHaveThem()
    {
        TellLosses(3, 1, 2, 40);
        Start();
        _unit.Status.Request(StatusCause.Command, true);
        Run(3_600);
        var told = FixesLostTold();
        Assert.Equal([40], told.Where(fixes => fixes != Fix.Unknown));
        Assert.Equal(1, _unit.Status.MadeFor(StatusCause.LossesChanged));
        Assert.True(told.Count > 3);
    }

    [Theory]
    [InlineData(24, new[] { 24, 32 })]
    [InlineData(66, new[] { 61, 32, 61 })]
    [InlineData(222, new[] { 61, 69 })]
    public void Losses_WhateverTheLinkCarries_AreDurableAtOnce(int frameBytesMax, int[] lengths)
    {
        _unit.Status.FrameBytesMax = frameBytesMax;
        Start();
        TellLosses(0, 1, 0, 0);
        Run(30);
        Assert.Equal(lengths, _unit.Journal.Frames.Select(frame => frame.Length));
    }

    [Fact]
    public void Losses_WhileTheyWait_DoNotSwallowARequestFromShore()
    {
        Start();
        TellLosses(0, 0, 0, 7);
        _unit.Journal.Answer = JournalResult.Full;
        Run(60);
        _unit.Status.Request(StatusCause.Command, false);
        _unit.Journal.Answer = JournalResult.Stored;
        Run(120);

        // Once more with the long form, which the losses had asked for and the frame had no room for.
        Assert.InRange(_unit.Status.MadeFor(StatusCause.Command), 1, 2);
        Assert.Equal([7], FixesLostTold().Where(fixes => fixes != Fix.Unknown));
    }

    [Fact]
    public void Losses_JournalRefuses_AreToldWhenItTakesThem()
    {
        Start();
        TellLosses(0, 0, 0, 7);
        _unit.Journal.Answer = JournalResult.Full;
        Run(60);
        _unit.Journal.Answer = JournalResult.Stored;
        Run(61);
        Assert.Equal([7], FixesLostTold().Where(fixes => fixes != Fix.Unknown));
    }

    [Fact]
    public void Long_OnALinkThatCannotCarryIt_IsShortAndFollowsLater()
    {
        _unit.Status.FrameBytesMax = 24;
        Start();
        Assert.Equal(24, _unit.Journal.Frames.Single().Length);
        Run(60);
        Assert.Single(_unit.Journal.Frames);
        _unit.Status.FrameBytesMax = 66;
        Run(1);
        Assert.Equal([24, 61], _unit.Journal.Frames.Select(frame => frame.Length));
        Run(60);
        Assert.Equal(2, _unit.Journal.Frames.Count);
    }

    [Fact]
    public void Fill_EverythingKnown_IsToldAsItIs()
    {
        var state = _unit.State;
        (state.SupplyMv, state.BatteryMv, state.TemperatureC, state.ResetCause) = (24_800, 3_900, 41, ResetCause.Watchdog);
        (state.Bilge, state.Faults, state.SafeMode, state.HumidityPercent) = (BilgeState.Water, UnitFaults.Journal, true, 71);
        (state.PressurePa, state.SupplyCurrentMa, state.BatteryCurrentMa, state.BilgeLevelCm) = (101_320, 900, -120, 12);
        (state.Engine1Rpm, state.Engine2Rpm, state.EngineDecihours, state.RssiDbm) = (2_400, 0, 12_345, -113);
        (state.SnrCdb, state.AirtimePermille, state.FixesRefused, state.FreeMemoryKib) = (-725, 420, 3, 71);
        (state.FirmwareVersion, state.BoardTemperatureC, state.LastCommand, state.CommandResult) = (256, 52, 511_000_000, CommandResult.Done);
        _unit.Condition.OnBattery = true;
        _unit.Clock.UtcMs = ReportingUnit.StartUtcMs;
        _unit.Fixes.OnFix(ReportingUnit.FixAt(ReportingUnit.StartUtcMs, 0, 0, 10, 0));
        _unit.Journal.DroppedFrames = 17;
        _unit.Events.Raise(EventKind.Power, _unit.Clock.MonotonicMs);
        _unit.Clock.Advance(5_000);
        _unit.Poll();

        var told = _unit.Stored(FrameKind.Status).Single().Status;
        var copied = new StatusReport();
        state.CopyTo(copied);
        Assert.Equal(Values(copied), Values(told));
        Assert.Equal((1, 1, 17, 5), (told.OldestHeldBack, told.Backlog, told.Dropped, told.UptimeS));
        Assert.Equal((9, 9, 1u, true), (told.Satellites, told.HdopE1, told.LiveCounter, told.OnBattery));
    }

    [Fact]
    public void Fill_FixIsOld_SaysNothingOfTheSky()
    {
        _unit.Clock.UtcMs = ReportingUnit.StartUtcMs;
        _unit.Fixes.OnFix(ReportingUnit.FixAt(ReportingUnit.StartUtcMs, 0, 0, 10, 0));
        _unit.Clock.Advance(11_000);
        _unit.Poll();
        var told = _unit.Stored(FrameKind.Status).Single().Status;
        Assert.Equal((Fix.Unknown, Fix.Unknown), (told.Satellites, told.HdopE1));
    }

    [Fact]
    public void Poll_JournalRefuses_TriesAgainAndForgetsNothing()
    {
        _unit.Journal.Answer = JournalResult.Full;
        Run(60);
        Assert.InRange(_unit.Status.Refusals, 3, 8);
        _unit.Journal.Answer = JournalResult.Stored;
        Run(61);
        Assert.Equal(1, _unit.Status.MadeFor(StatusCause.Start));
        Assert.True(_unit.Stored(FrameKind.Status).Single().Status.IsLong);
    }

    public void Dispose() => _unit.Dispose();

    // Of each status in turn; one codec reads them all.
    private List<int> FixesLostTold() => [.. _unit.Stored(FrameKind.Status).Select(codec => codec.Status.FixesLost)];

    private void TellLosses(int framesDamaged, int sosDropped, int eventsLost, int fixesLost)
    {
        (_unit.State.FramesDamaged, _unit.State.SosDropped) = (framesDamaged, sosDropped);
        (_unit.State.EventsLost, _unit.State.FixesLost) = (eventsLost, fixesLost);
    }

    private void Start()
    {
        _unit.Clock.UtcMs = ReportingUnit.StartUtcMs;
        _unit.Poll();
    }

    private void Run(int seconds, int stepS = 1)
    {
        for (var second = 0; second < seconds; second += stepS)
        {
            _unit.Clock.Advance(stepS * 1000);
            _unit.Poll();
        }
    }

    // What of a report comes from the state: every field that the state has by the same name.
    private static IEnumerable<string> Values(StatusReport report) => typeof(UnitState).GetFields()
        .Select(field => $"{field.Name} {typeof(StatusReport).GetField(field.Name)!.GetValue(report)}");
}
