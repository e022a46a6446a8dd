using System.Diagnostics;
using System.Globalization;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;

namespace BoatTelemetry.Gateway.Observability;

/// <summary>
/// Follows one in so many frames from its datagram to the broker's acknowledgement: the span "frame", and in it "take in" up to the
/// commit and "publish" behind it. The spans are made when the last of it is over; until then a followed frame is three numbers.
/// </summary>
/// <param name="oneIn">Of so many committed frames one is followed; 0 follows none.</param>
/// <param name="time">Clock.</param>
public sealed class FrameTraces(int oneIn, TimeProvider time) : ICommitListener, IDisposable
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "BoatTelemetry.Gateway";

    /// <summary>Named limit: frames followed at a time. While the broker is away no others are begun.</summary>
    public const int FollowedMax = 256;

    private readonly ActivitySource _source = new(SourceName);
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Followed> _followed = new(FollowedMax);
    private int _count;
    private int _untilNext;

    /// <inheritdoc/>
    public void Committed(Datagram datagram, in AdmissionState state, bool isDuplicate)
    {
        if (oneIn == 0 || isDuplicate || ++_untilNext < oneIn || !_source.HasListeners())
            return;
        ArgumentNullException.ThrowIfNull(datagram);
        _untilNext = 0;
        var frame = datagram.Admitted;
        lock (_lock)
        {
            if (_followed.Count < FollowedMax)
                _followed[frame.Id] = new Followed(frame.Unit, frame.Counter, frame.ReceivedUtcMs, time.GetUtcNow());
            Volatile.Write(ref _count, _followed.Count);
        }
    }

    /// <summary>The broker has acknowledged the frame of this number, or it is not published, now or later.</summary>
    public void Ended(long id, bool isPublished)
    {
        // What nearly every frame comes to: nothing is followed, or not this one.
        if (Volatile.Read(ref _count) == 0)
            return;
        Followed followed;
        lock (_lock)
        {
            if (!_followed.Remove(id, out followed))
                return;
            Volatile.Write(ref _count, _followed.Count);
        }

        if (isPublished)
            Tell(id, in followed, time.GetUtcNow());
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private void Tell(long id, in Followed followed, DateTimeOffset published)
    {
        var received = DateTimeOffset.FromUnixTimeMilliseconds(followed.ReceivedUtcMs);
        using var frame = _source.StartActivity("frame", ActivityKind.Consumer, default(ActivityContext), tags: null, links: null, received);
        if (frame is null)
            return;
        frame.SetTag("boat.unit", followed.Unit);
        frame.SetTag("boat.counter", followed.Counter.ToString(CultureInfo.InvariantCulture));
        frame.SetTag("journal.id", id);
        Span("take in", ActivityKind.Internal, frame, received, followed.Committed);
        Span("publish", ActivityKind.Producer, frame, followed.Committed, published);
        frame.SetEndTime(published.UtcDateTime);
    }

    private void Span(string name, ActivityKind kind, Activity parent, DateTimeOffset from, DateTimeOffset until)
    {
        using var span = _source.StartActivity(name, kind, parent.Context, tags: null, links: null, from);
        span?.SetEndTime(until.UtcDateTime);
    }

    private readonly record struct Followed(int Unit, uint Counter, long ReceivedUtcMs, DateTimeOffset Committed);
}
