using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Time;
using Xunit;

namespace BoatTelemetry.Core.Tests.Reports;

public sealed class EventRecorderTests : IDisposable
{
    private readonly ReportingUnit _unit = new();

    [Fact]
    public void Raise_SosWithoutPositionAndTime_IsStored()
    {
        Assert.Equal(EventOutcome.Stored, _unit.Events.Raise(EventKind.Sos, _unit.Clock.MonotonicMs));
        var told = _unit.Stored(FrameKind.Event).Single();
        Assert.Equal((EventKind.Sos, false, PositionAge.Older), (told.Event.Kind, told.Event.HasPosition, told.Event.PositionAge));
        Assert.Equal(UtcTime.Unknown, told.Event.UtcMs);
        Assert.Equal(24, _unit.Journal.Frames[0].Length);
        Assert.Equal((true, 0u), (_unit.Events.HasSos, _unit.Events.LastSosCounter));
    }

    [Theory]
    [InlineData(0, PositionAge.TenSeconds)]
    [InlineData(10, PositionAge.TenSeconds)]
    [InlineData(11, PositionAge.FiveMinutes)]
    [InlineData(300, PositionAge.FiveMinutes)]
    [InlineData(301, PositionAge.OneHour)]
    [InlineData(3_600, PositionAge.OneHour)]
    [InlineData(3_601, PositionAge.Older)]
    public void Raise_AnyKind_TellsTheLastPositionAndItsAge(int ageS, PositionAge age)
    {
        foreach (var kind in Enum.GetValues<EventKind>())
        {
            using var unit = new ReportingUnit();
            unit.Clock.UtcMs = ReportingUnit.StartUtcMs;
            unit.Fixes.OnFix(ReportingUnit.FixAt(ReportingUnit.StartUtcMs, 100, -100, 10, 0));
            unit.Clock.Advance(ageS * 1000L);
            unit.Events.Raise(kind, unit.Clock.MonotonicMs);
            var told = unit.Stored(FrameKind.Event).Single().Event;
            Assert.Equal((kind, age, 100_090, 10_399_910), (told.Kind, told.PositionAge, told.LatitudeE5, told.LongitudeE5));
            Assert.Equal((ReportingUnit.StartUtcMs / 1000) + ageS, told.UtcMs / 1000);
        }
    }

    [Fact]
    public void Raise_Contact_KeepsWhatItsReporterSaid()
    {
        var report = new EventReport
        {
            Kind = EventKind.ContactSighted, Vessels = 2, Persons = 11, Confidence = Confidence.Medium, Code = 7,
            HasContact = true, ContactBearingDeg = 45, ContactDistanceM = 3_480, ContactCogDeg = 310, ContactSogDeciknots = 95,
        };
        Assert.Equal(EventOutcome.Stored, _unit.Events.Raise(report, _unit.Clock.MonotonicMs));
        var told = _unit.Stored(FrameKind.Event).Single().Event;
        Assert.Equal((2, 11, Confidence.Medium, 7), (told.Vessels, told.Persons, told.Confidence, told.Code));
        Assert.Equal((true, 45, 3_480, 310, 95), (told.HasContact, told.ContactBearingDeg, told.ContactDistanceM, told.ContactCogDeg, told.ContactSogDeciknots));
        report.Code = 64;
        Assert.Throws<ArgumentOutOfRangeException>(() => _unit.Events.Raise(report, _unit.Clock.MonotonicMs));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Raise_JournalOrCounterFails_WaitsAndIsStoredInTheEndWithItsOwnTime(bool journal)
    {
        _unit.Clock.UtcMs = ReportingUnit.StartUtcMs;
        _unit.Journal.Answer = journal ? JournalResult.FlashFailed : JournalResult.Stored;
        _unit.DurableStore.SaveFails = !journal;
        Assert.Equal(EventOutcome.Waiting, _unit.Events.Raise(EventKind.Bilge, _unit.Clock.MonotonicMs));
        Assert.Equal(EventOutcome.Waiting, _unit.Events.Raise(EventKind.Sos, _unit.Clock.MonotonicMs));
        for (var second = 0; second < 600; second++)
        {
            _unit.Clock.Advance(1000);
            _unit.Poll();
        }

        // Tried a few times at first and once a minute later, not at each poll.
        Assert.InRange(_unit.Events.Refusals, 8, 20);
        Assert.Equal(2, _unit.Events.Waiting);
        _unit.Journal.Answer = JournalResult.Stored;
        _unit.DurableStore.SaveFails = false;
        _unit.Clock.Advance(60_000);
        _unit.Poll();
        var told = _unit.Stored(FrameKind.Event).Select(codec => (codec.Event.Kind, codec.Event.UtcMs / 1000)).ToList();
        Assert.Equal([(EventKind.Sos, ReportingUnit.StartUtcMs / 1000), (EventKind.Bilge, ReportingUnit.StartUtcMs / 1000)], told);
        Assert.Equal((0, 0, 2), (_unit.Events.Waiting, _unit.Events.Lost, _unit.Events.Stored));
    }

    [Fact]
    public void Raise_SosWhileTheJournalIsDead_IsThereForTheLinks()
    {
        var buffer = new byte[64];
        _unit.Journal.Answer = JournalResult.FlashFailed;
        _unit.Events.Raise(EventKind.Tamper, _unit.Clock.MonotonicMs);
        Assert.Equal(0, _unit.Events.CopyUnstoredSos(buffer, 0));
        _unit.Events.Raise(EventKind.Sos, _unit.Clock.MonotonicMs);
        var length = _unit.Events.CopyUnstoredSos(buffer, 0);
        Assert.Equal(EventKind.Sos, _unit.Open(buffer, length).Event.Kind);
        _unit.Journal.Answer = JournalResult.Stored;
        _unit.Clock.Advance(60_000);
        _unit.Poll();
        Assert.Equal(0, _unit.Events.CopyUnstoredSos(buffer, 0));
    }

    [Fact]
    public void Raise_MoreThanCanWait_KeepsTheCallsForHelp()
    {
        _unit.Journal.Answer = JournalResult.Full;
        _unit.Events.Raise(EventKind.ManOverboard, _unit.Clock.MonotonicMs);
        for (var i = 0; i < 30; i++)
            _unit.Events.Raise(EventKind.Boarding, _unit.Clock.MonotonicMs);
        _unit.Events.Raise(EventKind.Sos, _unit.Clock.MonotonicMs);
        Assert.Equal((EventRecorder.WaitingMax, 16), (_unit.Events.Waiting, _unit.Events.Lost));
        _unit.Journal.Answer = JournalResult.Stored;
        _unit.Clock.Advance(60_000);
        _unit.Poll();
        Assert.Equal([EventKind.ManOverboard, EventKind.Sos], _unit.Stored(FrameKind.Event).Select(codec => codec.Event.Kind).Take(2));
    }

    [Fact]
    public void Raise_SensorAgainTooSoon_IsCountedAndAPersonIsAlwaysHeard()
    {
        Assert.Equal(EventOutcome.Stored, _unit.Events.Raise(EventKind.Bilge, _unit.Clock.MonotonicMs));
        Assert.Equal(EventOutcome.Repeated, _unit.Events.Raise(EventKind.Bilge, _unit.Clock.MonotonicMs));
        Assert.Equal(EventOutcome.Stored, _unit.Events.Raise(EventKind.Bilge, 1, _unit.Clock.MonotonicMs));
        Assert.Equal(EventOutcome.Stored, _unit.Events.Raise(EventKind.Sos, _unit.Clock.MonotonicMs));
        Assert.Equal(EventOutcome.Stored, _unit.Events.Raise(EventKind.Sos, _unit.Clock.MonotonicMs));
        _unit.Clock.Advance(60_000);
        Assert.Equal(EventOutcome.Stored, _unit.Events.Raise(EventKind.Bilge, 1, _unit.Clock.MonotonicMs));
        Assert.Equal(1, _unit.Events.Repeated);
    }

    [Fact]
    public void OnCrossed_Boundary_IsAnEventWithItsNumberAndSide()
    {
        using var unit = new ReportingUnit(fences: [Fence.Circle(0, 0, 100), Fence.Circle(10_000_000, 1_040_134_918, 1_000)]);
        var voyage = new Voyage(unit) { Knots = 20, Course = 90 };
        voyage.Sail(400);
        var told = unit.Stored(FrameKind.Event).Select(codec => (codec.Event.Kind, codec.Event.Code, codec.Event.PositionAge)).ToList();
        Assert.Equal([(EventKind.Geofence, 2, PositionAge.TenSeconds), (EventKind.Geofence, 34, PositionAge.TenSeconds)], told);
    }

    public void Dispose() => _unit.Dispose();
}
