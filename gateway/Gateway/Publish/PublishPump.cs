using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>Makes a frame's message into a buffer; null passes the frame over.</summary>
/// <param name="record">The frame.</param>
/// <param name="isGap">It was committed before the connection.</param>
/// <param name="buffer">Keeps the payload.</param>
internal delegate MqttMessage? MakeMessage(JournalRecord record, bool isGap, MessageBuffer buffer);

/// <summary>
/// Publishes the journal over one connection, in two lanes: what is committed from now on goes first and at once, what
/// was committed before and not delivered goes beside it at a bounded rate. Each lane is in the journal's order, keeps publishes
/// waiting behind those on their way, and counts as delivered only what was acknowledged without a gap.
/// </summary>
/// <param name="link">The connection.</param>
/// <param name="journal">What is published.</param>
/// <param name="make">Makes the messages.</param>
/// <param name="delivered">What was delivered before; a connection has begun in it.</param>
/// <param name="liveAfter">The number that it began after.</param>
/// <param name="catchUpPerS">The bounded rate, frames a second.</param>
/// <param name="publishesPendingMax">The link's own <see cref="MqttLinkOptions.PublishesPendingMax"/>.</param>
/// <param name="metrics">Counters.</param>
/// <param name="caughtUp">Counts what came out of a gap.</param>
/// <param name="time">Clock.</param>
/// <param name="log">Log.</param>
/// <param name="traces">Is told of each frame's end here.</param>
/// <param name="memory">Marks now and then how far the broker was told; null: nobody does.</param>
internal sealed partial class PublishPump(
    IMqttLink link,
    IJournal journal,
    MakeMessage make,
    DeliveredRanges delivered,
    long liveAfter,
    int catchUpPerS,
    int publishesPendingMax,
    GatewayMetrics metrics,
    EventCounter caughtUp,
    TimeProvider time,
    ILogger log,
    FrameTraces? traces = null,
    BrokerMemory? memory = null) : IDisposable
{
    /// <summary>Publishes given to the link for each one it may have on its way: the next go out without a look here.</summary>
    public const int PendingPerPublish = 2;

    // A quarter of what is on its way at most is from a gap, so that live traffic never stands behind much of it.
    private const int GapShare = 4;

    // Each saved cursor is a commit; after a crash, what lies beyond the last saved one is published twice.
    private const int SaveEvery = 512;
    private static readonly TimeSpan _saveInterval = TimeSpan.FromMilliseconds(200);

    // PUBACK reason codes (MQTT 5 section 3.4.2.1) that are the message's own fault: it would be refused for ever.
    private const byte TopicNameInvalid = 0x90;
    private const byte PayloadFormatInvalid = 0x99;

    // Named limits: publishes given to the link and not yet acknowledged.
    private readonly int _pendingMax = PendingPerPublish * publishesPendingMax;
    private readonly int _gapPendingMax = Math.Max(1, publishesPendingMax / GapShare);

    private readonly PublishLane _live = new(journal, liveAfter);
    private readonly CatchUpRate _rate = new(catchUpPerS, time);
    private readonly Stack<MessageBuffer> _free = new();
    private readonly List<Task> _waits = [];
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private PublishLane? _gap;
    private Task? _pause;
    private Task? _commitWait;
    private long _settled;
    private long _savedSettled;
    private long _savedAt = time.GetTimestamp();

    // In a cluster others go on committing while this one stops.
    private long _last = long.MaxValue;

    private int PendingCount => _live.Pending.Count + (_gap?.Pending.Count ?? 0);

    private bool HasMoreLive => _live.HasRecords || Math.Min(journal.CommittedId, _last) > _live.ReadTo;

    /// <summary>
    /// Publishes until <paramref name="stopping"/> and nothing is left that was committed by then, or <paramref name="abort"/>. What is left
    /// in gaps is for the next connection.
    /// </summary>
    /// <exception cref="MqttLinkException">The connection ended.</exception>
    /// <exception cref="JournalException">The journal could not be read.</exception>
    public async Task RunAsync(CancellationToken stopping, CancellationToken abort)
    {
        await using var registration = stopping.UnsafeRegister(static stop => ((TaskCompletionSource)stop!).TrySetResult(), _stop);
        try
        {
            while (true)
            {
                if (stopping.IsCancellationRequested && _last == long.MaxValue)
                    _last = journal.CommittedId;
                FillLive();
                if (!stopping.IsCancellationRequested)
                    FillGap();
                await SettleAsync(_live, isGap: false);
                if (_gap is not null)
                    await SettleAsync(_gap, isGap: true);
                Deliver();
                Save(isIdle: PendingCount == 0);
                memory?.Mark(link, delivered.Low);
                if (PendingCount == 0 && !HasMoreLive && stopping.IsCancellationRequested)
                    return;
                if (_live.Pending.Count < _pendingMax && HasMoreLive)
                    continue;
                await WaitAsync(stopping.IsCancellationRequested).WaitAsync(abort);
            }
        }
        finally
        {
            Deliver();
            Save(isIdle: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();

        // Buffers of publishes that were not settled are left alone: the link may be writing them still.
        while (_free.TryPop(out var buffer))
            buffer.Dispose();
    }

    private void FillLive()
    {
        while (_live.Pending.Count < _pendingMax && _live.Next(journal.CommittedId, _last) is { } record)
            Publish(_live, record, isGap: false);
    }

    private void FillGap()
    {
        if (!delivered.HasGap)
            return;
        _gap ??= new PublishLane(journal, delivered.Low);
        while (_gap.Pending.Count < _gapPendingMax
            && (_gap.HasRecords || _gap.ReadTo < delivered.GapTo)
            && _rate.TryTake()
            && _gap.Next(delivered.GapTo, delivered.GapTo) is { } record)
        {
            Publish(_gap, record, isGap: true);
        }
    }

    private void Publish(PublishLane lane, JournalRecord record, bool isGap)
    {
        var buffer = _free.TryPop(out var free) ? free : new MessageBuffer();
        var publish = make(record, isGap, buffer) is { } message ? link.PublishAsync(message, CancellationToken.None) : null;
        lane.Begun(publish, buffer);
    }

    private async ValueTask SettleAsync(PublishLane lane, bool isGap)
    {
        while (lane.Pending.TryPeek(out var oldest) && oldest.Publish is null or { IsCompleted: true })
        {
            var isPublished = oldest.Publish is not null;
            try
            {
                if (oldest.Publish is not null)
                {
                    await oldest.Publish;
                    metrics.MessagesPublished.Add();
                    caughtUp.Add(isGap ? 1 : 0);
                }
            }
            catch (MqttLinkException e) when (IsMessagesOwnFault(e))
            {
                metrics.MessagesRefused.Add();
                Log.Refused(log, oldest.Id, e.Message);
                isPublished = false;
            }

            traces?.Ended(oldest.Id, isPublished);
            lane.Pending.Dequeue();
            _free.Push(oldest.Buffer);
            _settled++;
        }
    }

    private void Deliver()
    {
        delivered.LiveDelivered(_live.SettledTo);
        if (_gap is null)
            return;
        var to = delivered.GapTo;
        delivered.GapDelivered(Math.Min(_gap.SettledTo, to));

        // The next gap begins behind what a former connection delivered.
        if (_gap.SettledTo >= to)
            _gap = null;
    }

    // Everything else (not authorised, quota exceeded) may be put right at the broker: the connection is given up and
    // the message tried again over the next one, so that nothing is lost over a mistake there.
    private static bool IsMessagesOwnFault(MqttLinkException e) =>
        e.IsUnsendable || (e.Failure == MqttLinkFailure.PublishRefused && e.ReasonCode is TopicNameInvalid or PayloadFormatInvalid);

    private async Task WaitAsync(bool isStopping)
    {
        _waits.Clear();
        _waits.Add(link.Disconnected);
        if (!isStopping)
            _waits.Add(_stop.Task);
        if (_live.Pending.TryPeek(out var oldest))
            _waits.Add(oldest.Publish!);
        if (_live.Pending.Count < _pendingMax && !isStopping)
            _waits.Add(NextCommit());
        if (_gap?.Pending.TryPeek(out var oldestOfGap) == true)
            _waits.Add(oldestOfGap.Publish!);
        if (delivered.HasGap && !isStopping && (_gap is null || _gap.Pending.Count < _gapPendingMax))
            _waits.Add(Pause());
        if (!isStopping && memory is not null && memory.TryNextMark(delivered.Low, _end.Token, out var nextMark))
            _waits.Add(nextMark);

        // Their outcome is looked at by those who wait for them.
        await Task.WhenAny(_waits);
        if (PendingCount == 0 && link.Disconnected.IsCompleted)
        {
            var end = await link.Disconnected;
            throw new MqttLinkException(end.Detail);
        }
    }

    private Task NextCommit()
    {
        if (_commitWait is null || _commitWait.IsCompleted)
            _commitWait = journal.WaitForCommitAsync(_live.ReadTo, _end.Token);
        return _commitWait;
    }

    private Task Pause()
    {
        if (_pause is null || _pause.IsCompleted)
            _pause = Task.Delay(_rate.Pause, time, _end.Token);
        return _pause;
    }

    private void Save(bool isIdle)
    {
        if (_settled == _savedSettled && !isIdle)
            return;
        var due = _settled - _savedSettled >= SaveEvery || time.GetElapsedTime(_savedAt) >= _saveInterval;
        if (!due && !isIdle)
            return;
        delivered.Save();
        _savedSettled = _settled;
        _savedAt = time.GetTimestamp();
    }

    private static partial class Log
    {
        [LoggerMessage(404, LogLevel.Error, "MQTT: number {Id} of the journal is not published, now or later: {Message}")]
        public static partial void Refused(ILogger log, long id, string message);
    }
}
