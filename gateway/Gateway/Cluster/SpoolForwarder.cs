using System.Collections.Concurrent;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using BoatTelemetry.Gateway.Publish;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// An outlet of this gateway's own journal: stores its frames in the cluster's database, in order and in batches. While the database is away
/// the journal keeps them, as it does for a broker. What was sent twice is stored once.
/// </summary>
/// <remarks>
/// Each frame is read twice: at once, with the receptions that are there by then, and once more when no other
/// concentrator's reception can come any more (<see cref="ReceptionsSettleMs"/>), for those that came in between.
/// </remarks>
public sealed partial class SpoolForwarder : IHostedService, IDisposable
{
    /// <summary>The cursor's name in the spool: all frames up to it are in the database.</summary>
    public const string FramesOutlet = "cluster";

    /// <summary>The cursor's name in the spool: all receptions of frames up to it are in the database.</summary>
    public const string ReceptionsOutlet = "cluster.receptions";

    /// <summary>Named limit: frames stored with one call.</summary>
    public const int BatchMax = 512;

    /// <summary>
    /// So long after a frame was forwarded no reception of it comes any more: they come for
    /// <see cref="Admission.FrameAdmission.DuplicateWindowMs"/>, the rest is for the spool's commit.
    /// </summary>
    public const int ReceptionsSettleMs = 30_000;

    private static readonly TimeSpan _idle = TimeSpan.FromSeconds(1);

    // What is not forwarded then waits in the spool for the next start.
    private static readonly TimeSpan _stopLongest = TimeSpan.FromSeconds(5);

    // Between two notes of how far the forwarding was.
    private static readonly TimeSpan _noteInterval = TimeSpan.FromSeconds(1);

    private readonly IJournal _spool;
    private readonly ClusterDatabase _database;
    private readonly ClusterOptions _options;
    private readonly DurableKnowledge _knowledge;
    private readonly StageGuard _guard;
    private readonly ClusterMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<SpoolForwarder> _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<JournalRecord> _records = [];
    private readonly FrameBatch _batch = new();
    private readonly ConcurrentDictionary<string, bool> _ofAlone = new(StringComparer.Ordinal);

    // How far the forwarding was when, for the last ReceptionsSettleMs: one a second.
    private readonly Queue<(long Id, long At)> _notes = new();
    private readonly ConcurrentQueue<TaskCompletionSource> _flushes = new();
    private TaskCompletionSource _wake = NewSignal();
    private (long Id, long At) _lastNote;
    private Task _loop = Task.CompletedTask;
    private long _framesTo;
    private long _receptionsTo;
    private long _settledTo;
    private volatile bool _isFailing;

    public SpoolForwarder(
        IJournal spool,
        ClusterDatabase database,
        ClusterOptions options,
        DurableKnowledge knowledge,
        StageGuard guard,
        ClusterMetrics metrics,
        TimeProvider time,
        ILogger<SpoolForwarder> log)
    {
        _spool = spool;
        _database = database;
        _options = options;
        _knowledge = knowledge;
        _guard = guard;
        _metrics = metrics;
        _time = time;
        _log = log;
    }

    /// <summary>All frames of the spool up to this number are in the database.</summary>
    public long ForwardedId => Volatile.Read(ref _framesTo);

    /// <summary>Whether the last call of the database failed.</summary>
    public bool IsFailing => _isFailing;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _framesTo = _spool.LoadCursor(FramesOutlet);
        _receptionsTo = _spool.LoadCursor(ReceptionsOutlet);

        // What an earlier process has heard, this one knows no further receptions of.
        _settledTo = _spool.CommittedId;
        _lastNote = (_settledTo, _time.GetTimestamp());
        _metrics.Gauge("cluster.behind", "Committed numbers of the spool that are not in the database.", () => _spool.CommittedId - ForwardedId);
        _metrics.Gauge("cluster.failing", "1 while the database fails.", () => _isFailing ? 1 : 0);
        _loop = _guard.Run(nameof(SpoolForwarder), RunAsync);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>The admission has stopped before: the other gateways publish what it has admitted last.</remarks>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var longest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        longest.CancelAfter(_stopLongest);
        await FlushAsync(longest.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <summary>
    /// Completes when all that was appended to the spool before is in the database, or cannot be now: then the spool keeps it.
    /// </summary>
    internal async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _spool.FlushAsync(cancellationToken);
        var flushed = NewSignal();
        _flushes.Enqueue(flushed);
        Volatile.Read(ref _wake).TrySetResult();
        await flushed.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Moves an outlet's cursor in the spool on, if there is one from the time when this gateway stood alone: it would hold up the
    /// spool's retention for ever.
    /// </summary>
    internal void MoveOutletOfAlone(string outlet)
    {
        if (_ofAlone.GetOrAdd(outlet, static (name, spool) => spool.LoadCursor(name) > 0, _spool))
            _spool.SaveCursor(outlet, ForwardedId);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        var delay = new ReconnectDelay();
        List<TaskCompletionSource> flushes = [];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                flushes = TakeFlushes();
                var hasMore = await ForwardAsync(isFlush: flushes.Count > 0);
                flushes.ForEach(static flush => flush.TrySetResult());
                delay.Reset();
                if (!hasMore)
                    await WaitAsync();
            }
            catch (Exception e) when (e is ClusterException or JournalException)
            {
                _metrics.Failures.Add();
                _isFailing = true;
                flushes.ForEach(static flush => flush.TrySetResult());
                var wait = delay.Next();
                Log.Failed(_log, e.Message, _spool.CommittedId - ForwardedId, (int)wait.TotalMilliseconds);
                await Task.Delay(wait, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    // The flushes that are waited for are taken before anything is read, and so cover it. One that cannot be carried out now is over, too.
    private List<TaskCompletionSource> TakeFlushes()
    {
        List<TaskCompletionSource> flushes = [];
        Volatile.Write(ref _wake, NewSignal());
        while (_flushes.TryDequeue(out var flush))
            flushes.Add(flush);
        return flushes;
    }

    // False if there is nothing more.
    private async Task<bool> ForwardAsync(bool isFlush)
    {
        var hasMore = await ForwardFramesAsync();
        while (isFlush && hasMore)
            hasMore = await ForwardFramesAsync();
        NoteProgress();
        hasMore |= await ForwardReceptionsAsync(_settledTo);
        if (isFlush)
            await ForwardUnsettledReceptionsAsync();
        if (_isFailing)
            Log.Recovered(_log, _spool.CommittedId - ForwardedId);
        _isFailing = false;
        return hasMore;
    }

    // False if there is no more.
    private async Task<bool> ForwardFramesAsync()
    {
        var committed = _spool.CommittedId;
        if (committed > _framesTo)
        {
            _spool.Read(_framesTo, BatchMax, _records);

            // Less than was asked for: the numbers behind it stayed unused.
            var to = _records.Count == BatchMax ? _records[^1].Frame.Id : Math.Max(committed, _records.Count > 0 ? _records[^1].Frame.Id : 0);
            _batch.Set(_records, _framesTo, to);
            await StoreAsync();
            _metrics.FramesForwarded.Add(_records.Count);
            Volatile.Write(ref _framesTo, to);
            _spool.SaveCursor(FramesOutlet, to);
        }

        await _knowledge.ExchangeAsync(_database, _framesTo, _stopping.Token);
        return _spool.CommittedId > _framesTo;
    }

    private void NoteProgress()
    {
        if (_framesTo > _lastNote.Id && _time.GetElapsedTime(_lastNote.At) >= _noteInterval)
        {
            _lastNote = (_framesTo, _time.GetTimestamp());
            _notes.Enqueue(_lastNote);
        }

        while (_notes.TryPeek(out var oldest) && _time.GetElapsedTime(oldest.At).TotalMilliseconds >= ReceptionsSettleMs)
            _settledTo = _notes.Dequeue().Id;
    }

    // False if there is no more.
    private async Task<bool> ForwardReceptionsAsync(long settledTo)
    {
        var to = Math.Min(settledTo, _framesTo);
        if (_receptionsTo >= to)
            return false;
        _receptionsTo = await ForwardReceptionsAsync(_receptionsTo, to);
        _spool.SaveCursor(ReceptionsOutlet, _receptionsTo);
        return _receptionsTo < to;
    }

    // The cursor stays: more of them may come.
    private async Task ForwardUnsettledReceptionsAsync()
    {
        for (var after = _receptionsTo; after < _framesTo;)
            after = await ForwardReceptionsAsync(after, _framesTo);
    }

    // Returns up to which frame it did.
    private async Task<long> ForwardReceptionsAsync(long after, long to)
    {
        _spool.Read(after, BatchMax, _records);
        var beyond = _records.FindIndex(record => record.Frame.Id > to);
        var isFull = beyond < 0 && _records.Count == BatchMax;
        var done = isFull ? _records[^1].Frame.Id : to;
        if (beyond >= 0)
            _records.RemoveRange(beyond, _records.Count - beyond);
        _records.RemoveAll(static record => record.Receptions.Count < 2);
        if (_records.Count > 0)
        {
            _batch.SetReceptions(_records);
            await StoreAsync();
        }

        return done;
    }

    private async Task StoreAsync()
    {
        var (stored, overtaken) = await _database.RunAsync(
            connection => _batch.StoreAsync(connection, _options.GatewayIndex, _stopping.Token), _stopping.Token);
        _metrics.FramesStored.Add(stored);
        _metrics.FramesOvertaken.Add(overtaken);
    }

    private async Task WaitAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        timeout.CancelAfter(_idle);
        await Task.WhenAny(_spool.WaitForCommitAsync(_framesTo, timeout.Token), Volatile.Read(ref _wake).Task);
        await timeout.CancelAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(801, LogLevel.Warning, "Cluster: {Message}; {Behind} numbers wait in the spool, next try in {DelayMs} ms")]
        public static partial void Failed(ILogger log, string message, long behind, int delayMs);

        [LoggerMessage(802, LogLevel.Information, "Cluster: the database answers again; {Behind} numbers wait in the spool")]
        public static partial void Recovered(ILogger log, long behind);
    }
}
