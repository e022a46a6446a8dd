using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;
using Xunit;

namespace BoatTelemetry.Core.Tests.Reports;

public sealed class DurableOutboxTests : IDisposable, IStoredFrames
{
    private readonly ReportingUnit _unit = new();
    private readonly List<(uint Counter, FrameKind Kind, bool IsSos)> _told = [];

    public DurableOutboxTests() => _unit.Outbox.Watch = this;

    void IStoredFrames.Stored(byte[] frame, int length, uint counter, FrameKind kind, bool isSos)
    {
        // Told when it is in the journal, not before.
        Assert.Equal(_unit.Journal.Frames[^1], frame[..length]);
        _told.Add((counter, kind, isSos));
    }

    [Fact]
    public void Store_EachKind_TellsTheWatch()
    {
        _unit.Events.Raise(EventKind.Sos, 0);
        _unit.Events.Raise(EventKind.ManOverboard, 0);
        _unit.Clock.Advance(60_000);
        _unit.Poll();
        _unit.Outbox.StoreTrack(new byte[60], 60);
        Assert.Equal(
            [(0u, FrameKind.Event, true), (1u, FrameKind.Event, false), (2u, FrameKind.Status, false), (3u, FrameKind.Track, false)],
            _told);
    }

    [Fact]
    public void Store_JournalRefuses_TellsNobodyUntilItIsStored()
    {
        _unit.Journal.Answer = JournalResult.FlashFailed;
        Assert.Equal(EventOutcome.Waiting, _unit.Events.Raise(EventKind.Sos, 0));
        Assert.Empty(_told);
        _unit.Journal.Answer = JournalResult.Stored;
        _unit.Clock.Advance(600_000);
        _unit.Events.Poll(_unit.Clock.MonotonicMs);
        Assert.Equal((1u, FrameKind.Event, true), Assert.Single(_told));
    }

    [Fact]
    public void Store_NobodyWatches_StoresAllTheSame()
    {
        _unit.Outbox.Watch = null;
        Assert.Equal(EventOutcome.Stored, _unit.Events.Raise(EventKind.Sos, 0));
        Assert.Single(_unit.Journal.Frames);
    }

    public void Dispose() => _unit.Dispose();
}
