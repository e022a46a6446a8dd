using System.Diagnostics;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Observability;

public sealed class FrameTracesTests : IAsyncDisposable
{
    private const long ReceivedUtcMs = 1_800_000_000_000;
    private readonly Stages _stages = new();
    private readonly ManualTime _clock = new(ReceivedUtcMs);
    private readonly List<Activity> _spans = [];

    [Fact]
    public void Ended_OfAFollowedFrame_TellsItsWholeWay()
    {
        using var listener = Listen();
        using var traces = new FrameTraces(1, _clock);
        _clock.Advance(TimeSpan.FromMilliseconds(7));
        Commit(traces, id: 5);
        _clock.Advance(TimeSpan.FromMilliseconds(5));

        traces.Ended(5, isPublished: true);

        var frame = Assert.Single(_spans, span => span.OperationName == "frame");
        Assert.Equal((0, 12), Offsets(frame));
        Assert.Equal((0, 7), Offsets(Assert.Single(_spans, span => span.OperationName == "take in")));
        Assert.Equal((7, 12), Offsets(Assert.Single(_spans, span => span.OperationName == "publish")));
        Assert.All(_spans.Where(span => span != frame), span => Assert.Equal((frame.TraceId, frame.SpanId), (span.TraceId, span.ParentSpanId)));
        Assert.Equal(17, frame.GetTagItem("boat.unit"));
        Assert.Equal(5L, frame.GetTagItem("journal.id"));
    }

    [Fact]
    public void Committed_OneInTen_FollowsEveryTenth()
    {
        using var listener = Listen();
        using var traces = new FrameTraces(10, _clock);
        for (var id = 1; id <= 100; id++)
        {
            Commit(traces, id);
            traces.Ended(id, isPublished: true);
        }

        Assert.Equal(10, _spans.Count(span => span.OperationName == "frame"));
    }

    [Fact]
    public void Ended_OfAFrameThatIsNotPublished_TellsNothing()
    {
        using var listener = Listen();
        using var traces = new FrameTraces(1, _clock);
        Commit(traces, id: 5);
        traces.Ended(5, isPublished: false);
        traces.Ended(5, isPublished: true);
        Assert.Empty(_spans);
    }

    [Fact]
    public void Committed_WhileNothingIsPublished_FollowsNoMoreThanItsLimit()
    {
        using var listener = Listen();
        using var traces = new FrameTraces(1, _clock);
        for (var id = 1; id <= 2 * FrameTraces.FollowedMax; id++)
            Commit(traces, id);
        for (var id = 1; id <= 2 * FrameTraces.FollowedMax; id++)
            traces.Ended(id, isPublished: true);
        Assert.Equal(FrameTraces.FollowedMax, _spans.Count(span => span.OperationName == "frame"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Committed_WhenNobodyListens_AllocatesNothing(int oneIn)
    {
        using var traces = new FrameTraces(oneIn, _clock);
        var datagram = _stages.Datagram([1, 2, 3], receivedUtcMs: ReceivedUtcMs);
        var state = AdmissionState.NeverSeen;
        Assert.Equal(0, Allocated.Least(_ =>
        {
            for (var id = 0; id < 1000; id++)
            {
                traces.Committed(datagram, in state, isDuplicate: false);
                traces.Ended(id, isPublished: true);
            }
        }));
    }

    public ValueTask DisposeAsync() => _stages.DisposeAsync();

    private static (int From, int Until) Offsets(Activity span)
    {
        var fromMs = (span.StartTimeUtc - DateTime.UnixEpoch).TotalMilliseconds - ReceivedUtcMs;
        return ((int)fromMs, (int)(fromMs + span.Duration.TotalMilliseconds));
    }

    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == FrameTraces.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private void Commit(FrameTraces traces, long id)
    {
        var datagram = _stages.Datagram([1, 2, 3], receivedUtcMs: ReceivedUtcMs);
        datagram.Admitted = new AdmittedFrame { Id = id, Unit = 17, Counter = 42, ReceivedUtcMs = ReceivedUtcMs };
        traces.Committed(datagram, AdmissionState.NeverSeen, isDuplicate: false);
        _stages.Buffer.Return(datagram);
    }
}
