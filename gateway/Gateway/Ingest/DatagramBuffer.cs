using System.Threading.Channels;

namespace BoatTelemetry.Gateway.Ingest;

/// <summary>
/// What stands between every ingest and the admission. It owns a fixed number of datagrams, which are either free, in
/// the queue, or with the admission and the journal until their commit: the number bounds the memory of the whole way.
/// When none is free, the newest is refused and its source counts it.
/// </summary>
public sealed class DatagramBuffer
{
    private readonly Channel<Datagram> _free;
    private readonly Channel<Datagram> _filled;

    private readonly ICapture? _capture;
    private long _taken;

    /// <param name="datagramsMax">Named limit: <c>ingest.queueDatagramsMax</c> of the configuration.</param>
    /// <param name="capture">Told of everything that comes in, also of what finds no room.</param>
    public DatagramBuffer(int datagramsMax, ICapture? capture = null)
    {
        _capture = capture;
        ArgumentOutOfRangeException.ThrowIfLessThan(datagramsMax, 1);
        DatagramsMax = datagramsMax;
        _free = Channel.CreateBounded<Datagram>(datagramsMax);
        _filled = Channel.CreateBounded<Datagram>(new BoundedChannelOptions(datagramsMax) { SingleReader = true });
        for (var i = 0; i < datagramsMax; i++)
            _free.Writer.TryWrite(new Datagram());
    }

    /// <summary>How many datagrams exist.</summary>
    public int DatagramsMax { get; }

    /// <summary>How many are not free now.</summary>
    public int InUse => DatagramsMax - _free.Reader.Count;

    /// <summary>How many wait for the admission now.</summary>
    public int Queued => _filled.Reader.Count;

    /// <summary>How many the admission has taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Copies a frame into the queue. False if it is full or closed: the frame is refused.</summary>
    public bool TryAdd(ReadOnlySpan<byte> frame, in Reception reception)
    {
        _capture?.Received(frame, in reception);
        if (!_free.Reader.TryRead(out var datagram))
            return false;
        datagram.Set(frame, in reception);
        if (_filled.Writer.TryWrite(datagram))
            return true;
        Return(datagram);
        return false;
    }

    /// <summary>Waits for a datagram; false when the queue is closed and empty.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) =>
        _filled.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>The oldest datagram, if there is one; it is the caller's until it is returned.</summary>
    public bool TryTake(out Datagram datagram)
    {
        if (!_filled.Reader.TryRead(out datagram!))
            return false;
        Volatile.Write(ref _taken, _taken + 1);
        return true;
    }

    /// <summary>Gives a datagram back.</summary>
    public void Return(Datagram datagram) => _free.Writer.TryWrite(datagram);

    /// <summary>Nothing more comes in; what is inside can still be taken.</summary>
    public void Close() => _filled.Writer.TryComplete();
}
