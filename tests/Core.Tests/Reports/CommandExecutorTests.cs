using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.Core.Tests.Reports;

public sealed class CommandExecutorTests : IDisposable, IBacklogRequest, ISosIndicator, IKeyUser
{
    private readonly ReportingUnit _unit = new();
    private readonly SimulatedFlash _flash = new(4, 4096, 8);
    private readonly UnitKeys _keys;
    private readonly CommandExecutor _executor;
    private readonly List<string> _calls = [];
    private bool _takes = true;

    public CommandExecutorTests()
    {
        _keys = new UnitKeys(_flash, 0, 4);
        Assert.True(_keys.TryProvision(new byte[16]));
        _unit.Clock.UtcMs = ReportingUnit.StartUtcMs;
        _executor = new CommandExecutor(_keys, _unit.Clock, _unit.Schedule, _unit.Track, _unit.Status, _unit.State, this, this, this);
        _unit.Poll();
        _unit.Clock.Advance(60_000);
    }

    bool IBacklogRequest.TryRequest(uint fromCounter, uint toCounter) => Called($"backlog {fromCounter} {toCounter}");

    bool ISosIndicator.TryShowAcknowledged(uint eventCounter, int code) => Called($"sos {eventCounter} {code}");

    void IKeyUser.KeysChanged() => Called("keys");

    /// <summary>Command, what is special about it, its result, what was called, and the bytes of the status that follows.</summary>
    [Theory]
    [InlineData(CommandKind.ReportInterval, "", CommandResult.Done, "", 61)]
    [InlineData(CommandKind.ReportInterval, "live 1", CommandResult.RefusedOutOfRange, "", 61)]
    [InlineData(CommandKind.ReportInterval, "live 3601", CommandResult.RefusedOutOfRange, "", 61)]
    [InlineData(CommandKind.ReportInterval, "duration 10081", CommandResult.RefusedOutOfRange, "", 61)]
    [InlineData(CommandKind.ReportInterval, "expired", CommandResult.RefusedExpired, "", 61)]
    [InlineData(CommandKind.ReportInterval, "timeless", CommandResult.RefusedExpired, "", 61)]
    [InlineData(CommandKind.StatusRequest, "", CommandResult.Done, "", 24)]
    [InlineData(CommandKind.StatusRequest, "long", CommandResult.Done, "", 61)]
    [InlineData(CommandKind.StatusRequest, "timeless", CommandResult.Done, "", 24)]
    [InlineData(CommandKind.StatusRequest, "expired", CommandResult.RefusedExpired, "", 61)]
    [InlineData(CommandKind.BacklogRange, "", CommandResult.Done, "backlog 5 9", 61)]
    [InlineData(CommandKind.BacklogRange, "backwards", CommandResult.RefusedOutOfRange, "", 61)]
    [InlineData(CommandKind.BacklogRange, "not taken", CommandResult.Failed, "backlog 5 9", 61)]
    [InlineData(CommandKind.SosAcknowledged, "", CommandResult.Done, "sos 3 9", 61)]
    [InlineData(CommandKind.SosAcknowledged, "timeless", CommandResult.Done, "sos 3 9", 61)]
    [InlineData(CommandKind.SosAcknowledged, "not taken", CommandResult.Failed, "sos 3 9", 61)]
    [InlineData(CommandKind.KeyChange, "", CommandResult.Done, "keys", 24)]
    [InlineData(CommandKind.KeyChange, "expired", CommandResult.RefusedExpired, "", 61)]
    [InlineData(CommandKind.KeyChange, "old key", CommandResult.Failed, "", 61)]
    [InlineData((CommandKind)9, "", CommandResult.RefusedNotUnderstood, "", 61)]
    public void Execute_Table(CommandKind kind, string special, CommandResult result, string calls, int statusBytes)
    {
        var command = CommandOf(kind, special);
        _takes = special != "not taken";
        if (special == "timeless")
            _unit.Clock.UtcMs = UtcTime.Unknown;
        Assert.Equal(result, _executor.Execute(command, 511_000_000, special == "old key"));
        _unit.Poll();

        Assert.Equal(calls, string.Join(", ", _calls));
        Assert.Equal(511_000_000, _keys.LastCommand);
        Assert.Equal(1, _executor.CountOf(result));
        var status = _unit.Stored(FrameKind.Status).Last();
        Assert.Equal(statusBytes, _unit.Journal.Frames[^1].Length);
        Assert.Equal(statusBytes == 61, status.Status.IsLong);
        if (statusBytes == 61)
            Assert.Equal((511_000_000u, result), (status.Status.LastCommand, status.Status.CommandResult));
    }

    [Fact]
    public void Execute_ReportInterval_OrdersLiveAndTrackForTheTime()
    {
        var command = CommandOf(CommandKind.ReportInterval, "");
        _executor.Execute(command, 1_000, false);
        Assert.True(_unit.Schedule.HasOrder);
        var voyage = new Voyage(_unit) { Knots = 12, Course = 45 };
        voyage.Sail(60 * 30);
        _unit.Track.Flush(_unit.Clock.MonotonicMs);
        Assert.False(_unit.Schedule.HasOrder);
        Assert.Equal(LiveReason.Ordered, voyage.Sent[1].Reason);
        Assert.Equal(30, voyage.Sent[1].Second - voyage.Sent[0].Second);
        var fixes = _unit.StoredTrack();
        Assert.Equal(5, fixes[1].UtcS - fixes[0].UtcS);
        Assert.Equal(1, fixes[^1].UtcS - fixes[^2].UtcS);

        // 0 is the configured default again.
        (command.LiveIntervalS, command.TrackIntervalS) = (0, 0);
        _executor.Execute(command, 1_001, false);
        Assert.False(_unit.Schedule.HasOrder);
    }

    [Theory]
    [InlineData(CommandKind.ReportInterval)]
    [InlineData(CommandKind.BacklogRange)]
    [InlineData(CommandKind.SosAcknowledged)]
    [InlineData(CommandKind.KeyChange)]
    public void Execute_CannotBeRemembered_IsNotCarriedOut(CommandKind kind)
    {
        for (var block = 0; block < 4; block++)
            _flash.SetFault(block, BlockFault.Unwritable);
        Assert.Equal(CommandResult.Failed, _executor.Execute(CommandOf(kind, ""), 77, false));
        Assert.Empty(_calls);
        Assert.False(_unit.Schedule.HasOrder);
    }

    [Fact]
    public void Execute_KeyChange_NextFrameIsUnderTheNewKey()
    {
        var command = CommandOf(CommandKind.KeyChange, "");
        Assert.Equal(CommandResult.Done, _executor.Execute(command, 77, false));
        var key = new byte[16];
        _keys.CopyCurrent(key);
        Assert.Equal(command.Key, key);
        using var aes = new SimulatedAes(key);
        _unit.Cipher.Use(new AesCcm(aes));
        _unit.Poll();
        var codec = new FrameCodec();
        var frame = _unit.Journal.Frames[^1];
        Assert.Equal(FrameRejection.None, codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Uplink));
        Assert.Equal(FrameRejection.None, codec.Open(new AesCcm(aes), OperatingArea.Indonesia));
        Assert.Equal(StatusCause.KeyChanged, _unit.Status.LastCause);

        // Again, as the gateway does until it hears the new key: nothing changes, and it is confirmed again.
        _calls.Clear();
        Assert.Equal(CommandResult.Done, _executor.Execute(command, 78, true));
        Assert.Empty(_calls);
        Assert.Equal(StatusCause.KeyChanged, _unit.Status.Pending);
    }

    [Fact]
    public void NotUnderstood_IsRememberedAndTold()
    {
        _executor.NotUnderstood(99);
        _unit.Poll();
        Assert.Equal(99, _keys.LastCommand);
        Assert.Equal(CommandResult.RefusedNotUnderstood, _unit.Stored(FrameKind.Status).Last().Status.CommandResult);
    }

    [Fact]
    public void Construct_KeysRememberACommand_TheStatusTellsItWithoutAResult()
    {
        Assert.Equal(StatusReport.NoCounter, _unit.State.LastCommand);
        _executor.Execute(CommandOf(CommandKind.StatusRequest, ""), 1_234, false);
        var state = new UnitState();
        _ = new CommandExecutor(_keys, _unit.Clock, _unit.Schedule, _unit.Track, _unit.Status, state, this, this, this);
        Assert.Equal((1_234u, CommandResult.None), (state.LastCommand, state.CommandResult));
    }

    public void Dispose() => _unit.Dispose();

    private static Command CommandOf(CommandKind kind, string special)
    {
        var command = new Command
        {
            Kind = kind,
            ExpiryUtcMs = ReportingUnit.StartUtcMs + (special == "expired" ? 60_000 : 60_001),
            LiveIntervalS = 30, TrackIntervalS = 5, DurationMin = 20,
            LongStatus = special == "long",
            FromCounter = special == "backwards" ? 10u : 5u, ToCounter = 9,
            EventCounter = 3, SosCode = 9,
        };
        command.Key[0] = 5;
        var words = special.Split(' ');
        if (words[0] == "live")
            command.LiveIntervalS = int.Parse(words[1]);
        if (words[0] == "duration")
            command.DurationMin = int.Parse(words[1]);
        return command;
    }

    private bool Called(string call)
    {
        _calls.Add(call);
        return _takes;
    }
}
