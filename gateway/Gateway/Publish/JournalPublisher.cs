using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// The MQTT outlet: keeps a connection up for ever, and over each one publishes the journal from the outlet's cursor on,
/// in order. At least once: what was not acknowledged when a connection or the process ended is published again with
/// the same message id.
/// </summary>
public sealed partial class JournalPublisher(
    MqttConnections connections,
    IJournal journal,
    FleetSource fleet,
    PositionMessage positions,
    GatewayStateMessage states,
    TimeSpan stopTimeout,
    StageGuard guard,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger<JournalPublisher> log) : IHostedService, IDisposable
{
    /// <summary>The cursor's name in the journal.</summary>
    public const string Outlet = "mqtt";

    /// <summary>A connection that stood so long was a good one: the next failure waits little again.</summary>
    public static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort = new();
    private Task? _loop;
    private long _cursor;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _cursor = journal.LoadCursor(Outlet);
        metrics.Gauge("publish.behind", "Committed numbers beyond the cursor.", () => journal.CommittedId - Volatile.Read(ref _cursor));
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
        var left = journal.CommittedId - _cursor;
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
        Log.Connected(log, connections.Address, _cursor);
        await link.PublishAsync(states.Online(), _abort.Token);
        using var pump = new PublishPump(link, journal, Message, _cursor, connections.PublishesPendingMax, metrics, time, log);
        try
        {
            await pump.RunAsync(_stopping.Token, _abort.Token);
        }
        finally
        {
            Volatile.Write(ref _cursor, pump.Cursor);
        }

        await link.PublishAsync(states.Stopped(), _abort.Token);
        await link.DisconnectAsync();
    }

    // Null for a unit that was taken out of the fleet since: there is no agency to publish it for. And for what is no position.
    private MqttMessage? Message(JournalRecord record) =>
        record.Frame.Class == FrameClass.Live && fleet.Current is var registry && registry.Find(record.Frame.Unit) is { } unit
            ? positions.Make(record, unit, registry.AreaOf(unit))
            : null;

    private static partial class Log
    {
        [LoggerMessage(401, LogLevel.Information, "MQTT {Address}: connected; publishing the journal after {Cursor}")]
        public static partial void Connected(ILogger log, string address, long cursor);

        [LoggerMessage(402, LogLevel.Warning, "MQTT {Address}: {Message}; again in {DelayMs} ms")]
        public static partial void ConnectionFailed(ILogger log, string address, string message, int delayMs);

        [LoggerMessage(403, LogLevel.Warning, "MQTT: stopped with {Left} numbers of the journal not published; the next start goes on with them")]
        public static partial void LeftInJournal(ILogger log, long left);
    }
}
