using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// The MQTT outlet: keeps a connection up for ever, and over each one publishes what is committed from then on at once, and beside
/// it what was committed before and not delivered. At least once: what was not acknowledged when a connection or the
/// process ended is published again with the same message id.
/// </summary>
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
    StageGuard guard,
    GatewayMetrics metrics,
    PublishMetrics publishMetrics,
    TimeProvider time,
    ILogger<JournalPublisher> log) : IHostedService, IDisposable
{
    /// <summary>The cursor's name in the journal.</summary>
    public const string Outlet = "mqtt";

    /// <summary>A connection that stood so long was a good one: the next failure waits little again.</summary>
    public static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly IOutletCompanion[] _companions = [.. companions];
    private readonly PresentFrames _present = new(activity);
    private DeliveredRanges? _delivered;
    private Task? _loop;
    private long _behind;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _delivered = new DeliveredRanges(journal, Outlet, time);
        metrics.Gauge("publish.behind", "Committed numbers that are not delivered.", () => Volatile.Read(ref _behind));
        _loop = guard.Run(nameof(JournalPublisher), RunAsync);
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
        var left = Behind();
        if (left > 0)
            Log.LeftInJournal(log, left);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        _abort.Dispose();
    }

    private async Task RunAsync()
    {
#pragma warning disable CA5394 // Spreads reconnections; nothing secret depends on it.
        var delay = new ReconnectDelay(Random.Shared);
#pragma warning restore CA5394
        while (!_stopping.IsCancellationRequested)
        {
            var begin = time.GetTimestamp();
            try
            {
                await UseOneConnectionAsync();
            }
            catch (Exception e) when (e is MqttLinkException or JournalException)
            {
                metrics.ConnectionsFailed.Add();
                if (time.GetElapsedTime(begin) > StableAfter)
                    delay.Reset();
                var wait = delay.Next();
                Log.ConnectionFailed(log, connections.Address, e.Message, (int)wait.TotalMilliseconds);
                await Task.Delay(wait, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested || _abort.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task UseOneConnectionAsync()
    {
        await using var link = await connections.ConnectAsync(states.Will(), _stopping.Token);
        metrics.ConnectionsMade.Add();
        var liveAfter = journal.CommittedId;
        _delivered!.BeginLive(liveAfter);
        Log.Connected(log, connections.Address, liveAfter, _delivered.GapNumbers);
        await link.PublishAsync(states.Online(), _abort.Token);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var beside = Task.WhenAll(_companions.Select(companion => companion.RunAsync(link, end.Token)));
        try
        {
            using var pump = new PublishPump(
                link, journal, Message, _delivered, liveAfter, options.CatchUpPerS, connections.PublishesPendingMax, metrics,
                publishMetrics.CaughtUp, time, log);
            await pump.RunAsync(_stopping.Token, _abort.Token);
        }
        finally
        {
            await end.CancelAsync();
            await EndAsync(beside);
        }

        await link.PublishAsync(states.Stopped(), _abort.Token);
        await link.DisconnectAsync();
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

    private long Behind() => _delivered is null ? 0 : _delivered.GapNumbers + Math.Max(0, journal.CommittedId - _delivered.High);

    // Null for a unit that was taken out of the fleet since, for there is no agency to publish it for, and for a body that
    // does not read, which may be one of an operating area that was changed since.
    private MqttMessage? Message(JournalRecord record, bool isGap, MessageBuffer buffer)
    {
        Volatile.Write(ref _behind, Behind());
        var registry = fleet.Current;
        var frame = record.Frame;
        if (registry.Find(frame.Unit) is not { } unit)
        {
            metrics.MessagesWithoutUnit.Add();
            return null;
        }

        var message = messages.Make(record, unit, registry.AreaOf(unit), _present.Take(in frame, isGap), buffer);
        if (message is null)
        {
            publishMetrics.Unreadable.Add();
            Log.Unreadable(log, frame.Id, frame.Kind, frame.Unit, frame.Counter);
        }

        return message;
    }

    private static partial class Log
    {
        [LoggerMessage(401, LogLevel.Information, "MQTT {Address}: connected; publishing the journal after {LiveAfter}, and {Gap} numbers before it that are not delivered")]
        public static partial void Connected(ILogger log, string address, long liveAfter, long gap);

        [LoggerMessage(402, LogLevel.Warning, "MQTT {Address}: {Message}; again in {DelayMs} ms")]
        public static partial void ConnectionFailed(ILogger log, string address, string message, int delayMs);

        [LoggerMessage(403, LogLevel.Warning, "MQTT: stopped with {Left} numbers of the journal not published; the next start goes on with them")]
        public static partial void LeftInJournal(ILogger log, long left);

        [LoggerMessage(406, LogLevel.Warning, "Number {Id} of the journal does not read, and is passed over: {Kind} {Counter} of unit {Unit}")]
        public static partial void Unreadable(ILogger log, long id, FrameKind kind, int unit, uint counter);
    }
}
