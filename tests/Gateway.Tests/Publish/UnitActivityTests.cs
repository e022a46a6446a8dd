using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Publish;

public sealed class UnitActivityTests : IAsyncDisposable
{
    private const long Begin = 1_800_000_000_000;
    private readonly TestBoat _boat = new(17);
    private readonly ManualTime _time = new(Begin);
    private UnitSchedules _schedules = UnitSchedules.Default;
    private SqliteJournal? _journal;
    private readonly Stages _stages;

    public UnitActivityTests() => _stages = new Stages(time: _time);

    public async ValueTask DisposeAsync()
    {
        await _stages.DisposeAsync();
        _boat.Dispose();
    }

    // docs/reporting.md: 15 s fast, 60 s under way, 30 min moored, 15 s in alarm, four times that on a low battery, never over 1 h.
    [Theory]
    [InlineData(Movement.Fast, false, false, 15)]
    [InlineData(Movement.UnderWay, false, false, 60)]
    [InlineData(Movement.Stationary, false, false, 1_800)]
    [InlineData(Movement.Unknown, false, false, 1_800)]
    [InlineData(Movement.UnderWay, true, false, 240)]
    [InlineData(Movement.Stationary, true, false, 3_600)]
    [InlineData(Movement.Stationary, false, true, 15)]
    [InlineData(Movement.Stationary, true, true, 15)]
    public async Task State_ByWhatTheUnitTold_FollowsItsSchedule(Movement movement, bool onBattery, bool alarm, int intervalS)
    {
        Moving(movement);
        (_boat.Position.OnBattery, _boat.Position.Alarm) = (onBattery, alarm);
        var activity = await StartAsync();
        Hear(activity, 1, Begin);
        long lateMs = (2000L * intervalS) + 30_000, silentMs = (4000L * intervalS) + 60_000;

        Assert.Equal((UnitActivityState.Live, Begin), StateAt(activity, Begin + lateMs - 1));
        Assert.Equal((UnitActivityState.Late, Begin + lateMs), StateAt(activity, Begin + lateMs));
        Assert.Equal((UnitActivityState.Silent, Begin + silentMs), StateAt(activity, Begin + silentMs));
    }

    // The unit's own schedule before its agency's, and that before all others'.
    [Theory]
    [InlineData("""[ { "patrolS": 300 } ]""", Movement.UnderWay, false, 300)]
    [InlineData("""[ { "patrolS": 300 }, { "agency": "polairud", "patrolS": 120 } ]""", Movement.UnderWay, false, 120)]
    [InlineData("""[ { "unit": 17, "patrolS": 30 }, { "agency": "polairud", "patrolS": 120 } ]""", Movement.UnderWay, false, 30)]
    [InlineData("""[ { "unit": 16, "patrolS": 30 }, { "agency": "basarnas", "patrolS": 120 } ]""", Movement.UnderWay, false, 60)]
    [InlineData("""[ { "anchoredS": 900, "mooredS": 600 } ]""", Movement.Stationary, false, 900)]
    [InlineData("""[ { "mooredS": 7200, "ceilingS": 2400 } ]""", Movement.Stationary, false, 2_400)]
    [InlineData("""[ { "pursuitS": 2, "floorS": 20 } ]""", Movement.Fast, false, 20)]
    [InlineData("""[ { "patrolS": 100, "lowBatteryFactor": 2 } ]""", Movement.UnderWay, true, 200)]
    public async Task State_WithConfiguredSchedules_FollowsTheUnitsOwn(string schedules, Movement movement, bool onBattery, int intervalS)
    {
        _schedules = Read(schedules);
        Moving(movement);
        _boat.Position.OnBattery = onBattery;
        var activity = await StartAsync();
        Hear(activity, 1, Begin);

        Assert.True(activity.TryGetState(17, Begin, out var value));
        Assert.Equal(1000 * intervalS, value.IntervalMs);
        Assert.Equal(UnitActivityState.Late, StateAt(activity, Begin + (2000L * intervalS) + 30_000).State);
        Assert.Equal(UnitActivityState.Silent, StateAt(activity, Begin + (4000L * intervalS) + 60_000).State);
    }

    // What the frame calls under way begins at 0.7 kn, and fast at 22: the unit's own bounds may be others.
    [Theory]
    [InlineData("[]", Movement.UnderWay, 9, 1_800)]
    [InlineData("[]", Movement.UnderWay, 10, 60)]
    [InlineData("[]", Movement.Fast, 220, 60)]
    [InlineData("[]", Movement.Fast, 221, 15)]
    [InlineData("""[ { "patrolFromCmps": 514, "pursuitFromCmps": 2000 } ]""", Movement.UnderWay, 99, 1_800)]
    [InlineData("""[ { "patrolFromCmps": 514, "pursuitFromCmps": 2000 } ]""", Movement.Fast, 300, 60)]
    public async Task State_BetweenTheFramesBoundsAndTheUnits_TakesTheLongerInterval(string schedules, Movement movement, int sogDeciknots, int intervalS)
    {
        _schedules = Read(schedules);
        (_boat.Position.Movement, _boat.Position.SogDeciknots) = (movement, sogDeciknots);
        var activity = await StartAsync();
        Hear(activity, 1, Begin);

        Assert.True(activity.TryGetState(17, Begin, out var value));
        Assert.Equal(1000 * intervalS, value.IntervalMs);
    }

    [Fact]
    public async Task State_InAlarm_FollowsTheConfiguredInterval()
    {
        _schedules = Read("""[ { "alarmS": 300 } ]""");
        (_boat.Position.Movement, _boat.Position.Alarm) = (Movement.Stationary, true);
        var activity = await StartAsync();
        Hear(activity, 1, Begin);

        Assert.True(activity.TryGetState(17, Begin, out var value));
        Assert.Equal(300_000, value.IntervalMs);
    }

    [Theory]
    [InlineData("""[ { "agency": "Polairud" } ]""", "schedules[0].agency")]
    [InlineData("""[ { "agency": "a", "unit": 1 } ]""", "schedules[0].unit")]
    [InlineData("""[ { "agency": "a" }, { "agency": "a" } ]""", "schedules[1].agency")]
    [InlineData("""[ { "unit": 7 }, { "unit": 7 } ]""", "schedules[1].unit")]
    [InlineData("""[ {}, {} ]""", "schedules[1].agency")]
    [InlineData("""[ { "floorS": 60, "ceilingS": 30 } ]""", "schedules[0].ceilingS")]
    [InlineData("""[ { "patrolS": 0 } ]""", "schedules[0].patrolS")]
    [InlineData("""[ { "patrol": 60 } ]""", "schedules[0].patrol")]
    public void Schedules_WithAMistake_AreNamed(string schedules, string key)
    {
        List<ConfigurationError> errors = [];
        Read(schedules, errors);

        Assert.Equal(key, Assert.Single(errors).Key);
    }

    [Fact]
    public async Task State_HeardAgain_IsLiveSinceThen()
    {
        var activity = await StartAsync();
        Hear(activity, 1, Begin);
        Hear(activity, 2, Begin + 60_000);
        Assert.Equal((UnitActivityState.Live, Begin), StateAt(activity, Begin + 61_000));
        Hear(activity, 3, Begin + 3_600_000);
        Assert.Equal((UnitActivityState.Live, Begin + 3_600_000), StateAt(activity, Begin + 3_600_001));
    }

    [Fact]
    public async Task State_DurableFrameAlone_IsASignOfLife()
    {
        var activity = await StartAsync();
        Hear(activity, 1, Begin);
        Commit(activity, _boat.Status(7), FrameClass.Durable, 7, Begin + 250_000);

        Assert.Equal(UnitActivityState.Live, StateAt(activity, Begin + 350_000).State);
        Assert.Equal((1, 7), (activity.Newest(17, FrameClass.Live), activity.Newest(17, FrameClass.Durable)));
    }

    [Fact]
    public async Task State_OfAUnitNeverHeard_IsNone() =>
        Assert.False((await StartAsync()).TryGetState(17, Begin, out _));

    [Fact]
    public async Task Start_AfterAStop_HasSilentUnitsSilentSinceThenAndForgivesTheDowntimeOfOthers()
    {
        using var other = new TestBoat(18);
        var activity = await StartAsync();
        Hear(activity, 1, Begin);
        Commit(activity, other.Frame(5), FrameClass.Live, 5, Begin + 590_000, unit: 18);
        _time.Step(TimeSpan.FromMinutes(10));
        await _stages.StopAsync(activity);
        _time.Step(TimeSpan.FromDays(1) - TimeSpan.FromMinutes(10));
        var again = await StartAsync();

        Assert.Equal((UnitActivityState.Silent, Begin + 300_000), StateAt(again, _time.UtcMs));
        Assert.Equal((UnitActivityState.Live, Begin + 590_000), StateAt(again, _time.UtcMs, 18));
        Assert.Equal((UnitActivityState.Late, _time.UtcMs + 140_000), StateAt(again, _time.UtcMs + 140_000, 18));
        Assert.Equal((5, 1), (again.NewestAtStart(18, FrameClass.Live), again.Newest(17, FrameClass.Live)));
    }

    [Fact]
    public async Task Start_AfterACrash_ReadsFromTheJournalWhatTheFileLacks()
    {
        var listeners = new Late();
        var journal = await _stages.StartJournalAsync(30, listeners);
        var first = await StartAsync(journal);
        listeners.Listener = first;
        var statusUtcMs = Begin + 20_000;
        Append(journal, _boat.FrameNow(9), FrameClass.Live, 9, Begin);
        Append(journal, _boat.Status(4), FrameClass.Durable, 4, statusUtcMs);
        await journal.FlushAsync(CancellationToken.None);

        // Nothing of it was saved: this is what a killed gateway leaves.
        _time.Step(TimeSpan.FromMilliseconds(statusUtcMs - Begin));
        var second = await StartAsync(journal);

        Assert.Equal((9, 4), (second.NewestAtStart(17, FrameClass.Live), second.NewestAtStart(17, FrameClass.Durable)));
        Assert.Equal((UnitActivityState.Late, statusUtcMs + 150_000), StateAt(second, statusUtcMs + 150_000));
    }

    // Killed within its first minute, again and again: each start must know what was published as the present, however long ago.
    [Fact]
    public async Task Start_KilledBeforeItSavedAnything_KnowsAStatusFromBeforeAllThatIsReplayed()
    {
        var journal = await _stages.StartJournalAsync();
        Append(journal, _boat.Status(4), FrameClass.Durable, 4, Begin);
        await journal.FlushAsync(CancellationToken.None);
        await StartAsync(journal);
        var frame = _boat.FrameNow(9);
        for (var i = 1; i <= UnitActivity.ReplayMax; i++)
        {
            Append(journal, frame, FrameClass.Live, 9, Begin);

            // The stages' buffer holds no more.
            if (i % 250 == 0)
                await journal.FlushAsync(CancellationToken.None);
        }

        var second = await StartAsync(journal);

        Assert.Equal(4, second.NewestAtStart(17, FrameClass.Durable));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"Version":1,"Id":0,"SavedUtcMs":0,"Units":[{"Unit":99999}]}""")]
    [InlineData("""{"Version":2,"Id":0,"SavedUtcMs":0,"Units":[]}""")]
    public async Task Start_OnAFileOfNoUse_BeginsAnew(string text)
    {
        await File.WriteAllTextAsync(UnitActivity.FileOf(_stages.JournalFile), text);
        var activity = await StartAsync();
        Hear(activity, 1, Begin);

        Assert.Equal((UnitActivityState.Live, Begin), StateAt(activity, Begin));
    }

    [Fact]
    public void StateMessage_IsTheDocumentedOne()
    {
        using var buffer = new MessageBuffer();
        var unit = new FleetUnit(17, "polairud", "KP Hiu 3001", new PlatformAesCcm(new byte[16]));
        var since = new DateTimeOffset(2026, 11, 23, 0, 5, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var value = new UnitStateValue(UnitActivityState.Silent, since, since - 300_000, 60_000);
        var message = UnitStateMessage.Make(unit, new UnitTopics("patrol/v1", unit), in value, buffer);

        MessageCheck.Documented(message.Payload);
        MessageCheck.Valid(message);
        Assert.Equal(("patrol/v1/polairud/17/state", true, null), (message.Topic, message.Retain, message.ExpirySeconds));
    }

    [Fact]
    public void LinkMessage_OfReceptions_IsTheDocumentedOne()
    {
        var quality = new LinkQuality();
        var from = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Hear(quality, from, 0xAA555A0000000000, -103, -75, 7);
        Hear(quality, from + 60_000, 0xAA555A0000000000, -111, -120, 9);
        Hear(quality, from + 60_000, 0xAA555A0000000001, Reception.Unknown, 25, 9);
        quality.Heard(17, FrameClass.Live, 1, new Reception { Link = UplinkLink.Cellular, ReceivedUtcMs = from + 90_000 });
        List<LinkWay> ways = [];
        Assert.False(quality.TryTake(17, from + 299_999, 300_000, ways, out _));
        Assert.True(quality.TryTake(17, from + 300_000, 300_000, ways, out var period));
        using var buffer = new MessageBuffer();
        var unit = new FleetUnit(17, "polairud", "KP Hiu 3001", new PlatformAesCcm(new byte[16]));
        var message = LinkMessage.Make(unit, new UnitTopics("patrol/v1", unit), in period, ways, 300, buffer);

        MessageCheck.Documented(message.Payload);
        MessageCheck.Valid(message);
        Assert.Equal(("patrol/v1/polairud/17/link", true, 900u), (message.Topic, message.Retain, message.ExpirySeconds));
        Assert.False(quality.TryTake(17, from + 900_000, 300_000, ways, out _));
    }

    [Fact]
    public void LinkQuality_OfMoreWaysThanAreKept_CountsAllReceptions()
    {
        var quality = new LinkQuality();
        for (ulong concentrator = 1; concentrator <= LinkQuality.WaysMax + 3; concentrator++)
            Hear(quality, Begin, concentrator, -100, 0, 7);
        List<LinkWay> ways = [];

        Assert.True(quality.TryTake(17, Begin + 1, 1, ways, out var period));
        Assert.Equal((LinkQuality.WaysMax, LinkQuality.WaysMax + 3), (ways.Count, period.Receptions));
    }

    private static void Hear(LinkQuality quality, long utcMs, ulong concentrator, int rssiDbm, int snrDecibelE1, int spreadingFactor) =>
        quality.Heard(17, FrameClass.Live, 1, new Reception
        {
            Concentrator = concentrator,
            RssiDbm = rssiDbm,
            SnrDecibelE1 = snrDecibelE1,
            SpreadingFactor = spreadingFactor,
            ReceivedUtcMs = utcMs,
        });

    private static (UnitActivityState State, long SinceUtcMs) StateAt(UnitActivity activity, long utcMs, int unit = 17)
    {
        Assert.True(activity.TryGetState(unit, utcMs, out var value));
        return (value.State, value.SinceUtcMs);
    }

    private void Hear(UnitActivity activity, uint counter, long utcMs) =>
        Commit(activity, _boat.Frame(counter), FrameClass.Live, counter, utcMs);

    private void Commit(UnitActivity activity, byte[] frame, FrameClass frameClass, uint counter, long utcMs, int unit = 17)
    {
        var datagram = Opened(frame, frameClass, counter, utcMs, unit);
        activity.Committed(datagram, AdmissionState.NeverSeen, isDuplicate: false);
        _stages.Buffer.Return(datagram);
    }

    private void Append(SqliteJournal journal, byte[] frame, FrameClass frameClass, uint counter, long utcMs) =>
        journal.Append(Opened(frame, frameClass, counter, utcMs, 17), AdmissionState.NeverSeen);

    private Datagram Opened(byte[] frame, FrameClass frameClass, uint counter, long utcMs, int unit)
    {
        using var boat = new TestBoat(unit);
        var record = TestRecords.Of(frame, boat, new AdmittedFrame { Counter = counter, ReceivedUtcMs = utcMs, TimeUtcMs = utcMs, Class = frameClass });
        var datagram = _stages.Datagram(frame, receivedUtcMs: utcMs);
        var admitted = record.Frame;
        datagram.SetAdmitted(in admitted, record.Body.AsSpan(0, record.BodyLength));
        return datagram;
    }

    private UnitSchedules Read(string schedules)
    {
        List<ConfigurationError> errors = [];
        var read = Read(schedules, errors);
        Assert.Empty(errors);
        return read;
    }

    private UnitSchedules Read(string schedules, List<ConfigurationError> errors)
    {
        var file = _stages.JournalFile + ".json";
        File.WriteAllText(file, $"{{ \"schedules\": {schedules} }}");
        return UnitSchedules.Read(new ConfigurationFile(file, errors).Root);
    }

    private void Moving(Movement movement) =>
        (_boat.Position.Movement, _boat.Position.SogDeciknots) = (movement, movement == Movement.Fast ? 250 : 123);

    private async Task<UnitActivity> StartAsync(IJournal? journal = null)
    {
        var source = journal ?? (_journal ??= await _stages.StartJournalAsync());
        return await _stages.StartAsync(new UnitActivity(
            UnitActivity.FileOf(_stages.JournalFile),
            () => source,
            new FleetSource(TestBoat.Fleet(_boat)),
            _schedules,
            _stages.Guard,
            _time,
            NullLogger<UnitActivity>.Instance));
    }

    private sealed class Late : ICommitListener
    {
        public ICommitListener? Listener { get; set; }

        public void Committed(Datagram datagram, in AdmissionState state, bool isDuplicate) =>
            Listener?.Committed(datagram, in state, isDuplicate);
    }
}
