using System.Threading.Channels;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>
/// The journal in a SQLite file: write-ahead log, synchronous FULL, one writer that commits in groups.
/// </summary>
/// <remarks>
/// When the disk fails or is full, the batch stays in memory and is tried again, for ever, with growing delays; what is
/// not committed is not published. Its datagrams are not given back meanwhile, so the ingest fills up, refuses the
/// newest and counts it (<c>QueueFull</c>). When the disk is back, the batch and everything after it is committed:
/// nothing that was admitted is lost unless the process ends first. An error says so at every try, and the gauge
/// <c>journal.failing</c> is 1. A failure that no waiting heals (<see cref="IsPermanent"/>) ends the stage, and with it
/// the process. From start to stop a lock file beside the journal keeps a second gateway out: both would give out the
/// same numbers.
/// </remarks>
public sealed partial class SqliteJournal : IJournal, IHostedService, IDisposable
{
    /// <summary>Named limit: operations in one commit.</summary>
    public const int BatchMax = 512;

    /// <summary>A commit follows the one before not sooner than this, unless a batch is full; the first is at once.</summary>
    public const int CommitIntervalMs = 5;

    /// <summary>How often what is beyond its retention is looked for.</summary>
    public static readonly TimeSpan ExpireInterval = TimeSpan.FromMinutes(10);

    private const int RetryDelayMinMs = 100;
    private const int RetryDelayMaxMs = 5000;

    private readonly string _file;
    private readonly TimeSpan _retention;
    private readonly DatagramBuffer _buffer;
    private readonly ICommitListener[] _listeners;
    private readonly StageGuard _guard;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<SqliteJournal> _log;

    // Bounded by what may be in it: one operation for each datagram of the buffer, one cursor for each outlet, one
    // Expire, and the Flush of a publisher that stops. A bounded channel would make the appending thread wait.
    // Not "single reader": that kind of channel cannot tell how much it holds.
    private readonly Channel<JournalOperation> _operations = Channel.CreateUnbounded<JournalOperation>();

    // Cursors that wait in the channel, by outlet; a newer one takes the place of its elder there.
    private readonly Dictionary<string, long> _cursors = [];
    private readonly Lock _cursorLock = new();

    private readonly List<JournalOperation> _batch = new(BatchMax);
    private readonly Lock _readLock = new();
    private readonly Lock _commitLock = new();
    private readonly CancellationTokenSource _giveUp = new();
    private TaskCompletionSource _committed = NewSignal();
    private FileStream? _lock;
    private JournalWriter? _writer;
    private JournalReader? _reader;
    private ITimer? _expireTimer;
    private Task _loop = Task.CompletedTask;
    private long _lastId;
    private long _committedId;
    private long _lastCommit;
    private int _expiresPending;
    private volatile bool _failing;

    public SqliteJournal(
        string file,
        int retentionDays,
        DatagramBuffer buffer,
        IEnumerable<ICommitListener> listeners,
        StageGuard guard,
        GatewayMetrics metrics,
        TimeProvider time,
        ILogger<SqliteJournal> log)
    {
        _file = file;
        _retention = TimeSpan.FromDays(retentionDays);
        _buffer = buffer;
        _listeners = [.. listeners];
        _guard = guard;
        _metrics = metrics;
        _time = time;
        _log = log;
        metrics.Gauge("journal.failing", "1 while commits fail.", () => _failing ? 1 : 0);
        metrics.Gauge("journal.committed_id", "The largest committed number.", () => CommittedId);
    }

    /// <summary>The file that is locked while a journal is open. It stays: deleting it would let two lock one name.</summary>
    public static string LockFile(string journal) => journal + ".lock";

    /// <inheritdoc/>
    public long CommittedId => Volatile.Read(ref _committedId);

    /// <summary>Whether the last try to commit failed.</summary>
    public bool IsFailing => _failing;

    /// <inheritdoc/>
    /// <exception cref="JournalException">The file cannot be opened, or is no journal.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(_file)) is { } folder)
                Directory.CreateDirectory(folder);
            _lock = new FileStream(LockFile(_file), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            _writer = new JournalWriter(_file);
            _reader = new JournalReader(_file);
            _lastId = _reader.LastId();
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            Close();
            throw new JournalException($"The journal {_file} cannot be opened: {e.Message}", e);
        }
        catch (JournalException)
        {
            Close();
            throw;
        }

        _committedId = _lastId;
        _loop = _guard.Run(nameof(SqliteJournal), RunAsync);
        _expireTimer = _time.CreateTimer(_ => PostExpire(), null, TimeSpan.Zero, ExpireInterval);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>Commits what was appended; gives up when <paramref name="cancellationToken"/> says that time is over.</remarks>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_expireTimer is not null)
            await _expireTimer.DisposeAsync();
        _operations.Writer.TryComplete();
        await using (cancellationToken.UnsafeRegister(source => ((CancellationTokenSource)source!).Cancel(), _giveUp))
            await _loop;
        Close();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _expireTimer?.Dispose();
        Close();
        _giveUp.Dispose();
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<int, AdmissionState>> LoadUnits() => Reading(reader => reader.Units());

    /// <inheritdoc/>
    public long LoadCursor(string outlet) => Reading(reader => reader.Cursor(outlet));

    /// <inheritdoc/>
    public void Read(long afterId, int recordsMax, List<JournalRecord> records) => Reading(reader =>
    {
        reader.Read(afterId, recordsMax, records);
        return true;
    });

    /// <inheritdoc/>
    public long Append(Datagram datagram, in AdmissionState state)
    {
        ArgumentNullException.ThrowIfNull(datagram);
        datagram.Admitted = datagram.Admitted with { Id = ++_lastId };
        _operations.Writer.TryWrite(new JournalOperation
        {
            Kind = JournalOperationKind.Frame, Id = _lastId, State = state, Datagram = datagram,
        });
        return _lastId;
    }

    /// <inheritdoc/>
    public void AppendReception(long id, int ordinal, Datagram datagram) => _operations.Writer.TryWrite(
        new JournalOperation { Kind = JournalOperationKind.Reception, Id = id, Ordinal = ordinal, Datagram = datagram });

    /// <inheritdoc/>
    public void SaveCursor(string outlet, long id)
    {
        lock (_cursorLock)
        {
            var waits = _cursors.ContainsKey(outlet);
            _cursors[outlet] = id;
            if (!waits)
                _operations.Writer.TryWrite(new JournalOperation { Kind = JournalOperationKind.Cursor, Outlet = outlet });
        }
    }

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        var flushed = NewSignal();
        if (!_operations.Writer.TryWrite(new JournalOperation { Kind = JournalOperationKind.Flush, Flushed = flushed }))
            flushed.SetException(new JournalException($"The journal {_file} commits nothing any more."));
        return flushed.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task WaitForCommitAsync(long id, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (_commitLock)
            {
                if (CommittedId > id)
                    return;
                next = _committed.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private T Reading<T>(Func<JournalReader, T> read)
    {
        lock (_readLock)
        {
            try
            {
                return read(_reader ??= new JournalReader(_file));
            }
            catch (SqliteException e)
            {
                _reader?.Dispose();
                _reader = null;
                throw new JournalException($"The journal {_file} cannot be read: {e.Message}", e);
            }
        }
    }

    /// <summary>Operations that no batch has taken yet.</summary>
    internal int OperationsPending => _operations.Reader.Count;

    /// <summary>Has what is beyond its retention looked for after the next commit.</summary>
    internal void PostExpire()
    {
        if (Interlocked.Exchange(ref _expiresPending, 1) == 0)
            _operations.Writer.TryWrite(new JournalOperation { Kind = JournalOperationKind.Expire });
    }

    private bool TryTake(out JournalOperation operation)
    {
        if (!_operations.Reader.TryRead(out operation))
            return false;
        if (operation.Kind == JournalOperationKind.Expire)
            Interlocked.Exchange(ref _expiresPending, 0);
        if (operation.Kind == JournalOperationKind.Cursor)
        {
            lock (_cursorLock)
                _cursors.Remove(operation.Outlet!, out operation.Id);
        }

        return true;
    }

    private async Task RunAsync()
    {
        try
        {
            await CommitAllAsync();
        }
        finally
        {
            FailFlushes();
        }
    }

    // After the loop nothing is committed any more: who waits for it has to know.
    private void FailFlushes()
    {
        _operations.Writer.TryComplete();
        var ended = new JournalException($"The journal {_file} commits nothing any more.");
        foreach (var operation in _batch)
            operation.Flushed?.TrySetException(ended);
        while (_operations.Reader.TryRead(out var operation))
            operation.Flushed?.TrySetException(ended);
    }

    private async Task CommitAllAsync()
    {
        while (await _operations.Reader.WaitToReadAsync())
        {
            await PaceAsync();
            _batch.Clear();
            var expire = false;
            while (_batch.Count < BatchMax && TryTake(out var operation))
            {
                expire |= operation.Kind == JournalOperationKind.Expire;
                _batch.Add(operation);
            }

            if (!await CommitAsync())
            {
                Log.GivenUp(_log, _batch.Count + _operations.Reader.Count);
                return;
            }

            Committed();
            if (expire)
                Expire();
        }
    }

    // A lone frame is committed at once; in a stream each commit gathers what came since the one before.
    private async ValueTask PaceAsync()
    {
        var left = TimeSpan.FromMilliseconds(CommitIntervalMs) - _time.GetElapsedTime(_lastCommit);
        if (left > TimeSpan.Zero && _operations.Reader.Count < BatchMax && !_operations.Reader.Completion.IsCompleted)
            await Task.Delay(left, _time);
        _lastCommit = _time.GetTimestamp();
    }

    private async ValueTask<bool> CommitAsync()
    {
        for (var delayMs = RetryDelayMinMs; ; delayMs = Math.Min(delayMs * 2, RetryDelayMaxMs))
        {
            try
            {
                _writer ??= new JournalWriter(_file);
                _writer.Commit(_batch);
                if (_failing)
                    Log.Recovered(_log, _file);
                _failing = false;
                return true;
            }
            catch (SqliteException e) when (!IsPermanent(e))
            {
                _failing = true;
                _metrics.JournalFailures.Add();
                Log.CommitFailed(_log, _file, e.Message, delayMs);
                DropWriter();
            }

            if (_giveUp.IsCancellationRequested)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(delayMs), _time, _giveUp.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Whether trying again cannot succeed: the file's content or what is to be written is at fault, not the disk
    /// (sqlite.org/rescode.html: SQLITE_CORRUPT, SQLITE_CONSTRAINT, SQLITE_NOTADB).
    /// </summary>
    internal static bool IsPermanent(SqliteException e) => e.SqliteErrorCode is 11 or 19 or 26;

    private void Close()
    {
        _reader?.Dispose();
        _writer?.Dispose();
        _lock?.Dispose();
    }

    // A connection that has seen a disk fail is not trusted again.
    private void DropWriter()
    {
        try
        {
            _writer?.Dispose();
        }
        catch (SqliteException)
        {
            // Closing reports the same failure once more.
        }

        _writer = null;
    }

    private void Committed()
    {
        var rows = 0;
        var newest = CommittedId;
        foreach (var operation in _batch)
        {
            if (operation.Kind == JournalOperationKind.Frame)
            {
                newest = operation.Id;
                foreach (var listener in _listeners)
                    listener.Committed(operation.Datagram!, in operation.State, operation.IsDuplicate);
            }

            if (operation.Datagram is not null)
            {
                rows++;
                _buffer.Return(operation.Datagram);
            }
        }

        _metrics.Commits.Add();
        _metrics.RowsCommitted.Add(rows);
        TaskCompletionSource signal;
        lock (_commitLock)
        {
            Volatile.Write(ref _committedId, newest);
            signal = _committed;
            _committed = NewSignal();
        }

        signal.SetResult();
        foreach (var operation in _batch)
            operation.Flushed?.TrySetResult();
    }

    private void Expire()
    {
        try
        {
            var before = _time.GetUtcNow() - _retention;
            var frames = _writer!.Expire(before.ToUnixTimeMilliseconds());
            _metrics.RowsExpired.Add(frames);
            if (frames == JournalWriter.ExpireFramesMax)
                PostExpire();
        }
        catch (SqliteException e) when (!IsPermanent(e))
        {
            _metrics.JournalFailures.Add();
            Log.ExpireFailed(_log, _file, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(301, LogLevel.Error, "Journal {File}: commit failed: {Message}; kept in memory, next try in {DelayMs} ms")]
        public static partial void CommitFailed(ILogger log, string file, string message, int delayMs);

        [LoggerMessage(302, LogLevel.Warning, "Journal {File}: commits succeed again, nothing was lost")]
        public static partial void Recovered(ILogger log, string file);

        [LoggerMessage(303, LogLevel.Critical, "Journal: stopped with {Operations} operations not committed; they are lost")]
        public static partial void GivenUp(ILogger log, int operations);

        [LoggerMessage(304, LogLevel.Warning, "Journal {File}: deleting after retention failed: {Message}; tried again later")]
        public static partial void ExpireFailed(ILogger log, string file, string message);
    }
}
