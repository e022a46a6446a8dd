using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// The MQTT outlet: over each connection of a keeper publishes what is committed from then on at once, and beside it what was
/// committed before and not delivered. At least once: what was not acknowledged when a connection or the
/// process ended is published again with the same message id.
/// </summary>
/// <remarks>
/// Without a <see cref="BrokerMemory"/> it is one of a cluster's: it has no way to tell what a broker has forgotten, since numbers and what
/// was delivered are the shards', and one of these follows another as shards come and go.
/// </remarks>
internal sealed partial class JournalPublisher(
    MqttConnections connections,
    IJournal journal,
    FleetSource fleet,
    FrameMessages messages,
    UnitActivity activity,
    GatewayStateMessage states,
    IEnumerable<IOutletCompanion> companions,
    PublishOptions options,
    TimeSpan stopTimeout,
    OutletState state,
    StageGuard guard,
    GatewayMetrics metrics,
    PublishMetrics publishMetrics,
    FrameTraces traces,
    TimeProvider time,
    ILogger<JournalPublisher> log,
    BrokerMemory? memory = null) : IHostedService, IDisposable
{
    /// <summary>The cursor's name in the journal.</summary>
    public const string Outlet = "mqtt";

    private static readonly TimeSpan _readAgainAfter = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly IOutletCompanion[] _companions = [.. companions];
    private readonly PresentFrames _present = new(activity);
    private DeliveredRanges? _delivered;
    private MqttKeeper? _keeper;
    private Task? _loop;
    private long _behind;
    private volatile bool _isHeard;

    /// <summary>Committed numbers that are not delivered, as of the last message made.</summary>
    public long Behind => Volatile.Read(ref _behind);

    /// <summary>How the connection is; null before the start.</summary>
    public MqttKeeperStatus? Connection => _keeper?.Status;

    /// <summary>
    /// Whether a connection stands and its broker has acknowledged the state that each begins with: one that takes connections and answers
    /// nothing is of no use.
    /// </summary>
    public bool IsHeard => _isHeard;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _delivered = new DeliveredRanges(journal, Outlet);
        memory?.Load();
        _keeper = connections.Keeper(Begin, onMessage: memory is null ? null : memory.Received);
        state.Begins(this);
        _loop = guard.Run(nameof(JournalPublisher), () => _keeper.RunAsync(SessionAsync, _stopping.Token), mayEnd: memory is null);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The admission has stopped before. What it appended is committed and, if the broker is there, published, for no
    /// longer than the stop timeout; the journal keeps the rest for the next start.
    /// </remarks>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A stage before this one did not start, and with it perhaps the journal: there is nothing to publish.
        if (_loop is null)
            return;
        _abort.CancelAfter(stopTimeout);
        await journal.FlushAsync(_abort.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopping.CancelAsync();
        await _loop;
        state.Ends(this);
        var left = Undelivered();
        if (left > 0)
            Log.LeftInJournal(log, left);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        _abort.Dispose();
    }

    // Asked for before each connection.
    private MqttMessage Begin()
    {
        memory?.Begin();
        return states.Will();
    }

    private async Task SessionAsync(IMqttLink link, CancellationToken leave)
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(_abort.Token, leave);
        if (memory is not null)
            await memory.AskAsync(link, abort.Token);
        await SayAsync(link, states.Online(), abort.Token);
        _isHeard = true;
        try
        {
            await HeardSessionAsync(link, leave, abort.Token);
        }
        finally
        {
            _isHeard = false;
        }

        await SayAsync(link, states.Stopped(), abort.Token);
    }

    private async Task HeardSessionAsync(IMqttLink link, CancellationToken leave, CancellationToken abort)
    {
        await RetellAsync(abort);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, leave);
        var beside = Task.WhenAll(_companions.Select(companion => companion.RunAsync(link, end.Token)));
        try
        {
            await PublishJournalAsync(link, abort);
        }
        finally
        {
            await end.CancelAsync();
            await EndAsync(beside);
        }
    }

    private async Task RetellAsync(CancellationToken abort)
    {
        try
        {
            if (memory is not null)
                await memory.RetellAsync(_delivered!, abort);
        }
        catch (JournalException e)
        {
            // The next connection tries again: the mark stays as it is until something is delivered.
            Log.JournalNotRead(log, e.Message, 0);
        }
    }

    // A journal that cannot be read is no fault of the connection's: it stands, and reading is tried again.
    private async Task PublishJournalAsync(IMqttLink link, CancellationToken abort)
    {
        while (true)
        {
            var liveAfter = journal.CommittedId;
            _delivered!.BeginLive(liveAfter);
            Log.Publishing(log, liveAfter, _delivered.GapNumbers);
            using var pump = new PublishPump(
                link, journal, Message, _delivered, liveAfter, options.CatchUpPerS, connections.PublishesPendingMax, metrics,
                publishMetrics.CaughtUp, time, log, traces, memory);
            try
            {
                _present.Learn(journal, liveAfter);
                await pump.RunAsync(_stopping.Token, abort);
                return;
            }
            catch (JournalException e)
            {
                // A stop, or leases that are lost: whoever reads it next goes on.
                if (_stopping.IsCancellationRequested)
                    return;
                Log.JournalNotRead(log, e.Message, (int)_readAgainAfter.TotalMilliseconds);
            }

            await Task.Delay(_readAgainAfter, time, abort);
        }
    }

    // A broker whose limit is so low is one for nobody's messages, but not a reason to connect again and again.
    private async Task SayAsync(IMqttLink link, MqttMessage state, CancellationToken cancellationToken)
    {
        try
        {
            await link.PublishAsync(state, cancellationToken);
        }
        catch (MqttLinkException e) when (e.IsUnsendable)
        {
            metrics.MessagesRefused.Add();
            Log.StateTooLarge(log, e.Message);
        }
    }

    // Companions end with the connection, which the pump has learned of by itself.
    private static async Task EndAsync(Task beside)
    {
        try
        {
            await beside;
        }
        catch (Exception e) when (e is OperationCanceledException or MqttLinkException)
        {
            // Expected of them.
        }
    }

    private long Undelivered() => _delivered is null ? 0 : _delivered.GapNumbers + Math.Max(0, journal.CommittedId - _delivered.High);

    // Null for a unit that was taken out of the fleet since, for there is no agency to publish it for, and for a body that
    // does not read, which may be one of an operating area that was changed since.
    private MqttMessage? Message(JournalRecord record, bool isGap, MessageBuffer buffer)
    {
        Volatile.Write(ref _behind, Undelivered());
        var registry = fleet.Current;
        var frame = record.Frame;
        if (registry.Find(frame.Unit) is not { } unit)
        {
            metrics.MessagesWithoutUnit.Add();
            return null;
        }

        MqttMessage? message = null;
        try
        {
            message = messages.Make(record, unit, registry.AreaOf(unit), _present.Take(in frame, isGap), buffer);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or ArithmeticException)
        {
            // A damaged row, a time that no calendar has: at each start it would end the gateway before anything behind it is published.
        }

        if (message is null)
        {
            publishMetrics.Unreadable.Add();
            Log.Unreadable(log, frame.Id, frame.Kind, frame.Unit, frame.Counter);
        }

        return message;
    }

    private static partial class Log
    {
        [LoggerMessage(403, LogLevel.Warning, "MQTT: stopped with {Left} numbers of the journal not published; the next start goes on with them")]
        public static partial void LeftInJournal(ILogger log, long left);

        [LoggerMessage(406, LogLevel.Warning, "Number {Id} of the journal does not read, and is passed over: {Kind} {Counter} of unit {Unit}")]
        public static partial void Unreadable(ILogger log, long id, FrameKind kind, int unit, uint counter);

        [LoggerMessage(453, LogLevel.Information, "MQTT: publishing the journal after {LiveAfter}, and {Gap} numbers before it that are not delivered")]
        public static partial void Publishing(ILogger log, long liveAfter, long gap);

        [LoggerMessage(454, LogLevel.Error, "MQTT: the journal was not read: {Message}; again in {DelayMs} ms")]
        public static partial void JournalNotRead(ILogger log, string message, int delayMs);

        [LoggerMessage(455, LogLevel.Error, "MQTT: this gateway's state is not published: {Message}")]
        public static partial void StateTooLarge(ILogger log, string message);
    }
}
