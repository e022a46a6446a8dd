using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>
/// What is deleted from a journal: at the end of its retention, or because the journal is at its limit. Durable frames only
/// after every outlet has delivered them. Used inside the writer's transactions.
/// </summary>
internal sealed class JournalCleaner : IDisposable
{
    /// <summary>Named limit: frames that one pass looks at, so that it holds a commit up for a few milliseconds only.</summary>
    public const int PassFramesMax = 1000;

    // Durable frames that wait for their delivery are passed over: so many, and the next call goes on behind them.
    private const int PassesMax = 8;

    private readonly SqliteStatement _delivered;
    private readonly SqliteStatement _oldest;
    private readonly SqliteStatement _undelivered;
    private readonly SqliteStatement _dropFrame;
    private readonly SqliteStatement _dropReceptions;
    private readonly SqliteStatement _pages;
    private readonly SqliteStatement _freePages;
    private readonly long _pageBytes;
    private readonly List<long> _ids = new(PassFramesMax);

    // Up to here the frames that are not delivered were looked through; the durable ones among them stay.
    private long _superseded;

    public JournalCleaner(SqliteConnection connection)
    {
        _delivered = new SqliteStatement(connection, "SELECT coalesce(min(cursor), 0) FROM outlet WHERE holds = 1");
        _oldest = new SqliteStatement(connection, "SELECT id, received_utc_ms FROM frame WHERE id <= ?1 ORDER BY id LIMIT ?2");

        // The join keeps what has no newer live frame of its unit behind it.
        _undelivered = new SqliteStatement(connection, """
            SELECT f.id, f.class = 0 AND f.id < coalesce((SELECT live_frame_id FROM unit_state s WHERE s.unit = f.unit), 0)
            FROM frame f WHERE f.id > ?1 ORDER BY f.id LIMIT ?2
            """);
        _dropFrame = new SqliteStatement(connection, "DELETE FROM frame WHERE id = ?1");
        _dropReceptions = new SqliteStatement(connection, "DELETE FROM reception WHERE frame_id = ?1");
        _pages = new SqliteStatement(connection, "PRAGMA page_count");
        _freePages = new SqliteStatement(connection, "PRAGMA freelist_count");
        _pageBytes = SqliteFile.Scalar(connection, "PRAGMA page_size");
    }

    /// <summary>Bytes of the file, without the write-ahead log beside it.</summary>
    public long FileBytes() => _pages.Scalar() * _pageBytes;

    /// <summary>Bytes of the file that hold something; the others are used again.</summary>
    public long UsedBytes() => (_pages.Scalar() - _freePages.Scalar()) * _pageBytes;

    /// <summary>
    /// Deletes the oldest frames that every outlet has delivered, as far as they were received before an instant; returns how many. A pass
    /// looks at no more than it may delete: in a journal of millions in which nothing has expired, a search for what has would hold commits up for
    /// many seconds. Frames from behind a pass of younger ones, as of a clock that was wrong, go once those have.
    /// </summary>
    public int DropDelivered(long beforeUtcMs)
    {
        _ids.Clear();
        _oldest.Bind(1, _delivered.Scalar());
        _oldest.Bind(2, PassFramesMax);
        while (_oldest.Step())
        {
            if (_oldest.Integer(1) < beforeUtcMs)
                _ids.Add(_oldest.Integer(0));
        }

        return Drop();
    }

    /// <summary>
    /// Deletes the oldest live frames that an outlet has not delivered, if a newer one of the same unit is in the journal: nobody
    /// who is shown the present misses them. Returns how many; each call looks on where the last one ended, and no further than
    /// <see cref="PassesMax"/> passes.
    /// </summary>
    public int DropSuperseded()
    {
        _superseded = Math.Max(_superseded, _delivered.Scalar());
        _ids.Clear();
        for (var pass = 0; pass < PassesMax && _ids.Count == 0; pass++)
        {
            var looked = 0;
            _undelivered.Bind(1, _superseded);
            _undelivered.Bind(2, PassFramesMax);
            for (; _undelivered.Step(); looked++)
            {
                _superseded = _undelivered.Integer(0);
                if (_undelivered.Integer(1) != 0)
                    _ids.Add(_superseded);
            }

            if (looked == PassFramesMax)
                continue;
            _superseded = 0;
            break;
        }

        return Drop();
    }

    public void Dispose()
    {
        _delivered.Dispose();
        _oldest.Dispose();
        _undelivered.Dispose();
        _dropFrame.Dispose();
        _dropReceptions.Dispose();
        _pages.Dispose();
        _freePages.Dispose();
    }

    private int Drop()
    {
        foreach (var id in _ids)
        {
            _dropReceptions.Bind(1, id);
            _dropReceptions.Run();
            _dropFrame.Bind(1, id);
            _dropFrame.Run();
        }

        return _ids.Count;
    }
}
