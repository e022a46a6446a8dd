using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Reports;

/// <summary>Takes a request for durable frames to be sent again.</summary>
public interface IBacklogRequest
{
    /// <summary>Puts the frames held with these counters, both included, in front of the backlog. False if it cannot.</summary>
    bool TryRequest(uint fromCounter, uint toCounter);
}

/// <summary>Shows the crew that their call for help has been seen.</summary>
public interface ISosIndicator
{
    /// <summary>Shows it, with the shore's code, 1 to 255, or 0 for none. False if nothing can show it.</summary>
    bool TryShowAcknowledged(uint eventCounter, int code);
}

/// <summary>Takes the keys from <see cref="UnitKeys"/> into use: <see cref="KeyedCipher"/> and the downlinks' openers.</summary>
public interface IKeyUser
{
    /// <summary>The keys are others than before.</summary>
    void KeysChanged();
}

/// <summary>
/// The unit's side of commands. A command is remembered in flash before it is carried out, so a loss of power or a replay
/// never carries it out twice; it may then not have been carried out at all, and the shore sees that in the status.
/// Allocates nothing. One thread.
/// </summary>
public sealed class CommandExecutor : ICommandSink
{
    private const int Results = (int)CommandResult.Failed + 1;
    private const long MinuteMs = 60_000;

    private readonly UnitKeys _keys;
    private readonly IClock _clock;
    private readonly LiveSchedule _live;
    private readonly TrackRecorder _track;
    private readonly IStatusRequest _status;
    private readonly UnitState _state;
    private readonly IBacklogRequest _backlog;
    private readonly ISosIndicator _sos;
    private readonly IKeyUser _keyUser;
    private readonly int _orderDurationMs;
    private readonly int[] _results = new int[Results];

    /// <param name="keys">Loaded; they also remember the last command, which the state is told of.</param>
    /// <param name="clock">For the expiry of commands.</param>
    /// <param name="live">Takes orders for live positions.</param>
    /// <param name="track">Takes orders for the track.</param>
    /// <param name="status">Asked for a status behind each command.</param>
    /// <param name="state">Told the last command and its result.</param>
    /// <param name="backlog">Sends durable frames again.</param>
    /// <param name="sos">Shows the crew that their SOS was seen.</param>
    /// <param name="keyUser">Told of a new key.</param>
    public CommandExecutor(
        UnitKeys keys,
        IClock clock,
        LiveSchedule live,
        TrackRecorder track,
        IStatusRequest status,
        UnitState state,
        IBacklogRequest backlog,
        ISosIndicator sos,
        IKeyUser keyUser)
    {
        _keys = keys;
        _clock = clock;
        _live = live;
        _track = track;
        _status = status;
        _state = state;
        _backlog = backlog;
        _sos = sos;
        _keyUser = keyUser;
        _orderDurationMs = live.OrderDurationMs;
        state.LastCommand = keys.LastCommand == UnitKeys.NoCommand ? StatusReport.NoCounter : (uint)keys.LastCommand;
    }

    /// <summary>Commands that came to a result, since start.</summary>
    public int CountOf(CommandResult result)
    {
        return _results[(int)result];
    }

    /// <inheritdoc/>
    public CommandResult Execute(Command command, uint counter, bool underPreviousKey)
    {
        CommandResult result = Check(command);
        if (result == CommandResult.Done)
        {
            result = command.Kind == CommandKind.KeyChange
                ? ChangeKey(command, counter, underPreviousKey)
                : CarryOut(command, counter);
        }
        else
        {
            // Refused is refused for good, also after a restart; if it cannot be kept it would be refused again.
            _keys.TryRemember(counter);
        }

        Tell(result, counter);
        AskForStatus(command, result);
        return result;
    }

    /// <inheritdoc/>
    public void NotUnderstood(uint counter)
    {
        _keys.TryRemember(counter);
        Tell(CommandResult.RefusedNotUnderstood, counter);
        _status.Request(StatusCause.Command, true);
    }

    private CommandResult Check(Command command)
    {
        if (command.Kind < CommandKind.ReportInterval || command.Kind > CommandKind.KeyChange)
        {
            return CommandResult.RefusedNotUnderstood;
        }

        if (IsExpired(command))
        {
            return CommandResult.RefusedExpired;
        }

        bool inRange = true;
        if (command.Kind == CommandKind.ReportInterval)
        {
            inRange = _live.IsOrder(command.LiveIntervalS * 1000L, command.DurationMin * MinuteMs)
                && _track.IsOrder(command.TrackIntervalS);
        }
        else if (command.Kind == CommandKind.BacklogRange)
        {
            inRange = command.FromCounter <= command.ToCounter;
        }

        return inRange ? CommandResult.Done : CommandResult.RefusedOutOfRange;
    }

    // Without the time nobody can tell that an order is still wanted. An answer to an SOS cannot be older than the SOS,
    // and a status harms nobody: these two are carried out.
    private bool IsExpired(Command command)
    {
        if (command.ExpiryUtcMs == UtcTime.Unknown)
        {
            return false;
        }

        long nowMs = _clock.UtcMs;
        if (nowMs == UtcTime.Unknown)
        {
            return command.Kind != CommandKind.SosAcknowledged && command.Kind != CommandKind.StatusRequest;
        }

        return nowMs >= command.ExpiryUtcMs;
    }

    private CommandResult CarryOut(Command command, uint counter)
    {
        if (!_keys.TryRemember(counter))
        {
            return CommandResult.Failed;
        }

        bool done = true;
        switch (command.Kind)
        {
            case CommandKind.ReportInterval:
                Order(command);
                break;
            case CommandKind.BacklogRange:
                done = _backlog.TryRequest(command.FromCounter, command.ToCounter);
                break;
            case CommandKind.SosAcknowledged:
                done = _sos.TryShowAcknowledged(command.EventCounter, command.SosCode);
                break;
            default:
                // A status request; every command asks for one below.
                break;
        }

        return done ? CommandResult.Done : CommandResult.Failed;
    }

    private void Order(Command command)
    {
        long nowMs = _clock.MonotonicMs;
        long durationMs = command.DurationMin == 0 ? _orderDurationMs : command.DurationMin * MinuteMs;
        _live.TryOrder(command.LiveIntervalS * 1000L, durationMs, nowMs);
        _track.TryOrder(command.TrackIntervalS, nowMs + durationMs);
    }

    private CommandResult ChangeKey(Command command, uint counter, bool underPreviousKey)
    {
        switch (_keys.Change(command.Key, underPreviousKey, counter))
        {
            case KeyChange.Changed:
                _keyUser.KeysChanged();
                return CommandResult.Done;
            case KeyChange.AlreadyInUse:
                return CommandResult.Done;
            case KeyChange.FromOldKey:
                _keys.TryRemember(counter);
                return CommandResult.Failed;
            default:
                return CommandResult.Failed;
        }
    }

    private void Tell(CommandResult result, uint counter)
    {
        _results[(int)result]++;
        _state.LastCommand = counter;
        _state.CommandResult = result;
    }

    // The result stands in the long form alone. A new key is confirmed by the frame itself, which must reach far: short.
    private void AskForStatus(Command command, CommandResult result)
    {
        bool done = result == CommandResult.Done;
        if (done && command.Kind == CommandKind.KeyChange)
        {
            _status.Request(StatusCause.KeyChanged, false);
        }
        else
        {
            _status.Request(StatusCause.Command, !done || command.Kind != CommandKind.StatusRequest || command.LongStatus);
        }
    }
}
