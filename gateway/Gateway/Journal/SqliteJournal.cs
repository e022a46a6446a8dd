using System.Runtime.InteropServices;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>
/// The journal in a SQLite file: write-ahead log, synchronous FULL, one writer on a thread of its own that commits in groups.
/// </summary>
/// <remarks>
/// When the disk fails or is full, the batch stays in memory and is tried again, for ever, with growing delays; what is
/// not committed is not published. Its datagrams are not given back meanwhile, so the ingest fills up, refuses the
/// newest and counts it (<c>QueueFull</c>). When the disk is back, the batch and everything after it is committed:
/// nothing that was admitted is lost unless the process ends first. An error says so at every try, and the gauge
/// <c>journal.failing</c> is 1. The same happens at the limit of the file (<see cref="JournalLimit"/>), with the gauge
/// <c>journal.full</c>. A failure that no waiting heals (<see cref="IsPermanent"/>) ends the stage, and with it
/// the process. From start to stop a lock file beside the journal keeps a second gateway out: both would give out the
/// same numbers.
/// <para>
/// unit_state is never deleted: it is what keeps a replay out, and a durable frame that was deleted after its retention from being
/// taken for a new one. Units are 16,384 at the most.
/// </para>
/// </remarks>
public sealed partial class SqliteJournal : IJournal, IReceivedIndex, IHostedService, IDisposable
{
    /// <summary>Named limit: operations in one commit.</summary>
    public const int BatchMax = 512;

    /// <summary>A commit follows the one before not sooner than this, unless a batch is full; the first is at once.</summary>
    public const int CommitIntervalMs = 5;

    /// <summary>How often what is beyond its retention is looked for.</summary>
    public static readonly TimeSpan ExpireInterval = TimeSpan.FromMinutes(10);

    private const int RetryDelayMinMs = 100;
    private const int RetryDelayMaxMs = 5000;
    private const int FullDelayMs = 250;

    private readonly JournalOptions _options;
    private readonly string _file;
    private readonly DatagramBuffer _buffer;
    private readonly ICommitListener[] _listeners;
    private readonly StageGuard _guard;
    private readonly GatewayMetrics _metrics;
    private readonly JournalMetrics _journalMetrics;
    private readonly JournalLimit _limit;
    private readonly TimeProvider _time;
    private readonly ILogger<SqliteJournal> _log;

    private readonly JournalInbox _inbox = new();
    private readonly List<JournalOperation> _batch = new(BatchMax);
    private readonly Dictionary<string, KeptNumber> _batchNumbers = [];
    private readonly JournalRecordPool _records = new();
    private readonly Lock _readLock = new();
    private readonly Lock _commitLock = new();
    private readonly CancellationTokenSource _giveUp = new();
    private TaskCompletionSource _committed = NewSignal();
    private JournalTail? _tail;
    private FileStream? _lock;
    private JournalWriter? _writer;
    private JournalReader? _reader;
    private ITimer? _expireTimer;
    private Task _loop = Task.CompletedTask;
    private long _lastId;
    private long _committedId;
    private long _lastCommit;
    private volatile bool _failing;

    public SqliteJournal(
        JournalOptions options,
        DatagramBuffer buffer,
        IEnumerable<ICommitListener> listeners,
        StageGuard guard,
        GatewayMetrics metrics,
        TimeProvider time,
        ILogger<SqliteJournal> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(metrics);
        _options = options;
        _file = options.File;
        _buffer = buffer;
        _listeners = [.. listeners];
        _guard = guard;
        _metrics = metrics;
        _journalMetrics = new JournalMetrics(metrics);
        _limit = new JournalLimit(options, _journalMetrics, time);
        _time = time;
        _log = log;
        metrics.Gauge("journal.failing", "1 while commits fail.", () => _failing ? 1 : 0);
        metrics.Gauge("journal.full", "1 while the journal is at its limit and takes nothing in.", () => _limit.IsFull ? 1 : 0);
        metrics.Gauge("journal.used_bytes", "Bytes of the file that hold something.", () => _limit.UsedBytes);
        metrics.Gauge("journal.committed_id", "The largest committed number.", () => CommittedId);
    }

    /// <summary>The file that is locked while a journal is open. It stays: deleting it would let two lock one name.</summary>
    public static string LockFile(string journal) => journal + ".lock";

    /// <inheritdoc/>
    public long CommittedId => Volatile.Read(ref _committedId);

    /// <summary>Whether the last try to commit failed.</summary>
    public bool IsFailing => _failing;

    /// <summary>Whether it is at its limit and takes nothing in.</summary>
    public bool IsFull => _limit.IsFull;

    /// <inheritdoc/>
    /// <exception cref="JournalException">The file cannot be opened, is no journal, or is damaged.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Open();
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
        _inbox.Close();
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
    public IReadOnlyList<KeyValuePair<int, AdmissionState>> LoadUnits() => Reading(static reader => reader.Units());

    /// <inheritdoc/>
    public long LoadCursor(string outlet) => Reading(reader => reader.Number(outlet));

    /// <inheritdoc/>
    /// <remarks>There is one part.</remarks>
    public long LoadNote(string name, NoteOfSeveral ofSeveral) => Reading(reader => reader.Number(name));

    /// <inheritdoc/>
    public long Back(long fromId, long byMs) => Reading(reader => reader.Back(fromId, byMs));

    /// <inheritdoc/>
    /// <remarks>What was committed last comes from memory (<see cref="JournalTail"/>), the rest from the file; neither waits for a commit.</remarks>
    public void Read(long afterId, int recordsMax, List<JournalRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        if (_tail is { } tail && tail.TryRead(afterId, recordsMax, records))
            return;
        Reading(reader =>
        {
            reader.Read(afterId, recordsMax, records);
            return true;
        });
    }

    /// <inheritdoc/>
    public long Append(Datagram datagram, in AdmissionState state)
    {
        ArgumentNullException.ThrowIfNull(datagram);
        datagram.Admitted = datagram.Admitted with { Id = ++_lastId };
        var operation = new JournalOperation
        {
            Kind = JournalOperationKind.Frame, Id = _lastId, State = state, Datagram = datagram,
        };
        _inbox.Post(in operation);
        return _lastId;
    }

    /// <inheritdoc/>
    public void AppendReception(long id, int ordinal, Datagram datagram)
    {
        var operation = new JournalOperation
        {
            Kind = JournalOperationKind.Reception, Id = id, Ordinal = ordinal, Datagram = datagram,
        };
        _inbox.Post(in operation);
    }

    /// <inheritdoc/>
    public void SaveCursor(string outlet, long id) => _inbox.PostNumber(outlet, new KeptNumber(id, Holds: true));

    /// <inheritdoc/>
    public void SaveNote(string name, long number) => _inbox.PostNumber(name, new KeptNumber(number, Holds: false));

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        var operation = new JournalOperation { Kind = JournalOperationKind.Flush, Flushed = NewSignal() };
        if (!_inbox.Post(in operation))
            operation.Flushed.SetException(Ended());
        return operation.Flushed.Task.WaitAsync(cancellationToken);
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

    /// <summary>What it has counted.</summary>
    internal JournalMetrics Counters => _journalMetrics;

    /// <summary>Operations that no batch has taken yet.</summary>
    internal int OperationsPending => _inbox.Count;

    /// <summary>Has what is beyond its retention looked for after the next commit.</summary>
    internal void PostExpire() => _inbox.PostExpire();

    private void Open()
    {
        if (Path.GetDirectoryName(Path.GetFullPath(_file)) is { } folder)
            Directory.CreateDirectory(folder);
        _lock = new FileStream(LockFile(_file), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        _writer = new JournalWriter(_file);
        var check = JournalCheck.Run(_file, JournalCheck.AtStartMax);
        Log.Checked(_log, _file, check);
        if (check.Outcome == JournalCheckOutcome.Damaged)
            throw new JournalException($"The journal {_file} is damaged: {check.Detail}. Put a backup in its place, or move it away.");
        _reader = new JournalReader(_file, _records);
        _lastId = _reader.LastId();
        _committedId = _lastId;
        _tail = new JournalTail(_records, _lastId);
    }

    private T Reading<T>(Func<JournalReader, T> read)
    {
        lock (_readLock)
        {
            try
            {
                return read(_reader ??= new JournalReader(_file, _records));
            }
            catch (SqliteException e)
            {
                _reader?.Dispose();
                _reader = null;
                throw new JournalException($"The journal {_file} cannot be read: {e.Message}", e);
            }
        }
    }

    // A thread of its own: waiting for the disk must not take one from the pool, which has as many as there are cores.
    private async Task RunAsync()
    {
        try
        {
            await Task.Factory.StartNew(CommitAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            FailFlushes();
        }
    }

    // After the loop nothing is committed any more: who waits for it has to know.
    private void FailFlushes()
    {
        _inbox.Close();
        _inbox.Take(_batch, int.MaxValue, _batchNumbers);
        var ended = Ended();
        foreach (var operation in _batch)
            operation.Flushed?.TrySetException(ended);
    }

    private JournalException Ended() => new($"The journal {_file} commits nothing any more.");

    private void CommitAll()
    {
        while (_inbox.Wait())
        {
            Pace();
            var expires = _inbox.Take(_batch, BatchMax, _batchNumbers);
            if (!Commit())
            {
                Log.GivenUp(_log, _batch.Count + _inbox.Count);
                return;
            }

            Committed();
            _batch.Clear();
            _batchNumbers.Clear();
            if (expires)
                Expire();
        }
    }

    // A lone frame is committed at once; in a stream each commit gathers what came since the one before.
    private void Pace()
    {
        var left = TimeSpan.FromMilliseconds(CommitIntervalMs) - _time.GetElapsedTime(_lastCommit);
        if (left > TimeSpan.Zero)
            _inbox.WaitFor(BatchMax, left);
        _lastCommit = _time.GetTimestamp();
    }

    private bool Commit()
    {
        var delayMs = RetryDelayMinMs;
        var wasFull = false;
        while (true)
        {
            var waitMs = FullDelayMs;
            try
            {
                if (TryCommit())
                    return true;
                if (!wasFull)
                    Log.Full(_log, _file, _limit.UsedBytes);
                wasFull = true;
            }
            catch (SqliteException e) when (!IsPermanent(e))
            {
                _failing = true;
                _metrics.JournalFailures.Add();
                Log.CommitFailed(_log, _file, e.Message, delayMs);
                DropWriter();
                waitMs = delayMs;
                delayMs = Math.Min(delayMs * 2, RetryDelayMaxMs);
            }

            if (_giveUp.Token.WaitHandle.WaitOne(waitMs))
                return false;
        }
    }

    // False if frames do not fit: then only the cursors are kept, since what is delivered by them makes room.
    private bool TryCommit()
    {
        _writer ??= new JournalWriter(_file);
        var fits = _batch.Count == 0 || _limit.MakeRoom(_writer);
        if (fits)
        {
            _writer.Commit(_batch, _batchNumbers);
        }
        else
        {
            _inbox.TakeNumbers(_batchNumbers);
            _writer.Commit([], _batchNumbers);
        }

        if (_failing)
            Log.Recovered(_log, _file);
        _failing = false;
        return fits;
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
        var batch = CollectionsMarshal.AsSpan(_batch);
        _tail!.Add(batch);
        var rows = 0;
        var duplicates = 0;
        var newest = CommittedId;
        foreach (ref readonly var operation in batch)
        {
            if (operation.Kind == JournalOperationKind.Frame)
            {
                newest = operation.Id;
                duplicates += operation.IsDuplicate ? 1 : 0;
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
        _metrics.RowsCommitted.Add(rows - duplicates);
        _journalMetrics.Duplicates.Add(duplicates);
        Announce(newest);
        foreach (ref readonly var operation in batch)
            operation.Flushed?.TrySetResult();
    }

    private void Announce(long newest)
    {
        TaskCompletionSource signal;
        lock (_commitLock)
        {
            if (newest == CommittedId)
                return;
            Volatile.Write(ref _committedId, newest);
            signal = _committed;
            _committed = NewSignal();
        }

        signal.SetResult();
    }

    private void Expire()
    {
        try
        {
            var before = (_time.GetUtcNow() - TimeSpan.FromDays(_options.RetentionDays)).ToUnixTimeMilliseconds();
            var frames = _writer!.Clean(cleaner => cleaner.DropDelivered(before));
            _metrics.RowsExpired.Add(frames);
            if (frames > 0)
                PostExpire();
        }
        catch (SqliteException e) when (!IsPermanent(e))
        {
            _metrics.JournalFailures.Add();
            Log.ExpireFailed(_log, _file, e.Message);
            DropWriter();
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

        [LoggerMessage(305, LogLevel.Error, "Journal {File}: full, {UsedBytes} bytes of frames that wait for their delivery; nothing more is taken in until some are delivered")]
        public static partial void Full(ILogger log, string file, long usedBytes);

        [LoggerMessage(306, LogLevel.Information, "Journal {File}: {Check}")]
        public static partial void Checked(ILogger log, string file, JournalCheckResult check);
    }
}
