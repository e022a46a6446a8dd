using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>
/// Keeps the journal's file within its bounds. Somewhat before the limit each commit begins to be preceded by a pass that deletes, and at it
/// by as many as it takes: first the oldest frames that every outlet has delivered; then the oldest live frames that a newer one of the
/// unit supersedes. Durable frames and each unit's last position are never deleted before delivery: with only those left nothing more is
/// taken in, so that the ingest fills up and counts what it refuses, and the boats keep what nobody acknowledges.
/// </summary>
/// <remarks>
/// On a disk with too little left the limit is what the file has already; SQLite uses deleted pages again. A small file may still
/// grow to <see cref="DiskLowBytes"/>: a disk that is small as a whole is no reason to take nothing in.
/// </remarks>
internal sealed class JournalLimit(JournalOptions options, JournalMetrics metrics, TimeProvider time)
{
    /// <summary>What the file may grow to on a disk with too little left.</summary>
    public const long DiskLowBytes = 16 * 1024 * 1024;

    /// <summary>More than a batch of the longest frames adds, with its indexes: so much before the limit is full.</summary>
    public const long MarginBytes = 1024 * 1024;

    private const int PassesMax = 8;
    private static readonly TimeSpan _diskInterval = TimeSpan.FromSeconds(1);

    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(options.File))!;
    private long _diskLookedAt;
    private bool _diskIsLow;
    private long _usedBytes;
    private volatile bool _isFull;

    /// <summary>Whether frames are refused.</summary>
    public bool IsFull => _isFull;

    /// <summary>Bytes of the file that hold something, when a batch was committed last.</summary>
    public long UsedBytes => Volatile.Read(ref _usedBytes);

    /// <summary>Whether a batch of frames fits, after what may be deleted for it is deleted.</summary>
    /// <exception cref="SqliteException">The disk failed, or the file is locked.</exception>
    public bool MakeRoom(JournalWriter writer)
    {
        var used = writer.Cleaner.UsedBytes();
        var limit = options.MaxBytes;
        if (IsDiskLow())
            limit = Math.Min(limit, Math.Max(DiskLowBytes, writer.Cleaner.FileBytes()));
        var fullAt = limit - MarginBytes;
        var dropFrom = fullAt - Math.Max(limit / 16, MarginBytes);
        for (var pass = 0; used > dropFrom && pass < PassesMax; pass++)
        {
            if (Drop(writer) == 0)
                break;
            used = writer.Cleaner.UsedBytes();
            if (used < fullAt)
                break;
        }

        Volatile.Write(ref _usedBytes, used);
        _isFull = used >= fullAt;
        return !_isFull;
    }

    private int Drop(JournalWriter writer)
    {
        var delivered = writer.Clean(static cleaner => cleaner.DropDelivered(long.MaxValue));
        metrics.DroppedDelivered.Add(delivered);
        if (delivered > 0)
            return delivered;
        var superseded = writer.Clean(static cleaner => cleaner.DropSuperseded());
        metrics.DroppedSuperseded.Add(superseded);
        return superseded;
    }

    private bool IsDiskLow()
    {
        if (options.DiskFreeMinBytes == 0)
            return false;
        var now = time.GetTimestamp();
        if (_diskLookedAt != 0 && time.GetElapsedTime(_diskLookedAt, now) < _diskInterval)
            return _diskIsLow;
        _diskLookedAt = now;
        try
        {
            _diskIsLow = new DriveInfo(_folder).AvailableFreeSpace < options.DiskFreeMinBytes;
        }
        catch (IOException)
        {
            // A disk that does not tell how full it is will say so when it is.
            _diskIsLow = false;
        }

        return _diskIsLow;
    }
}
