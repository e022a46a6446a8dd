using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Supervision;

public sealed class SupervisorTests
{
    private readonly SimulatedFlash _flash = new(1, 512, 4);
    private readonly Board _board = new();
    private readonly EventLog _log = new();

    [Fact]
    public void Start_FirstTime_IsPowerOn()
    {
        var supervisor = Start();
        Assert.Equal(ResetCause.PowerOn, supervisor.ResetCause);
        Assert.False(supervisor.SafeMode);
        Assert.Equal(1u, supervisor.Starts);
    }

    [Fact]
    public void Start_AfterPowerWent_IsWhatThePlatformSays()
    {
        Start();
        Assert.Equal(ResetCause.Unknown, Start().ResetCause);
        Assert.Equal(ResetCause.DeepSleep, Start(ResetCause.DeepSleep).ResetCause);
    }

    [Fact]
    public void Poll_LoopStopsBeating_RebootsWithTheCauseOnRecord()
    {
        var supervisor = Start();
        var loop = supervisor.AddLoop("main", 1_000, 0);
        var other = supervisor.AddLoop("mqtt", 30_000, 0);
        supervisor.Beat(loop, 900);
        supervisor.Beat(other, 900);
        supervisor.Poll(1_900);
        Assert.Equal(0, _board.Reboots);
        supervisor.Poll(1_901);
        Assert.Equal(1, _board.Reboots);
        supervisor.Poll(5_000);
        supervisor.Watch(5_000);
        Assert.Equal(1, _board.Reboots);
        var next = Start();
        Assert.Equal(ResetCause.Watchdog, next.ResetCause);
        Assert.Equal("main", next.LastFailure);
        Assert.Equal(ResetCause.Unknown, Start().ResetCause);
    }

    [Fact]
    public void Watch_MainLoopHangs_RebootsWithoutItsPoll()
    {
        var supervisor = Start();
        supervisor.AddLoop("main", 1_000, 0);
        supervisor.Watch(1_000);
        Assert.Equal(0, _board.Reboots);
        supervisor.Watch(1_001);
        Assert.Equal(1, _board.Reboots);
        Assert.Equal(ResetCause.Watchdog, Start().ResetCause);
    }

    [Fact]
    public void Poll_AllLoopsFresh_TogglesTheWatchdogAndNotOtherwise()
    {
        var supervisor = Start();
        var loop = supervisor.AddLoop("main", 2_000, 0);
        for (var ms = 0; ms <= 10_000; ms += 10)
        {
            supervisor.Beat(loop, ms);
            supervisor.Poll(ms);
        }

        Assert.Equal(20, _board.Edges);
        for (var ms = 10_010; ms <= 20_000; ms += 10)
            supervisor.Poll(ms);
        Assert.InRange(_board.Edges, 20, 24);
        Assert.Equal(1, _board.Reboots);
    }

    [Fact]
    public void Watch_MainLoopHangs_GivesTheWatchdogNoEdge()
    {
        var supervisor = Start();
        supervisor.AddLoop("main", 60_000, 0);
        for (var ms = 0; ms <= 10_000; ms += 1_000)
            supervisor.Watch(ms);
        Assert.Equal(0, _board.Edges);
    }

    [Fact]
    public void Start_ThreeResetsInTenMinutes_IsSafeModeUntilItRanStably()
    {
        Assert.False(Run(untilMs: 200_000).SafeMode);
        Assert.False(Run(untilMs: 300_000).SafeMode);
        var third = Start();
        Assert.True(third.SafeMode);
        Poll(third, 0, 1_790_000);
        Assert.True(third.SafeMode);
        Poll(third, 1_790_000, 1_801_000);
        Assert.False(third.SafeMode);
        Assert.Contains(Entries(), entry => entry.Event == LogEvent.SafeModeLeft);
    }

    [Fact]
    public void Start_ThreeResetsInMoreThanTenMinutes_IsNotSafeMode()
    {
        // The run's length is known to the minute, and the minute that a reset loses counts for safe mode.
        Run(untilMs: 400_000);
        Run(untilMs: 400_000);
        Assert.False(Start().SafeMode);
    }

    [Fact]
    public void Start_ResetsInSafeMode_KeepItSafe()
    {
        Run(1_000);
        Run(1_000);
        Assert.True(Run(1_000).SafeMode);
        Assert.True(Run(1_000).SafeMode);
        Assert.True(Run(700_000).SafeMode);
        Assert.False(Start().SafeMode);
    }

    [Fact]
    public void Start_RebootsThatWereAskedFor_DoNotCount()
    {
        for (var i = 0; i < 5; i++)
        {
            var supervisor = Start();
            Assert.False(supervisor.SafeMode);
            supervisor.RequestReboot(RebootReason.Console, 1_000);
            supervisor.Poll(1_499);
            Assert.Equal(i, _board.Reboots);
            supervisor.Poll(1_500);
            Assert.Equal(i + 1, _board.Reboots);
        }

        var last = Start();
        Assert.Equal(ResetCause.Software, last.ResetCause);
        Assert.Equal((6u, 1u), (last.Starts, last.UnaskedStarts));
    }

    [Fact]
    public void Crash_OfAnything_LeavesTypeAndPlaceAndNotTheMessage()
    {
        Start().Crash(new InvalidOperationException("password is swordfish"), "Unit.Step", 5_000);
        Assert.Equal(1, _board.Reboots);
        var next = Start();
        Assert.Equal(ResetCause.Crash, next.ResetCause);
        Assert.Equal("System.InvalidOperationException in Unit.Step", next.LastFailure);
    }

    [Fact]
    public void Crash_WithALongPlace_IsCutOff()
    {
        Start().Crash(new TimeoutException(), new string('é', 200), 0);
        Assert.Equal(64, Start().LastFailure.Length);
    }

    [Fact]
    public void Start_RecordTornAtAnyByte_StartsAndTellsSomeCause()
    {
        for (var bytes = 0; bytes < 100; bytes++)
        {
            var flash = new SimulatedFlash(1, 512, 4);
            new Supervisor(flash, _board, _board, _log, new SupervisorOptions()).Start(0, ResetCause.Unknown);
            flash.PowerOn();
            var supervisor = new Supervisor(flash, _board, _board, _log, new SupervisorOptions());
            supervisor.Start(0, ResetCause.Unknown);
            flash.CutPowerIn(flash.Operations, bytes, TornWrite.Scrambled, bytes);
            Assert.Throws<PowerCutException>(() => supervisor.Crash(new TimeoutException(), "here", 0));
            flash.PowerOn();
            var next = new Supervisor(flash, _board, _board, _log, new SupervisorOptions());
            next.Start(0, ResetCause.Unknown);
            Assert.True(next.ResetCause is ResetCause.Crash or ResetCause.Unknown);
        }
    }

    [Fact]
    public void Start_FlashIsDead_RunsAndCounts()
    {
        for (var block = 0; block < 4; block++)
            _flash.SetFault(block, BlockFault.Dead);
        var supervisor = Start();
        Assert.Equal(ResetCause.Unknown, supervisor.ResetCause);
        Assert.Equal(1, supervisor.RecordsNotSaved);
        supervisor.Crash(new TimeoutException(), "here", 0);
        Assert.Equal(1, _board.Reboots);
    }

    [Fact]
    public void Poll_SteadyState_WritesNothingToFlash()
    {
        var supervisor = Start();
        Poll(supervisor, 0, 1_200_000);
        var operations = _flash.Operations;
        Poll(supervisor, 1_200_000, 4_000_000);
        Assert.Equal(operations, _flash.Operations);
    }

    [Fact]
    public void Note_MoreThanTheLogHolds_KeepsTheNewestAndAllocatesNothing()
    {
        _log.Note(0, LogEvent.Started, 0, null);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i <= 1_000; i++)
            _log.Note(i, LogEvent.SensorFault, i, "bilge");
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        var entry = new LogEntry();
        Assert.True(_log.TryRead(1, entry));
        Assert.Equal(1_001 - EventLog.EntriesMax + 1, entry.Number);
        Assert.True(_log.TryRead(1_001, entry));
        Assert.Equal(1_000, entry.Value);
        Assert.False(_log.TryRead(1_002, entry));
    }

    private Supervisor Run(long untilMs)
    {
        var supervisor = Start();
        Poll(supervisor, 0, untilMs);
        return supervisor;
    }

    private static void Poll(Supervisor supervisor, long fromMs, long untilMs)
    {
        for (var ms = fromMs; ms <= untilMs; ms += 1_000)
            supervisor.Poll(ms);
    }

    private Supervisor Start(ResetCause platformCause = ResetCause.Unknown)
    {
        _flash.PowerOn();
        var supervisor = new Supervisor(_flash, _board, _board, _log, new SupervisorOptions());
        supervisor.Start(0, platformCause);
        return supervisor;
    }

    private List<LogEntry> Entries()
    {
        var entries = new List<LogEntry>();
        for (long from = 1; ;)
        {
            var entry = new LogEntry();
            if (!_log.TryRead(from, entry))
                return entries;
            entries.Add(entry);
            from = entry.Number + 1;
        }
    }

    private sealed class Board : IReboot, IWatchdogLine
    {
        public int Reboots { get; private set; }

        public int Edges { get; private set; }

        public void Reboot() => Reboots++;

        public void Drive(bool high) => Edges++;
    }
}
