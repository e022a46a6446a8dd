using System.Threading.Channels;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>
/// Answers units: 1. a commit says what may be acknowledged; 2. further receptions, and through a network further frames, are
/// gathered for a moment; 3. a waiting command and the acknowledgement are sealed; 4. they go out by the way that heard the
/// unit best, and if that fails by the next. docs/downlinks.md has the timing.
/// </summary>
public sealed partial class DownlinkWorker : IHostedService, ICommitListener, IUplinkListener, IDisposable
{
    /// <summary>Named limit: downlinks under way at once, over all ways.</summary>
    public const int InFlightMax = 1024;

    /// <summary>Named limit: results told and not yet looked at. A status that finds no room tells it again later.</summary>
    public const int ResultsMax = 4096;

    /// <summary>How often what has expired is looked for, and whether the clock was set, ms.</summary>
    public const int ExpireIntervalMs = 1_000;

    /// <summary>An acknowledgement through a network that must wait for a counter is tried again after this, ms.</summary>
    public const int CounterWaitMs = 1_000;

    /// <summary>
    /// Behind a live frame a command waits so long, ms: a unit that has more to say sends it at once, and then listens on
    /// another channel; one that has not listens on until its next frame.
    /// </summary>
    public const int LiveWaitMs = 1_200;

    /// <summary>Named limit: acknowledgements through a network for one gathering of frames.</summary>
    public const int AcknowledgementsMax = 8;

    /// <summary>A way through a network on which nothing was heard for so long, ms, is not tried any more.</summary>
    public const int NetworkFreshMs = 60_000;

    private readonly DownlinkOptions _options;
    private readonly FleetSource _fleet;
    private readonly CommandQueue _commands;
    private readonly DownlinkCounters _counters;
    private readonly DownlinkSealer _sealer;
    private readonly StageGuard _guard;
    private readonly DownlinkMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<DownlinkWorker> _log;
    private readonly LogSampler<DownlinkOutcome> _outcomeSampler;
    private readonly LogSampler<DownlinkDrop> _dropSampler;
    private readonly UnitWays?[] _units = new UnitWays?[FrameHeader.UnitMax + 1];
    private readonly FrameCodec _statusCodec = new();
    private readonly PriorityQueue<int, long> _due = new();
    private readonly List<Task> _inFlight = new(InFlightMax);
    private readonly Reception[] _ways = new Reception[UnitWays.WaysMax];
    private readonly Acknowledgement _said = new();
    private readonly CancellationTokenSource _stop = new();
    private DurableAnswer _answer = new();

    // Each unit is listed once, or twice if a frame comes that is to be answered sooner.
    private readonly Channel<DownlinkEvent> _events = Channel.CreateBounded<DownlinkEvent>(
        new BoundedChannelOptions((2 * (FrameHeader.UnitMax + 1)) + ResultsMax) { SingleReader = true });

    private Task _loop = Task.CompletedTask;

    public DownlinkWorker(
        DownlinkOptions options,
        DownlinkStore store,
        FleetSource fleet,
        CommandQueue commands,
        StageGuard guard,
        DownlinkMetrics metrics,
        TimeProvider time,
        ILogger<DownlinkWorker> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _fleet = fleet;
        _commands = commands;
        _counters = new DownlinkCounters(store, options.GatewayIndex, time, TimeSync.Ask());
        _sealer = new DownlinkSealer(_counters, commands);
        _guard = guard;
        _metrics = metrics;
        _time = time;
        _log = log;
        _outcomeSampler = new LogSampler<DownlinkOutcome>(time);
        _dropSampler = new LogSampler<DownlinkDrop>(time);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = _guard.Run(nameof(DownlinkWorker), RunAsync);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>What was not answered is sent by the unit again.</remarks>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _loop;
        await Task.WhenAll(_inFlight);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <inheritdoc/>
    public void Heard(int unit, FrameClass frameClass, uint counter, in Reception reception) =>
        Unit(unit).Heard(frameClass, counter, in reception);

    /// <inheritdoc/>
    public void Committed(Datagram datagram, in AdmissionState state, bool isDuplicate)
    {
        ArgumentNullException.ThrowIfNull(datagram);
        var frame = datagram.Admitted;
        var wantsCommand = _commands.IsWaiting(frame.Unit);
        if (wantsCommand && frame.Kind == FrameKind.Status)
            ReadResult(datagram, in frame);
        var unit = Unit(frame.Unit);
        if (wantsCommand && unit.HasNewKey(in state))
            _events.Writer.TryWrite(new DownlinkEvent(DownlinkEventKind.KeyChanged, frame.Unit));

        var reception = datagram.Reception;
        var isDurable = frame.Class == FrameClass.Durable;
        var gatherMs = reception.Link != UplinkLink.Lora ? _options.NetworkGatherMs : isDurable ? _options.GatherMs : LiveWaitMs;
        var dueMs = reception.ReceivedMonotonicMs + gatherMs;
        if (unit.Committed(in state, isDurable ? frame.Counter : null, wantsCommand, isDuplicate, dueMs))
            List(frame.Unit, unit, dueMs);
    }

    private static bool IsFresh(in Reception way, long nowMs) =>
        way.Link == UplinkLink.Lora || nowMs - way.ReceivedMonotonicMs <= NetworkFreshMs;

    // Made by the admission's or the journal's thread, whichever comes first.
    private UnitWays Unit(int unit) =>
        Volatile.Read(ref _units[unit]) ?? Interlocked.CompareExchange(ref _units[unit], new UnitWays(), null) ?? _units[unit]!;

    private void ReadResult(Datagram datagram, in AdmittedFrame frame)
    {
        var rejection = _statusCodec.ReadBody(frame.Kind, frame.Flags, _fleet.Current.Area, datagram.Body, 0, datagram.BodyLength);
        var status = _statusCodec.Status;
        if (rejection == FrameRejection.None && status.IsLong && status.LastCommand != StatusReport.NoCounter)
        {
            _events.Writer.TryWrite(
                new DownlinkEvent(DownlinkEventKind.Result, frame.Unit, Counter: status.LastCommand, Result: status.CommandResult));
        }
    }

    private void List(int number, UnitWays unit, long dueMs)
    {
        if (_events.Writer.TryWrite(new DownlinkEvent(DownlinkEventKind.Answer, number, dueMs)))
            return;
        unit.Unlist();
        Drop(DownlinkDrop.QueueFull, number);
    }

    private async Task RunAsync()
    {
        var nextExpireMs = NowMs();
        Task<bool>? arrival = null;
        while (!_stop.IsCancellationRequested)
        {
            while (_events.Reader.TryRead(out var happened))
                Take(in happened);
            var nowMs = NowMs();
            while (_due.TryPeek(out _, out var dueMs) && dueMs <= nowMs)
                Answer(_due.Dequeue(), nowMs);
            if (nowMs >= nextExpireMs)
            {
                _commands.Expire();
                _counters.LookAtClock();
                nextExpireMs = nowMs + ExpireIntervalMs;
            }

            var untilMs = _due.TryPeek(out _, out var next) ? Math.Min(next, nextExpireMs) : nextExpireMs;
            if (arrival is null or { IsCompleted: true })
                arrival = _events.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
            await ((Task)arrival).WaitAsync(TimeSpan.FromMilliseconds(Math.Max(1, untilMs - NowMs())), _time, _stop.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Take(in DownlinkEvent happened)
    {
        switch (happened.Kind)
        {
            case DownlinkEventKind.Result:
                _commands.Result(happened.Unit, happened.Counter, happened.Result);
                break;
            case DownlinkEventKind.KeyChanged:
                _commands.KeyChanged(happened.Unit);
                break;
            default:
                _due.Enqueue(happened.Unit, happened.DueMs);
                break;
        }
    }

    private void Answer(int number, long nowMs)
    {
        var entry = Unit(number);
        _answer.Clear();
        var count = entry.Take(_ways, out var state, out var owesAcknowledgement, ref _answer);
        if (_fleet.Current.Find(number) is not { } unit)
        {
            Drop(DownlinkDrop.UnitGone, number);
            return;
        }

        if (count == 0)
        {
            if (owesAcknowledgement)
                Drop(DownlinkDrop.NoPath, number);
            return;
        }

        // A command first: it is rare and rests after each try, while the acknowledgement comes again with the next frame.
        if (_commands.Due(number, nowMs) is { } command)
        {
            var drop = _sealer.TrySealCommand(unit, in state, command, nowMs, out var frame);
            Launch(drop, number, frame, count, command);
        }

        if (owesAcknowledgement)
            Acknowledge(entry, unit, in state, count, nowMs);
    }

    // By LoRa a window takes one frame; what it has no room for is told when the unit sends it again.
    private void Acknowledge(UnitWays entry, FleetUnit unit, in AdmissionState state, int count, long nowMs)
    {
        var window = state.Durable.ToWindow();
        var isLora = _ways[0].Link == UplinkLink.Lora;
        var most = isLora ? 1 : AcknowledgementsMax;
        for (var sent = 0; sent < most && _answer.TryNext(window, null, _said); sent++)
        {
            var drop = _sealer.TrySealAcknowledgement(unit, in state, _said, out var frame);
            if (drop == DownlinkDrop.CounterAhead && !isLora && IsFresh(in _ways[0], nowMs))
            {
                if (entry.Owes(nowMs + CounterWaitMs))
                    _due.Enqueue(unit.Unit, nowMs + CounterWaitMs);
                return;
            }

            Launch(drop, unit.Unit, frame, count, command: null);
            if (drop != DownlinkDrop.None)
                return;
        }
    }

    private void Launch(DownlinkDrop drop, int unit, byte[] frame, int count, QueuedCommand? command)
    {
        if (drop == DownlinkDrop.None && _inFlight.Count >= InFlightMax && _inFlight.RemoveAll(static task => task.IsCompleted) == 0)
            drop = DownlinkDrop.InFlightFull;
        if (drop != DownlinkDrop.None)
        {
            Drop(drop, unit);
            return;
        }

        var ways = _ways[..count];
        _inFlight.Add(_guard.Run(nameof(DownlinkWorker), () => DeliverAsync(unit, frame, ways, command)));
    }

    private async Task DeliverAsync(int unit, byte[] frame, Reception[] ways, QueuedCommand? command)
    {
        var counter = command is null ? _metrics.Acknowledgements : _metrics.Commands;
        foreach (var way in ways)
        {
            var outcome = await way.Path!.SendAsync(frame, unit, way, _stop.Token);
            counter.Add(outcome);

            // What nobody answered may have gone out all the same.
            if (command is not null && outcome is (DownlinkOutcome.Sent or DownlinkOutcome.NoAnswer))
                _commands.Sent(command, NowMs());
            if (outcome == DownlinkOutcome.Sent)
                return;

            if (_log.IsEnabled(LogLevel.Information) && _outcomeSampler.TryTake(outcome, out var suppressed))
                Log.NotSent(_log, unit, command is null ? "acknowledgement" : "command", way.Path.Name, outcome, suppressed);
        }
    }

    private void Drop(DownlinkDrop drop, int unit)
    {
        _metrics.Drops.Add(drop);
        if (_log.IsEnabled(LogLevel.Warning) && _dropSampler.TryTake(drop, out var suppressed))
            Log.Dropped(_log, unit, drop, suppressed);
    }

    private long NowMs() => _time.MonotonicMs();

    private static partial class Log
    {
        [LoggerMessage(601, LogLevel.Information, "Unit {Unit}: {What} by {Way}: {Outcome} ({Suppressed} more not logged)")]
        public static partial void NotSent(ILogger log, int unit, string what, string way, DownlinkOutcome outcome, long suppressed);

        [LoggerMessage(602, LogLevel.Warning, "Unit {Unit} is not answered: {Drop} ({Suppressed} more not logged)")]
        public static partial void Dropped(ILogger log, int unit, DownlinkDrop drop, long suppressed);
    }
}
