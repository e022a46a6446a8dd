using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Gateway.Fleet;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>
/// Commands for units, from the request to the result: durable before they are taken, sent again and again in the unit's
/// receive windows until its status names one of their counters, or they expire.
/// </summary>
/// <remarks>
/// One command of a unit is under way at a time, in the order of their requests; only the answer to an SOS does not wait.
/// A unit accepts counters that only go up and tells the result of the last command alone, so two at a time could lose
/// one's result. All members may be called from any thread.
/// </remarks>
#pragma warning disable CA1711 // It is a queue, though no collection: that is what everyone calls it.
public sealed partial class CommandQueue : IHostedService
#pragma warning restore CA1711
{
    /// <summary>The furthest expiry, s: 30 days.</summary>
    public const int ExpiryMaxS = 30 * 86_400;

    /// <summary>Named limit: bytes of a correlation.</summary>
    public const int CorrelationBytesMax = 256;

    /// <summary>Named limit: characters of a response topic.</summary>
    public const int TopicCharactersMax = 512;

    /// <summary>An end that nobody has taken note of is forgotten after this, days.</summary>
    public const int EndedKeptDays = 7;

    /// <summary>
    /// The first wait for a result before a command goes out again, ms; each further one is twice as long. The unit's
    /// status comes in one of its next transmissions.
    /// </summary>
    public const int RetryDelayMs = 15_000;

    /// <summary>The longest wait before a command goes out again, ms.</summary>
    public const int RetryDelayMaxMs = 600_000;

    /// <summary>
    /// So long a command goes out again as it was, and the unit carries it out once at the most. Then it is sealed anew: the
    /// unit may have accepted a higher counter, from another gateway, and would never take this one.
    /// </summary>
    public const int CounterKeptMs = 600_000;

    /// <summary>So long one try may be under way, ms: the next window may open before it has ended.</summary>
    public const int UnderWayMs = 4_000;

    private readonly DownlinkOptions _options;
    private readonly DownlinkStore _store;
    private readonly FleetSource _fleet;
    private readonly DownlinkMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<CommandQueue> _log;
    private readonly CommandFrame _frame = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<int, List<QueuedCommand>> _waiting = [];
    private readonly Dictionary<long, QueuedCommand> _ended = [];
    private readonly int[] _waitingOfUnit = new int[FrameHeader.UnitMax + 1];
    private ICommandResults? _results;
    private int _waitingCount;

    public CommandQueue(
        DownlinkOptions options,
        DownlinkStore store,
        FleetSource fleet,
        DownlinkMetrics metrics,
        TimeProvider time,
        ILogger<CommandQueue> log)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        _options = options;
        _store = store;
        _fleet = fleet;
        _metrics = metrics;
        _time = time;
        _log = log;
        metrics.Gauge("downlink.commands_waiting", "Commands without an end.", () => Volatile.Read(ref _waitingCount));
    }

    /// <summary>Commands that have no end yet.</summary>
    public int WaitingCount => Volatile.Read(ref _waitingCount);

    /// <inheritdoc/>
    /// <exception cref="DownlinkStoreException">The commands of the life before cannot be read.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var commands = _store.TryLoadCommands()
            ?? throw new DownlinkStoreException($"The commands cannot be read: {_store.LastFailure}");
        lock (_lock)
        {
            foreach (var command in commands)
            {
                if (command.End == CommandEnd.None)
                    Add(command);
                else
                    _ended.Add(command.Id, command);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Who is told of ends from now on; ends that were not taken note of are told at once.</summary>
    public void Attach(ICommandResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        List<EndedCommand> untold;
        lock (_lock)
        {
            _results = results;
            untold = [.. _ended.Values.Select(command => command.ToEnded())];
        }

        foreach (var command in untold)
            results.Ended(command);
    }

    /// <summary>The end of this command has been passed on: it need not be told again.</summary>
    public void Told(long id)
    {
        lock (_lock)
        {
            if (_ended.Remove(id) && !_store.TryDelete(id))
                StoreFailed();
        }
    }

    /// <summary>Takes a command; when this returns <see cref="CommandRefusal.None"/> it survives any restart.</summary>
    /// <param name="request">The command.</param>
    /// <param name="id">Its number, or 0.</param>
    public CommandRefusal Enqueue(CommandRequest request, out long id)
    {
        ArgumentNullException.ThrowIfNull(request);
        id = 0;
        lock (_lock)
        {
            var refusal = Check(request, out var body);
            if (refusal == CommandRefusal.None)
            {
                var added = Make(request, body);
                if (_store.TryAdd(added) is { } number)
                {
                    id = number;
                    Add(Numbered(added, number));
                }
                else
                {
                    StoreFailed();
                    refusal = CommandRefusal.StorageFailed;
                }
            }

            _metrics.CommandRefusals.Add(refusal);
            return refusal;
        }
    }

    /// <summary>Whether a command waits for this unit; asked for every frame.</summary>
    internal bool IsWaiting(int unit) => Volatile.Read(ref _waitingOfUnit[unit]) > 0;

    /// <summary>The command that may go out to this unit now, or null.</summary>
    internal QueuedCommand? Due(int unit, long nowMs)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(unit, out var commands))
                return null;
            var first = commands.Find(command => command.Kind == CommandKind.SosAcknowledged && nowMs >= command.RestsUntilMs)
                ?? commands[0];
            return nowMs >= first.RestsUntilMs && first.ExpiryUtcMs > UtcMs() ? first : null;
        }
    }

    /// <summary>
    /// The counter that a command goes out under: the last one, as long as the unit can still accept it, or
    /// <paramref name="next"/>, which is durable with it before it is used. Null if there is none.
    /// </summary>
    internal uint? CounterFor(QueuedCommand command, long nowMs, Func<uint?> next, ulong keyPrint = 0)
    {
        lock (_lock)
        {
            var isOvertaken = _waiting.TryGetValue(command.Unit, out var others)
                && others.Exists(other => other != command && other.CounterTakenMs > command.CounterTakenMs && other.HasCounter);
            command.RestsUntilMs = nowMs + UnderWayMs;

            // Another key under the same counter would be another text under one nonce.
            var isSameText = command.KeyPrint == keyPrint;
            if (command.HasCounter && isSameText && !isOvertaken && nowMs - command.CounterTakenMs < CounterKeptMs)
                return command.Counters[^1];
            if (command.End != CommandEnd.None || next() is not { } counter)
                return null;
            if (command.Counters.Count == QueuedCommand.CountersMax)
                command.Counters.RemoveAt(0);
            command.Counters.Add(counter);
            if (command.OfGateway is null && !_store.TryUpdate(command))
            {
                command.Counters.RemoveAt(command.Counters.Count - 1);
                StoreFailed();
                return null;
            }

            command.HasCounter = true;
            command.KeyPrint = keyPrint;
            command.CounterTakenMs = nowMs;
            if (_isShared)
                _countersUntold[(command.OfGateway, command.Id)] = counter;
            return counter;
        }
    }

    /// <summary>Reads a command's body for the encoder; false for a key that the fleet does not have any more.</summary>
    internal bool TryRead(QueuedCommand command, FleetUnit unit, Command into)
    {
        lock (_lock)
        {
            var rejection = _frame.ReadBody(command.Body, 0, command.Body.Length, into);
            return rejection == FrameRejection.None && (command.Kind != CommandKind.KeyChange || TryNextKey(unit, into.Key));
        }
    }

    /// <summary>It went out; it rests, and longer each time.</summary>
    internal void Sent(QueuedCommand command, long nowMs)
    {
        lock (_lock)
        {
            var delayMs = Math.Min((long)RetryDelayMs << Math.Min(command.Sends, 16), RetryDelayMaxMs);
            command.Sends++;
            command.RestsUntilMs = nowMs + delayMs;
        }
    }

    /// <summary>A unit's status has told its last command and what became of it.</summary>
    internal void Result(int unit, uint counter, CommandResult result)
    {
        var end = EndOf(result);
        if (end == CommandEnd.None)
            return;
        Note(unit, counter, result);
        EndFirst(unit, command => command.Counters.Contains(counter), end);
    }

    /// <summary>A unit has been heard under its next key: what ordered it is done, though no status needs to say so.</summary>
    internal void KeyChanged(int unit) =>
        EndFirst(unit, command => command.Kind == CommandKind.KeyChange && command.Counters.Count > 0, CommandEnd.Done);

    /// <summary>Ends what has expired, or whose unit is gone; forgets ends that nobody took note of.</summary>
    internal void Expire()
    {
        var nowUtcMs = UtcMs();
        List<QueuedCommand> ended = [];
        lock (_lock)
        {
            foreach (var command in _waiting.Values.SelectMany(commands => commands).ToList())
            {
                var end = _fleet.Current.Find(command.Unit) is null ? CommandEnd.UnitGone
                    : command.ExpiryUtcMs > nowUtcMs ? CommandEnd.None
                    : command.Counters.Count > 0 ? CommandEnd.ExpiredUnanswered : CommandEnd.ExpiredUnsent;
                if (end != CommandEnd.None && TryEnd(command, end))
                    ended.Add(command);
            }

            var before = nowUtcMs - (EndedKeptDays * 86_400_000L);
            foreach (var command in _ended.Values.Where(command => command.EndedUtcMs < before).ToList())
            {
                _ended.Remove(command.Id);
                _metrics.CommandEndsForgotten.Add();
                _store.TryDelete(command.Id);
            }
        }

        ended.ForEach(Tell);
    }

    private static CommandEnd EndOf(CommandResult result) => result switch
    {
        CommandResult.Done => CommandEnd.Done,
        CommandResult.RefusedNotUnderstood => CommandEnd.RefusedNotUnderstood,
        CommandResult.RefusedOutOfRange => CommandEnd.RefusedOutOfRange,
        CommandResult.RefusedExpired => CommandEnd.RefusedExpired,
        CommandResult.Failed => CommandEnd.Failed,
        _ => CommandEnd.None,
    };

    private static QueuedCommand Numbered(QueuedCommand command, long id) => new()
    {
        Id = id,
        Unit = command.Unit,
        Kind = command.Kind,
        Body = command.Body,
        ExpiryUtcMs = command.ExpiryUtcMs,
        QueuedUtcMs = command.QueuedUtcMs,
        ResponseTopic = command.ResponseTopic,
        Correlation = command.Correlation,
    };

    private QueuedCommand Make(CommandRequest request, byte[] body) => new()
    {
        Id = 0,
        Unit = request.Unit,
        Kind = request.Command.Kind,
        Body = body,
        ExpiryUtcMs = request.Command.ExpiryUtcMs,
        QueuedUtcMs = UtcMs(),
        ResponseTopic = request.ResponseTopic,
        Correlation = request.Correlation.ToArray(),
    };

    private CommandRefusal Check(CommandRequest request, out byte[] body)
    {
        body = [];
        if (request.Unit is < 0 or > FrameHeader.UnitMax || _fleet.Current.Find(request.Unit) is not { } unit)
            return CommandRefusal.UnknownUnit;
        if (request.Correlation.Length > CorrelationBytesMax || request.ResponseTopic?.Length > TopicCharactersMax)
            return CommandRefusal.TooLong;
        var nowUtcMs = UtcMs();
        var expiryUtcMs = request.Command.ExpiryUtcMs;
        if (expiryUtcMs == UtcTime.Unknown || expiryUtcMs <= nowUtcMs || expiryUtcMs > nowUtcMs + (ExpiryMaxS * 1000L))
            return CommandRefusal.BadExpiry;
        if (!TryEncode(request.Command, out body))
            return CommandRefusal.BadValue;
        if (request.Command.Kind == CommandKind.KeyChange && !TryNextKey(unit, new byte[Command.KeyBytes]))
            return CommandRefusal.NoNextKey;
        if (_waitingOfUnit[request.Unit] >= _options.CommandsPerUnitMax)
            return CommandRefusal.UnitQueueFull;
        return _waitingCount + _ended.Count >= _options.CommandsMax ? CommandRefusal.QueueFull : CommandRefusal.None;
    }

    private bool TryEncode(Command command, out byte[] body)
    {
        body = new byte[CommandFrame.BodyBytes(command.Kind)];
        if (body.Length == 0)
            return false;
        try
        {
            _frame.WriteBody(command, body, 0);
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }

        if (command.Kind == CommandKind.KeyChange)
            Array.Clear(body, body.Length - Command.KeyBytes, Command.KeyBytes);
        return true;
    }

    private static bool TryNextKey(FleetUnit unit, byte[] key) =>
        unit.NextKey is { } next && next.Bytes.TryCopyTo(key);

    private void EndFirst(int unit, Predicate<QueuedCommand> which, CommandEnd end)
    {
        QueuedCommand? command;
        lock (_lock)
        {
            command = _waiting.TryGetValue(unit, out var commands) ? commands.Find(which) : null;
            if (command is null || !TryEnd(command, end))
                return;
        }

        Tell(command);
    }

    // Under the lock. If the store fails it is not ended: the next status, or the next sweep, tries again.
    private bool TryEnd(QueuedCommand command, CommandEnd end)
    {
        if (command.OfGateway is not null)
            return TryEndShared(command, end);
        command.End = end;
        command.EndedUtcMs = UtcMs();
        var isKept = command.ResponseTopic is not null;
        if (!(isKept ? _store.TryUpdate(command) : _store.TryDelete(command.Id)))
        {
            command.End = CommandEnd.None;
            StoreFailed();
            return false;
        }

        Remove(command);
        if (isKept)
            _ended.Add(command.Id, command);
        _metrics.CommandEnds.Add(end);
        Log.Ended(_log, command.Id, command.Kind, command.Unit, end, command.Sends);
        return true;
    }

    private void Tell(QueuedCommand command)
    {
        if (command.OfGateway is null)
            Volatile.Read(ref _results)?.Ended(command.ToEnded());
    }

    private void Add(QueuedCommand command)
    {
        if (!_waiting.TryGetValue(command.Unit, out var commands))
            _waiting.Add(command.Unit, commands = []);
        commands.Add(command);
        if (command.OfGateway is null)
            (_waitingCount, _version) = (_waitingCount + 1, _version + 1);
        Volatile.Write(ref _waitingOfUnit[command.Unit], commands.Count);
    }

    private void Remove(QueuedCommand command)
    {
        var commands = _waiting[command.Unit];
        commands.Remove(command);
        if (command.OfGateway is null)
            (_waitingCount, _version) = (_waitingCount - 1, _version + 1);
        Volatile.Write(ref _waitingOfUnit[command.Unit], commands.Count);
        if (commands.Count == 0)
            _waiting.Remove(command.Unit);
    }

    private void StoreFailed()
    {
        _metrics.StoreFailures.Add();
        Log.StoreFailed(_log, _store.LastFailure ?? "");
    }

    private long UtcMs() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private static partial class Log
    {
        [LoggerMessage(621, LogLevel.Information, "Command {Id} ({Kind}) of unit {Unit}: {End} after {Sends} sends")]
        public static partial void Ended(ILogger log, long id, CommandKind kind, int unit, CommandEnd end, int sends);

        [LoggerMessage(622, LogLevel.Error, "The downlinks' store failed: {Message}")]
        public static partial void StoreFailed(ILogger log, string message);
    }
}
