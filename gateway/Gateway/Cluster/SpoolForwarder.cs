using System.Collections.Concurrent;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
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
    /// Receptions of a frame come for <see cref="Admission.FrameAdmission.DuplicateWindowMs"/>; the rest is for the spool's commit.
    /// </summary>
    public const int ReceptionsSettleMs = 30_000;

    private static readonly TimeSpan _idle = TimeSpan.FromSeconds(1);

    // What is not forwarded then waits in the spool for the next start.
    private static readonly TimeSpan _stopLongest = TimeSpan.FromSeconds(5);

    // Between two looks at frames whose receptions are not settled.
    private static readonly TimeSpan _lookInterval = TimeSpan.FromSeconds(5);

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
    private Task _loop = Task.CompletedTask;
    private TaskCompletionSource _moved = NewSignal();
    private long _framesTo;
    private long _receptionsTo;
    private long _lookedAt;
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
        var id = _spool.CommittedId;
        while (true)
        {
            var moved = Volatile.Read(ref _moved);
            if (ForwardedId >= id || _isFailing)
                return;
            await moved.Task.WaitAsync(cancellationToken);
        }
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
#pragma warning disable CA5394 // Spreads the tries; nothing secret depends on it.
        var delay = new ReconnectDelay(Random.Shared);
#pragma warning restore CA5394
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var hasMore = await ForwardFramesAsync();
                hasMore |= await ForwardReceptionsAsync();
                if (_isFailing)
                    Log.Recovered(_log, _spool.CommittedId - ForwardedId);
                _isFailing = false;
                delay.Reset();
                if (!hasMore)
                    await WaitAsync();
            }
            catch (Exception e) when (e is ClusterException or JournalException)
            {
                _metrics.Failures.Add();
                _isFailing = true;
                Signal();
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

    // False if there was nothing.
    private async Task<bool> ForwardFramesAsync()
    {
        var committed = _spool.CommittedId;
        if (committed > _framesTo)
        {
            _spool.Read(_framesTo, BatchMax, _records);
            if (_records.Count > 0)
            {
                _batch.Set(_records);
                await StoreAsync();
                _metrics.FramesForwarded.Add(_records.Count);
            }

            // Nothing, though more is committed: numbers that stayed unused.
            Volatile.Write(ref _framesTo, _records.Count > 0 ? _records[^1].Frame.Id : committed);
            _spool.SaveCursor(FramesOutlet, _framesTo);
            Signal();
        }

        await _knowledge.ExchangeAsync(_database, _framesTo, _stopping.Token);
        return _spool.CommittedId > _framesTo;
    }

    // False if there was nothing.
    private async Task<bool> ForwardReceptionsAsync()
    {
        if (_receptionsTo >= _framesTo || _time.GetElapsedTime(_lookedAt) < _lookInterval)
            return false;
        _spool.Read(_receptionsTo, BatchMax, _records);
        var unsettled = _records.FindIndex(record => record.Frame.Id > _framesTo || !IsSettled(record.Frame.ReceivedUtcMs));
        if (unsettled >= 0)
        {
            _lookedAt = _time.GetTimestamp();
            _records.RemoveRange(unsettled, _records.Count - unsettled);
        }

        var to = _receptionsTo;
        if (_records.Count > 0)
            to = _records[^1].Frame.Id;
        else if (unsettled < 0)
            to = _framesTo;
        _records.RemoveAll(static record => record.Receptions.Count < 2);
        if (_records.Count > 0)
        {
            _batch.Set(_records);
            await StoreAsync();
        }

        if (to == _receptionsTo)
            return false;
        _receptionsTo = to;
        _spool.SaveCursor(ReceptionsOutlet, to);
        return true;
    }

    // What claims to be of the future was heard before the clock was set back.
    private bool IsSettled(long receivedUtcMs)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        return receivedUtcMs < now - ReceptionsSettleMs || receivedUtcMs > now + ReceptionsSettleMs;
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
        await _spool.WaitForCommitAsync(_framesTo, timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Signal() => Interlocked.Exchange(ref _moved, NewSignal()).SetResult();

    private static partial class Log
    {
        [LoggerMessage(801, LogLevel.Warning, "Cluster: {Message}; {Behind} numbers wait in the spool, next try in {DelayMs} ms")]
        public static partial void Failed(ILogger log, string message, long behind, int delayMs);

        [LoggerMessage(802, LogLevel.Information, "Cluster: the database answers again; {Behind} numbers wait in the spool")]
        public static partial void Recovered(ILogger log, long behind);
    }
}
