using System.Buffers.Binary;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Journal;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>The store of the downlinks cannot be opened.</summary>
public sealed class DownlinkStoreException : Exception
{
    public DownlinkStoreException()
    {
    }

    public DownlinkStoreException(string message)
        : base(message)
    {
    }

    public DownlinkStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// What downlinks must not forget, in one small SQLite file: how far counters are reserved, which commands wait, how much of
/// the hour each concentrator has been on the air. Each method returns when it is on the disk, or says that it is not. Any
/// thread; one at a time.
/// </summary>
/// <remarks>
/// Apart from the journal, since it is written from another thread, must not wait for a batch of frames, and must not be
/// restored from the journal's backup. An old copy is harmless for counters, which are at least the time; the file is
/// locked, since two gateways would give one counter to two frames.
/// </remarks>
public sealed class DownlinkStore : IHostedService, ICounterStore, IDisposable
{
    /// <summary>"BTD1".</summary>
    private const int ApplicationId = 0x42544431;
    private const int Version = 1;

    private const string Tables = """
        CREATE TABLE reservation (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 0),
            first_unreserved INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE command (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            unit INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            body BLOB NOT NULL,
            expiry_utc_ms INTEGER NOT NULL,
            queued_utc_ms INTEGER NOT NULL,
            response_topic TEXT,
            correlation BLOB NOT NULL,
            counters BLOB NOT NULL,
            sends INTEGER NOT NULL,
            end INTEGER NOT NULL,
            ended_utc_ms INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE airtime (
            concentrator INTEGER NOT NULL,
            block INTEGER NOT NULL,
            content BLOB NOT NULL,
            PRIMARY KEY (concentrator, block)
        ) STRICT, WITHOUT ROWID;
        """;

    private static readonly SqliteFile _schema = new(ApplicationId, Version, Tables);

    private readonly string _file;
    private readonly Lock _lock = new();
    private SqliteConnection? _connection;

    /// <param name="file">Full path.</param>
    public DownlinkStore(string file)
    {
        _file = file;
    }

    /// <summary>Why the last call failed, or null.</summary>
    public string? LastFailure { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="DownlinkStoreException">The file cannot be opened, is locked by another gateway, or is something else.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Open();
        return Task.CompletedTask;
    }

    /// <summary>Opens it, unless it is open.</summary>
    /// <exception cref="DownlinkStoreException">The file cannot be opened, is locked by another gateway, or is something else.</exception>
    public void Open()
    {
        lock (_lock)
        {
            if (_connection is not null)
                return;
            try
            {
                if (Path.GetDirectoryName(Path.GetFullPath(_file)) is { } folder)
                    Directory.CreateDirectory(folder);
                _connection = Connect();
            }
            catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
            {
                throw new DownlinkStoreException($"The downlinks' store {_file} cannot be opened: {e.Message}", e);
            }
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _connection?.Dispose();
            _connection = null;
        }
    }

    /// <inheritdoc/>
    public bool TryLoad(out uint firstUnreserved)
    {
        uint first = 0;
        var isLoaded = Try(command =>
        {
            command.CommandText = "SELECT first_unreserved FROM reservation";
            first = command.ExecuteScalar() is long number ? checked((uint)number) : 0;
        });
        firstUnreserved = first;
        return isLoaded;
    }

    /// <inheritdoc/>
    public bool TrySave(uint firstUnreserved) => Try(command =>
    {
        command.CommandText = "INSERT INTO reservation VALUES (0, $first) ON CONFLICT DO UPDATE SET first_unreserved = $first";
        command.Parameters.AddWithValue("$first", (long)firstUnreserved);
        command.ExecuteNonQuery();
    });

    /// <summary>Adds a command; its number, or null if it could not be made durable.</summary>
    internal long? TryAdd(QueuedCommand added)
    {
        long? id = null;
        Try(command =>
        {
            command.CommandText = """
                INSERT INTO command (unit, kind, body, expiry_utc_ms, queued_utc_ms, response_topic, correlation, counters, sends, end, ended_utc_ms)
                VALUES ($unit, $kind, $body, $expiry, $queued, $topic, $correlation, $counters, 0, 0, 0) RETURNING id
                """;
            command.Parameters.AddWithValue("$unit", added.Unit);
            command.Parameters.AddWithValue("$kind", (int)added.Kind);
            command.Parameters.AddWithValue("$body", added.Body);
            command.Parameters.AddWithValue("$expiry", added.ExpiryUtcMs);
            command.Parameters.AddWithValue("$queued", added.QueuedUtcMs);
            command.Parameters.AddWithValue("$topic", (object?)added.ResponseTopic ?? DBNull.Value);
            command.Parameters.AddWithValue("$correlation", added.Correlation);
            command.Parameters.AddWithValue("$counters", Array.Empty<byte>());
            id = (long)command.ExecuteScalar()!;
        });
        return id;
    }

    /// <summary>Keeps a command's counters, sends and end.</summary>
    internal bool TryUpdate(QueuedCommand changed) => Try(command =>
    {
        command.CommandText = "UPDATE command SET counters = $counters, sends = $sends, end = $end, ended_utc_ms = $ended WHERE id = $id";
        command.Parameters.AddWithValue("$counters", ToBytes(changed.Counters));
        command.Parameters.AddWithValue("$sends", changed.Sends);
        command.Parameters.AddWithValue("$end", (int)changed.End);
        command.Parameters.AddWithValue("$ended", changed.EndedUtcMs);
        command.Parameters.AddWithValue("$id", changed.Id);
        command.ExecuteNonQuery();
    });

    /// <summary>Forgets a command.</summary>
    internal bool TryDelete(long id) => Try(command =>
    {
        command.CommandText = "DELETE FROM command WHERE id = $id";
        command.Parameters.AddWithValue("$id", id);
        command.ExecuteNonQuery();
    });

    /// <summary>All commands, in their order; null if they cannot be read.</summary>
    internal List<QueuedCommand>? TryLoadCommands()
    {
        List<QueuedCommand> commands = [];
        return Try(command =>
        {
            command.CommandText = """
                SELECT id, unit, kind, body, expiry_utc_ms, queued_utc_ms, response_topic, correlation, counters, sends, end, ended_utc_ms
                FROM command ORDER BY id
                """;
            using var row = command.ExecuteReader();
            while (row.Read())
                commands.Add(ReadCommand(row));
        }) ? commands : null;
    }

    /// <summary>A block of a concentrator's air-time record; empty if there is none, null if it cannot be read.</summary>
    internal byte[]? TryLoadBlock(ulong concentrator, int block)
    {
        byte[] content = [];
        return Try(command =>
        {
            command.CommandText = "SELECT content FROM airtime WHERE concentrator = $concentrator AND block = $block";
            command.Parameters.AddWithValue("$concentrator", (long)concentrator);
            command.Parameters.AddWithValue("$block", block);
            content = command.ExecuteScalar() as byte[] ?? [];
        }) ? content : null;
    }

    /// <summary>Keeps the blocks of a concentrator that have changed, all or none.</summary>
    internal bool TrySaveBlocks(ulong concentrator, IReadOnlyList<(int Block, byte[] Content)> blocks) => Try(command =>
    {
        command.CommandText = "INSERT INTO airtime VALUES ($concentrator, $block, $content) ON CONFLICT DO UPDATE SET content = $content";
        command.Parameters.AddWithValue("$concentrator", (long)concentrator);
        var number = command.Parameters.Add("$block", SqliteType.Integer);
        var bytes = command.Parameters.Add("$content", SqliteType.Blob);
        foreach (var (block, content) in blocks)
        {
            number.Value = block;
            bytes.Value = content;
            command.ExecuteNonQuery();
        }
    });

    private static QueuedCommand ReadCommand(SqliteDataReader row)
    {
        var command = new QueuedCommand
        {
            Id = row.GetInt64(0),
            Unit = row.GetInt32(1),
            Kind = (CommandKind)row.GetInt32(2),
            Body = (byte[])row[3],
            ExpiryUtcMs = row.GetInt64(4),
            QueuedUtcMs = row.GetInt64(5),
            ResponseTopic = row.IsDBNull(6) ? null : row.GetString(6),
            Correlation = (byte[])row[7],
            Sends = row.GetInt32(9),
            End = (CommandEnd)row.GetInt32(10),
            EndedUtcMs = row.GetInt64(11),
        };
        var counters = (byte[])row[8];
        for (var i = 0; i + sizeof(uint) <= counters.Length; i += sizeof(uint))
            command.Counters.Add(BinaryPrimitives.ReadUInt32BigEndian(counters.AsSpan(i)));
        return command;
    }

    private static byte[] ToBytes(List<uint> counters)
    {
        var bytes = new byte[counters.Count * sizeof(uint)];
        for (var i = 0; i < counters.Count; i++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * sizeof(uint)), counters[i]);
        return bytes;
    }

    private bool Try(Action<SqliteCommand> action)
    {
        lock (_lock)
        {
            if (_connection is null)
            {
                LastFailure = $"{_file} is not open.";
                return false;
            }

            try
            {
                using var transaction = _connection.BeginTransaction();
                using var command = _connection.CreateCommand();
                command.Transaction = transaction;
                action(command);
                transaction.Commit();
                return true;
            }
            catch (SqliteException e)
            {
                LastFailure = e.Message;
                return false;
            }
        }
    }

    private SqliteConnection Connect()
    {
        var connection = SqliteFile.Open(_file);
        try
        {
            // EXCLUSIVE keeps the lock until the end, so that a second gateway cannot even read (sqlite.org/pragma.html).
            SqliteFile.Execute(connection, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            _schema.CreateIfNew(connection);
            if (!_schema.IsOurs(connection) || SqliteFile.VersionOf(connection) != Version)
                throw new DownlinkStoreException($"{_file} is no store of downlinks of version {Version}.");

            // Takes the lock now, and finds out whether it can be written.
            SqliteFile.Execute(connection, $"BEGIN IMMEDIATE; PRAGMA user_version = {Version}; COMMIT;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
