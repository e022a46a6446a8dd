using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// The MQTT outlet: over each connection of a keeper publishes the journal from the outlet's cursor on,
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
    FrameTraces traces,
    TimeProvider time,
    ILogger<JournalPublisher> log) : IHostedService, IDisposable
{
    /// <summary>The cursor's name in the journal.</summary>
    public const string Outlet = "mqtt";

    private static readonly TimeSpan _readAgainAfter = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort = new();
    private MqttKeeper? _keeper;
    private Task? _loop;
    private long _cursor;

    /// <summary>How the connection is; null before the start.</summary>
    public MqttKeeperStatus? Connection => _keeper?.Status;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _cursor = journal.LoadCursor(Outlet);
        metrics.Gauge("publish.behind", "Committed numbers beyond the cursor.", () => journal.CommittedId - Volatile.Read(ref _cursor));
        _keeper = connections.Keeper(states.Will);
        metrics.Gauge("publish.connected", "1 while a connection to a broker stands.", () => _keeper.Status.IsConnected ? 1 : 0);
        metrics.Gauge(
            "publish.preferred", "1 while a connection to the most preferred broker stands.", () => _keeper.Status.IsPreferred ? 1 : 0);
        _loop = guard.Run(nameof(JournalPublisher), () => _keeper.RunAsync(SessionAsync, _stopping.Token));
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

    private async Task SessionAsync(IMqttLink link, CancellationToken leave)
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(_abort.Token, leave);
        Log.Publishing(log, _cursor);
        await SayAsync(link, states.Online(), abort.Token);
        await PublishJournalAsync(link, abort.Token);
        await SayAsync(link, states.Stopped(), abort.Token);
    }

    // A journal that cannot be read is no fault of the connection's: it stands, and reading is tried again.
    private async Task PublishJournalAsync(IMqttLink link, CancellationToken abort)
    {
        while (true)
        {
            using var pump = new PublishPump(link, journal, Message, _cursor, connections.PublishesPendingMax, metrics, time, log, traces);
            try
            {
                await pump.RunAsync(_stopping.Token, abort);
                return;
            }
            catch (JournalException e)
            {
                Log.JournalNotRead(log, e.Message, (int)_readAgainAfter.TotalMilliseconds);
            }
            finally
            {
                Volatile.Write(ref _cursor, pump.Cursor);
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
        catch (MqttLinkException e) when (e.Failure == MqttLinkFailure.MessageTooLarge)
        {
            metrics.MessagesRefused.Add();
            Log.StateTooLarge(log, e.Message);
        }
    }

    // Null for a unit that was taken out of the fleet since: there is no agency to publish it for.
    private MqttMessage? Message(JournalRecord record) =>
        fleet.Current is var registry && registry.Find(record.Frame.Unit) is { } unit ? positions.Make(record, unit, registry.Area) : null;

    private static partial class Log
    {
        [LoggerMessage(453, LogLevel.Information, "MQTT: publishing the journal after {Cursor}")]
        public static partial void Publishing(ILogger log, long cursor);

        [LoggerMessage(403, LogLevel.Warning, "MQTT: stopped with {Left} numbers of the journal not published; the next start goes on with them")]
        public static partial void LeftInJournal(ILogger log, long left);

        [LoggerMessage(454, LogLevel.Error, "MQTT: the journal was not read: {Message}; again in {DelayMs} ms")]
        public static partial void JournalNotRead(ILogger log, string message, int delayMs);

        [LoggerMessage(455, LogLevel.Error, "MQTT: this gateway's state is not published: {Message}")]
        public static partial void StateTooLarge(ILogger log, string message);
    }
}
