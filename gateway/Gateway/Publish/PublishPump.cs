using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// Publishes the journal over one connection: reads ahead, keeps publishes waiting behind those on their way,
/// and moves the cursor only past what was acknowledged without a gap.
/// </summary>
/// <param name="link">The connection.</param>
/// <param name="journal">What is published.</param>
/// <param name="message">A record's message; null passes it over.</param>
/// <param name="cursor">Everything up to this number was acknowledged before.</param>
/// <param name="publishesPendingMax">The link's own <see cref="MqttLinkOptions.PublishesPendingMax"/>.</param>
/// <param name="metrics">Counters.</param>
/// <param name="time">Clock.</param>
/// <param name="log">Log.</param>
/// <param name="traces">Is told of each frame's end here.</param>
internal sealed partial class PublishPump(
    IMqttLink link,
    IJournal journal,
    Func<JournalRecord, MqttMessage?> message,
    long cursor,
    int publishesPendingMax,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger log,
    FrameTraces? traces = null) : IDisposable
{
    /// <summary>Publishes given to the link for each one it may have on its way: the next go out without a look here.</summary>
    public const int PendingPerPublish = 2;

    /// <summary>Named limit: frames read from the journal at once.</summary>
    public const int ReadMax = 256;

    // Each saved cursor is a commit; after a crash, what lies beyond the last saved one is published twice.
    private const int SaveEvery = 512;
    private static readonly TimeSpan _saveInterval = TimeSpan.FromMilliseconds(200);

    // PUBACK reason codes (MQTT 5 section 3.4.2.1) that are the message's own fault: it would be refused for ever.
    private const byte TopicNameInvalid = 0x90;
    private const byte PayloadFormatInvalid = 0x99;

    // Named limit: publishes given to the link and not yet acknowledged.
    private readonly int _pendingMax = PendingPerPublish * publishesPendingMax;

    // Without a publish: passed over, and kept here only so that the cursor moves in order.
    private readonly Queue<(long Id, Task? Publish)> _pending = new();
    private readonly List<JournalRecord> _records = [];
    private readonly CancellationTokenSource _end = new();
    private int _nextRecord;
    private long _readTo = cursor;
    private long _savedCursor = cursor;
    private long _savedAt = time.GetTimestamp();
    private Task? _commitWait;

    /// <summary>Everything up to this number was acknowledged.</summary>
    public long Cursor { get; private set; } = cursor;

    /// <summary>Publishes until <paramref name="stopping"/> and nothing committed is left, or <paramref name="abort"/>.</summary>
    /// <exception cref="MqttLinkException">The connection ended.</exception>
    /// <exception cref="JournalException">The journal could not be read.</exception>
    public async Task RunAsync(CancellationToken stopping, CancellationToken abort)
    {
        try
        {
            while (true)
            {
                Fill();
                await SettleAsync();
                SaveCursor(isIdle: _pending.Count == 0);
                if (_pending.Count == 0 && !HasMore && stopping.IsCancellationRequested)
                    return;
                if (_pending.Count < _pendingMax && HasMore)
                    continue;
                await WaitAsync(stopping).WaitAsync(abort);
            }
        }
        finally
        {
            SaveCursor(isIdle: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private bool HasMore => _nextRecord < _records.Count || journal.CommittedId > _readTo;

    private void Fill()
    {
        while (_pending.Count < _pendingMax)
        {
            if (_nextRecord == _records.Count && !ReadMore())
                return;
            var record = _records[_nextRecord++];
            var publish = message(record) is { } known ? link.PublishAsync(known, CancellationToken.None) : null;
            _pending.Enqueue((record.Frame.Id, publish));
        }
    }

    private bool ReadMore()
    {
        // Taken before the reading: what is committed meanwhile has not been asked for.
        var committed = journal.CommittedId;
        if (committed <= _readTo)
            return false;
        journal.Read(_readTo, ReadMax, _records);
        _nextRecord = 0;

        // Nothing, though more is committed: those rows are gone, which only retention does, behind every cursor.
        _readTo = _records.Count > 0 ? _records[^1].Frame.Id : committed;
        return _records.Count > 0;
    }

    private async ValueTask SettleAsync()
    {
        while (_pending.TryPeek(out var oldest) && oldest.Publish is null or { IsCompleted: true })
        {
            var isPublished = oldest.Publish is not null;
            try
            {
                await (oldest.Publish ?? Task.CompletedTask);
                (oldest.Publish is null ? metrics.MessagesWithoutUnit : metrics.MessagesPublished).Add();
            }
            catch (MqttLinkException e) when (IsMessagesOwnFault(e))
            {
                metrics.MessagesRefused.Add();
                Log.Refused(log, oldest.Id, e.Message);
                isPublished = false;
            }

            traces?.Ended(oldest.Id, isPublished);
            Cursor = oldest.Id;
            _pending.Dequeue();
        }
    }

    // Everything else (not authorised, quota exceeded) may be put right at the broker: the connection is given up and
    // the message tried again over the next one, so that nothing is lost over a mistake there.
    private static bool IsMessagesOwnFault(MqttLinkException e) =>
        e.Failure == MqttLinkFailure.MessageTooLarge
        || (e.Failure == MqttLinkFailure.PublishRefused && e.ReasonCode is TopicNameInvalid or PayloadFormatInvalid);

    private async Task WaitAsync(CancellationToken stopping)
    {
        // What was passed over has been settled, so the oldest is on its way.
        if (_pending.TryPeek(out var oldest))
        {
            if (_pending.Count >= _pendingMax)
                await AnyAsync(oldest.Publish!);
            else
                await AnyAsync(oldest.Publish!, NextCommit());
            return;
        }

        using var wake = new CancellationTokenSource();
        await using var registration = stopping.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), wake);
        var woken = Task.Delay(Timeout.InfiniteTimeSpan, wake.Token);
        await AnyAsync(NextCommit(), link.Disconnected, woken);
        await wake.CancelAsync();
        if (link.Disconnected.IsCompleted)
        {
            var end = await link.Disconnected;
            throw new MqttLinkException(end.Detail);
        }
    }

    // Their outcome is looked at by those who wait for them.
    private static Task<Task> AnyAsync(params ReadOnlySpan<Task> tasks) => Task.WhenAny(tasks);

    private Task NextCommit()
    {
        if (_commitWait is null || _commitWait.IsCompleted)
            _commitWait = journal.WaitForCommitAsync(_readTo, _end.Token);
        return _commitWait;
    }

    private void SaveCursor(bool isIdle)
    {
        if (Cursor == _savedCursor)
            return;
        var due = Cursor - _savedCursor >= SaveEvery || time.GetElapsedTime(_savedAt) >= _saveInterval;
        if (!due && !isIdle)
            return;
        journal.SaveCursor(JournalPublisher.Outlet, Cursor);
        _savedCursor = Cursor;
        _savedAt = time.GetTimestamp();
    }

    private static partial class Log
    {
        [LoggerMessage(404, LogLevel.Error, "MQTT: number {Id} of the journal is not published, now or later: {Message}")]
        public static partial void Refused(ILogger log, long id, string message);
    }
}
