using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Mqtt;
using BoatTelemetry.Gateway.Publish;
using Npgsql;
using NpgsqlTypes;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// The cluster's journal, as the holder of some shards sees it for as long as it holds them: what is appended goes into the gateway's own
/// spool, and from there into the database; what is read are those shards' frames of all gateways, in the order of the
/// database's numbers. Cursors move only with the tokens of the set.
/// </summary>
public sealed class PostgresJournal : IJournal, IAsyncDisposable
{
    private readonly IJournal _spool;
    private readonly SpoolForwarder _forwarder;
    private readonly ClusterDatabase _database;
    private readonly ClusterHead _head;
    private readonly ShardLeases _leases;
    private readonly ClusterMetrics _metrics;
    private readonly ShardSet _set;
    private readonly long[] _floors;
    private readonly ClusterReader _reader;
    private readonly Dictionary<string, ShardNumbers> _numbers;
    private readonly Lock _readLock = new();
    private readonly Lock _saveLock = new();

    // Cursors and notes that wait to be kept, by name: a newer one takes the place of its elder.
    private readonly Dictionary<string, KeptNumber> _saves = [];
    private readonly SemaphoreSlim _saveSignal = new(0);
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenSource _frozen = new();
    private readonly Task _saver;
    private TaskCompletionSource? _saved;
    private long _readTo;
    private volatile bool _isFrozen;
    private volatile bool _isLost;
    private bool _hasDroppedSaves;

    private PostgresJournal(ClusterParts parts, ShardSet set, Dictionary<string, ShardNumbers> numbers)
    {
        _spool = parts.Spool;
        _forwarder = parts.Forwarder;
        _database = parts.Database;
        _head = parts.Head;
        _leases = parts.Leases;
        _metrics = parts.Metrics;
        _set = set;
        _numbers = numbers;

        // Frozen before anything was read, it is not empty: an outlet that begins then has nothing to deliver, and nothing to take back.
        _readTo = _head.Seq;
        _floors = Floors(set, numbers);
        _reader = new ClusterReader(set.Shards, _floors);
        _saver = Task.Run(SaveAllAsync);
    }

    /// <summary>Opens it for the shards of a set.</summary>
    /// <exception cref="ClusterException">The database failed.</exception>
    internal static async Task<PostgresJournal> OpenAsync(ClusterParts parts, ShardSet set, CancellationToken cancellationToken)
    {
        var numbers = await parts.Database.RunAsync(connection => LoadNumbersAsync(connection, set.Shards, cancellationToken), cancellationToken);
        await parts.Head.RefreshAsync(cancellationToken);
        return new PostgresJournal(parts, set, numbers);
    }

    /// <inheritdoc/>
    public long CommittedId => _isFrozen ? Volatile.Read(ref _readTo) : _head.Seq;

    /// <summary>Ends the reading: what was read can still be delivered, and its cursor kept.</summary>
    internal void Freeze()
    {
        _isFrozen = true;
        _frozen.Cancel();
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<int, AdmissionState>> LoadUnits() => _spool.LoadUnits();

    /// <inheritdoc/>
    /// <remarks>The number returned is the spool's; in the database the frame gets another.</remarks>
    public long Append(Datagram datagram, in AdmissionState state) => _spool.Append(datagram, in state);

    /// <inheritdoc/>
    public void AppendReception(long id, int ordinal, Datagram datagram) => _spool.AppendReception(id, ordinal, datagram);

    /// <inheritdoc/>
    /// <remarks>Of a view that is frozen nothing more comes.</remarks>
    public Task WaitForCommitAsync(long id, CancellationToken cancellationToken) =>
        _isFrozen ? Task.Delay(Timeout.Infinite, cancellationToken) : _head.WaitAsync(id, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Completes, too, when the database is away: then what was appended is committed in the spool.</remarks>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_isFrozen)
            await _spool.FlushAsync(cancellationToken);
        else
            await _forwarder.FlushAsync(cancellationToken);

        try
        {
            await _head.RefreshAsync(cancellationToken);
        }
        catch (ClusterException)
        {
            // As the remark says.
        }

        await SavedAsync().WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Read(long afterId, int recordsMax, List<JournalRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        if (_isFrozen || _isLost || !_leases.IsUsable)
            throw new JournalException("The leases of these shards have ended, or are given up.");
        try
        {
            lock (_readLock)
            {
                var to = _head.Seq;
                _database.Run(connection => _reader.Read(connection, afterId, to, recordsMax, records));
                Volatile.Write(ref _readTo, Math.Max(_readTo, records.Count > 0 ? records[^1].Frame.Id : to));
            }
        }
        catch (ClusterException e)
        {
            _metrics.Failures.Add();
            throw new JournalException($"The cluster's journal cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public long LoadCursor(string outlet) => LoadNote(outlet, NoteOfSeveral.Smallest);

    /// <inheritdoc/>
    public void SaveCursor(string outlet, long id)
    {
        _forwarder.MoveOutletOfAlone(outlet);
        Save(outlet, new KeptNumber(id, Holds: true));
    }

    /// <inheritdoc/>
    public long LoadNote(string name, NoteOfSeveral ofSeveral)
    {
        lock (_saveLock)
        {
            if (!_numbers.TryGetValue(name, out var numbers))
                return 0;
            var ofShards = _set.Shards.Select(shard => numbers.OfShard.GetValueOrDefault(shard));
            return ofSeveral == NoteOfSeveral.Largest ? ofShards.Max() : ofShards.Min();
        }
    }

    /// <inheritdoc/>
    public void SaveNote(string name, long number) => Save(name, new KeptNumber(number, Holds: false));

    private void Save(string name, KeptNumber number)
    {
        lock (_saveLock)
        {
            // Notes are kept in an order: behind one that was dropped none may come.
            if (_hasDroppedSaves)
                return;
            _saves[name] = number;
            _numbers[name] = new ShardNumbers(number.Holds, _set.Shards.ToDictionary(shard => shard, _ => number.Number));
            _saved ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _saveSignal.Release();
    }

    /// <summary>Keeps the last cursors, if that is possible now, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        Freeze();
        await SavedAsync();
        await _end.CancelAsync();
        await _saver;
        _end.Dispose();
        _frozen.Dispose();
        _saveSignal.Dispose();
    }

    // Where the shards of a set are not equally far, those ahead are not delivered again from where the last one is.
    private static long[] Floors(ShardSet set, Dictionary<string, ShardNumbers> numbers)
    {
        var cursors = numbers.Values.Where(static kept => kept.Holds).Select(static kept => kept.OfShard).ToList();
        long[] behindAllOutlets = [.. set.Shards.Select(shard => cursors.Count == 0 ? 0 : cursors.Min(outlet => outlet.GetValueOrDefault(shard)))];
        var last = behindAllOutlets.DefaultIfEmpty().Min();
        return [.. behindAllOutlets.Select(seq => seq == last ? 0 : seq)];
    }

    private Task SavedAsync()
    {
        lock (_saveLock)
            return _saved?.Task ?? Task.CompletedTask;
    }

    private async Task SaveAllAsync()
    {
        var delay = new ReconnectDelay();
        while (!_end.IsCancellationRequested)
        {
            await _saveSignal.WaitAsync(_end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (TryTakeSaves(out var saves))
            {
                try
                {
                    foreach (var (name, number) in saves)
                        await SaveAsync(name, number);
                    delay.Reset();
                    Settled();
                }
                catch (ClusterException)
                {
                    _metrics.Failures.Add();
                    PutBack(saves);

                    // When it is about to end there is one try: what is not kept is published once more.
                    if (_isFrozen)
                    {
                        DropSaves();
                        break;
                    }

                    await Task.Delay(delay.Next(), _frozen.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
    }

    // The cursor of a shard that is ahead of the others stands until these have come as far: a set that ends before takes it nothing back.
    private async Task SaveAsync(string name, KeptNumber number)
    {
        var kept = 0;
        foreach (var alike in Enumerable.Range(0, _set.Leases.Count).GroupBy(i => number.Holds ? Math.Max(number.Number, _floors[i]) : number.Number))
            kept += await _database.RunAsync(connection => SaveAsync(connection, name, number with { Number = alike.Key }, [.. alike]), CancellationToken.None);
        if (kept == _set.Leases.Count)
            return;
        _isLost = true;
        _metrics.CursorsRefused.Add(_set.Leases.Count - kept);
    }

    // For some of the set's shards, by their places in it; returns for how many the tokens are those of now.
    private async Task<int> SaveAsync(NpgsqlConnection connection, string name, KeptNumber number, int[] places)
    {
        await using var command = new NpgsqlCommand("SELECT save_cursor($1, $2, $3, $4, $5)", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number.Number });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = number.Holds });
        command.Parameters.Add(new NpgsqlParameter { Value = places.Select(i => _set.Shards[i]).ToArray(), NpgsqlDbType = NpgsqlDbType.Integer | NpgsqlDbType.Array });
        command.Parameters.Add(new NpgsqlParameter { Value = places.Select(i => _set.Tokens[i]).ToArray(), NpgsqlDbType = NpgsqlDbType.Bigint | NpgsqlDbType.Array });
        await using var rows = await command.ExecuteReaderAsync();
        var kept = 0;
        while (await rows.ReadAsync())
            kept++;
        return kept;
    }

    private bool TryTakeSaves(out List<KeyValuePair<string, KeptNumber>> saves)
    {
        lock (_saveLock)
        {
            saves = [.. _saves];
            _saves.Clear();
        }

        return saves.Count > 0;
    }

    private void PutBack(List<KeyValuePair<string, KeptNumber>> saves)
    {
        lock (_saveLock)
        {
            foreach (var (name, number) in saves)
                _saves.TryAdd(name, number);
        }
    }

    private void DropSaves()
    {
        lock (_saveLock)
        {
            _saves.Clear();
            _hasDroppedSaves = true;
        }

        Settled();
    }

    private void Settled()
    {
        lock (_saveLock)
        {
            if (_saves.Count > 0)
                return;
            _saved?.TrySetResult();
            _saved = null;
        }
    }

    private static async Task<Dictionary<string, ShardNumbers>> LoadNumbersAsync(
        NpgsqlConnection connection, int[] shards, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT outlet, shard, seq, holds FROM outlet_cursor WHERE shard = ANY ($1)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = shards, NpgsqlDbType = NpgsqlDbType.Integer | NpgsqlDbType.Array });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        Dictionary<string, ShardNumbers> numbers = new(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (!numbers.TryGetValue(rows.GetString(0), out var kept))
                numbers.Add(rows.GetString(0), kept = new ShardNumbers(rows.GetBoolean(3), []));
            kept.OfShard.Add(rows.GetInt32(1), rows.GetInt64(2));
        }

        return numbers;
    }

    /// <summary>A cursor or a note as each shard has it.</summary>
    private sealed record ShardNumbers(bool Holds, Dictionary<int, long> OfShard);
}

/// <summary>What a view of the cluster's journal is made of.</summary>
internal sealed record ClusterParts(
    IJournal Spool,
    SpoolForwarder Forwarder,
    ClusterDatabase Database,
    ClusterHead Head,
    ShardLeases Leases,
    ClusterMetrics Metrics);
