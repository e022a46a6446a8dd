using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Ingest;

/// <summary>
/// What stands between every ingest and the admission. It owns a fixed number of datagrams, which are either free, in
/// the queue, or with the admission and the journal until their commit: the number bounds the memory of the whole way.
/// </summary>
/// <remarks>
/// When none is free, the newest of the source with most in the queue makes room: it is the newcomer itself, which is refused, or one
/// that is taken out again for a newcomer of a source with at least two less. Either is counted by its source. So a source that floods
/// loses its own frames, and the others come in as if it were not there. For this to hold while the journal is what
/// everything waits for, the admission gets no more than three quarters of the datagrams: what it cannot judge yet stays here, where it can
/// be chosen from. The order is that of the coming, over all sources.
/// </remarks>
public sealed class DatagramBuffer
{
    private readonly ICapture? _capture;
    private readonly EventCounter? _evictions;
    private readonly IngestSource _unnamed = new("unnamed");

    // A Lock cannot be waited on.
#pragma warning disable MA0064, IDE0330
    private readonly object _lock = new();
#pragma warning restore MA0064, IDE0330
    private readonly Stack<Datagram> _free;
    private readonly SourceShares _shares;
    private readonly int _takenMax;
    private Datagram? _oldest;
    private Datagram? _newest;
    private int _taken;
    private long _takenEver;
    private bool _isClosed;
    private bool _isWaiting;

    /// <param name="datagramsMax">Named limit: <c>ingest.queueDatagramsMax</c> of the configuration.</param>
    /// <param name="capture">Told of everything that comes in, also of what finds no room.</param>
    /// <param name="metrics">Counts what is taken out again.</param>
    public DatagramBuffer(int datagramsMax, ICapture? capture = null, GatewayMetrics? metrics = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(datagramsMax, 1);
        _capture = capture;
        DatagramsMax = datagramsMax;
        _takenMax = datagramsMax - (datagramsMax / 4);
        _shares = new SourceShares(datagramsMax);
        _free = new Stack<Datagram>(datagramsMax);
        for (var i = 0; i < datagramsMax; i++)
            _free.Push(new Datagram());
        if (metrics is null)
            return;
        _evictions = new EventCounter(
            metrics.Meter, "ingest.queue.evictions", "Frames taken out of the full queue again for a source with less in it.");
        metrics.Gauge("ingest.queue.in_use", "Datagrams in the queue, the admission and the journal.", () => InUse);
    }

    /// <summary>How many datagrams exist.</summary>
    public int DatagramsMax { get; }

    /// <summary>How many are not free now.</summary>
    public int InUse
    {
        get
        {
            lock (_lock)
                return DatagramsMax - _free.Count;
        }
    }

    /// <summary>How many wait for the admission now.</summary>
    public int Queued
    {
        get
        {
            lock (_lock)
                return DatagramsMax - _free.Count - _taken;
        }
    }

    /// <summary>How many the admission has taken since the start.</summary>
    public long Taken => Volatile.Read(ref _takenEver);

    /// <summary>Copies a frame into the queue. False if it is refused: the queue is full and its source the busiest, or it is closed.</summary>
    public bool TryAdd(ReadOnlySpan<byte> frame, in Reception reception)
    {
        _capture?.Received(frame, in reception);
        var source = reception.Source ?? _unnamed;
        lock (_lock)
        {
            if (_isClosed)
                return false;
            var share = ShareOf(source);
            if (!_free.TryPop(out var datagram) && (datagram = Evict(share)) is null)
            {
                source.CountRefused();
                return false;
            }

            datagram.Set(frame, in reception);
            Enqueue(datagram, share);
            Signal();
            return true;
        }
    }

    /// <summary>Blocks until a datagram can be taken; false when the queue is closed and empty. One waits at a time.</summary>
    public bool Wait()
    {
        lock (_lock)
        {
            if (_isWaiting)
                throw new InvalidOperationException("One takes from the queue, and it waits already.");
            while (!CanTake && !IsOver)
            {
                _isWaiting = true;
                Monitor.Wait(_lock);
            }

            _isWaiting = false;
            return CanTake;
        }
    }

    /// <summary>The oldest datagram, if there is one; it is the caller's until it is returned.</summary>
    public bool TryTake(out Datagram datagram)
    {
        lock (_lock)
        {
            if (!CanTake)
            {
                datagram = null!;
                return false;
            }

            datagram = _oldest!;
            Dequeue(datagram);
            _taken++;
            Volatile.Write(ref _takenEver, _takenEver + 1);
            return true;
        }
    }

    /// <summary>Gives a datagram back.</summary>
    public void Return(Datagram datagram)
    {
        lock (_lock)
        {
            _free.Push(datagram);
            _taken--;
            Signal();
        }
    }

    /// <summary>Nothing more comes in; what is inside can still be taken.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            Signal();
        }
    }

    private bool CanTake => _oldest is not null && _taken < _takenMax;

    private bool IsOver => _isClosed && _oldest is null;

    private SourceShare ShareOf(IngestSource source)
    {
        if (source.Share?.Owner != this)
            source.Share = new SourceShare(this, source);
        return source.Share;
    }

    // Null if the newcomer is itself what has to stay out.
    private Datagram? Evict(SourceShare newcomer)
    {
        if (_shares.Busiest is not { } busiest || busiest.Queued < newcomer.Queued + 2)
            return null;
        var datagram = busiest.Newest!;
        Dequeue(datagram);
        busiest.Source.CountEvicted();
        _evictions?.Add();
        return datagram;
    }

    private void Enqueue(Datagram datagram, SourceShare share)
    {
        datagram.Share = share;
        datagram.Newer = null;
        datagram.Older = _newest;
        if (_newest is null)
            _oldest = datagram;
        else
            _newest.Newer = datagram;
        _newest = datagram;
        _shares.Add(share, datagram);
    }

    private void Dequeue(Datagram datagram)
    {
        if (datagram.Older is null)
            _oldest = datagram.Newer;
        else
            datagram.Older.Newer = datagram.Newer;
        if (datagram.Newer is null)
            _newest = datagram.Older;
        else
            datagram.Newer.Older = datagram.Older;
        datagram.Older = null;
        datagram.Newer = null;
        _shares.Remove(datagram.Share!, datagram);
        datagram.Share = null;
    }

    // It waits on until it is let: a further signal meanwhile need not wake it again.
    private void Signal()
    {
        if (_isWaiting && (CanTake || IsOver))
            Monitor.Pulse(_lock);
    }
}
