namespace BoatTelemetry.Gateway.Ingest;

/// <summary>What one source has in a queue. Under the queue's lock.</summary>
internal sealed class SourceShare(DatagramBuffer owner, IngestSource source)
{
    public DatagramBuffer Owner { get; } = owner;

    public IngestSource Source { get; } = source;

    /// <summary>Its datagrams in the queue.</summary>
    public int Queued { get; set; }

    /// <summary>The last of them to come; the others follow by <see cref="Datagram.OlderOfSource"/>.</summary>
    public Datagram? Newest { get; set; }

    /// <summary>The neighbours of the same <see cref="Queued"/>.</summary>
    public SourceShare? Previous { get; set; }

    public SourceShare? Next { get; set; }
}

/// <summary>
/// Finds the source with most in the queue at once, whatever the number of sources: those with equally many stand in one list, and a
/// datagram more or less moves a source to a neighbouring list. Under the queue's lock.
/// </summary>
internal sealed class SourceShares(int queuedMax)
{
    private readonly SourceShare?[] _byQueued = new SourceShare?[queuedMax + 1];
    private int _most;

    /// <summary>One of those with most in the queue; null if it is empty.</summary>
    public SourceShare? Busiest => _most == 0 ? null : _byQueued[_most];

    public void Add(SourceShare share, Datagram datagram)
    {
        datagram.OlderOfSource = share.Newest;
        datagram.NewerOfSource = null;
        if (share.Newest is not null)
            share.Newest.NewerOfSource = datagram;
        share.Newest = datagram;
        Move(share, 1);
    }

    public void Remove(SourceShare share, Datagram datagram)
    {
        if (datagram.NewerOfSource is null)
            share.Newest = datagram.OlderOfSource;
        else
            datagram.NewerOfSource.OlderOfSource = datagram.OlderOfSource;
        if (datagram.OlderOfSource is not null)
            datagram.OlderOfSource.NewerOfSource = datagram.NewerOfSource;
        datagram.OlderOfSource = null;
        datagram.NewerOfSource = null;
        Move(share, -1);
    }

    private void Move(SourceShare share, int by)
    {
        if (share.Queued > 0)
            Unlink(share);
        share.Queued += by;
        if (share.Queued > 0)
            Link(share);
        if (share.Queued > _most)
            _most = share.Queued;
        else if (_byQueued[_most] is null)
            _most = share.Queued;
    }

    private void Link(SourceShare share)
    {
        share.Previous = null;
        share.Next = _byQueued[share.Queued];
        if (share.Next is not null)
            share.Next.Previous = share;
        _byQueued[share.Queued] = share;
    }

    private void Unlink(SourceShare share)
    {
        if (share.Previous is null)
            _byQueued[share.Queued] = share.Next;
        else
            share.Previous.Next = share.Next;
        if (share.Next is not null)
            share.Next.Previous = share.Previous;
        share.Previous = null;
        share.Next = null;
    }
}
