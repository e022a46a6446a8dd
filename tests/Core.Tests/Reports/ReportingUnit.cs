using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Tests.Journal;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Core.Tracks;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Core.Tests.Reports;

/// <summary>All of Core/Reports wired as on a boat, with the real cipher and counters, over a journal in memory.</summary>
internal sealed class ReportingUnit : IDisposable
{
    public const int Number = 7;

    /// <summary>2027-03-04T05:06:07Z.</summary>
    public const long StartUtcMs = 1_804_136_767_000;

    private readonly SimulatedAes _aes = new(new byte[SimulatedAes.KeyBytes]);
    private readonly FrameCodec _codec = new();

    public ReportingUnit(
        LiveScheduleOptions? live = null,
        TrackRecorderOptions? track = null,
        Fence[]? fences = null,
        StatusRecorderOptions? status = null,
        EventRecorderOptions? events = null)
    {
        Cipher = new KeyedCipher(new AesCcm(_aes));
        LiveCounters = new CounterAllocator(LiveStore, 64);
        Outbox = new DurableOutbox(Number, OperatingArea.Indonesia, Cipher, new CounterAllocator(DurableStore, 8), Journal);
        Events = new EventRecorder(events ?? new(), Outbox, Own, Clock);
        Track = new TrackRecorder(track ?? new(), Outbox, Clock);
        Status = new StatusRecorder(status ?? new(), Outbox, LiveCounters, State, Condition, Own, Clock);
        Schedule = new LiveSchedule(live ?? new());
        Live = new LiveReporter(Number, OperatingArea.Indonesia, Cipher, LiveCounters, Slot, Condition);
        Fixes = new FixReports(Own, Motion, new Geofence(fences ?? [], Geofence.HysteresisMDefault, Events), Track, Schedule, Live, Clock);
    }

    public TestClock Clock { get; } = new();

    public MemoryJournal Journal { get; } = new();

    public MemoryCounterStore LiveStore { get; } = new();

    public MemoryCounterStore DurableStore { get; } = new();

    public OwnPosition Own { get; } = new();

    public MotionWatch Motion { get; } = new(new MotionOptions());

    public UnitCondition Condition { get; } = new();

    public UnitState State { get; } = new();

    public NewestLink Slot { get; } = new();

    public KeyedCipher Cipher { get; }

    public CounterAllocator LiveCounters { get; }

    public DurableOutbox Outbox { get; }

    public EventRecorder Events { get; }

    public TrackRecorder Track { get; }

    public StatusRecorder Status { get; }

    public LiveSchedule Schedule { get; }

    public LiveReporter Live { get; }

    public FixReports Fixes { get; }

    public void Poll()
    {
        Events.Poll(Clock.MonotonicMs);
        Track.Poll(Clock.MonotonicMs);
        Status.Poll(Clock.MonotonicMs);
    }

    /// <summary>Opens a frame of this unit; the report is in the codec's property of the kind.</summary>
    public FrameCodec Open(byte[] frame, int length, uint liveCounter = 0)
    {
        Assert.Equal(FrameRejection.None, _codec.ReadHeader(frame, 0, length, FrameDirection.Uplink));
        Assert.Equal(Number, _codec.Header.Unit);
        var counter = _codec.Header.IsDurable ? _codec.Header.Counter : liveCounter;
        Assert.Equal(FrameRejection.None, _codec.Open(Cipher, OperatingArea.Indonesia, counter));
        Assert.Equal(FrameRejection.None, _codec.ReadBody());
        return _codec;
    }

    /// <summary>The stored frames of a kind, opened one after the other.</summary>
    public IEnumerable<FrameCodec> Stored(FrameKind kind) =>
        Journal.Frames.Where(frame => ((frame[0] >> 2) & 0xF) == (int)kind).Select(frame => Open(frame, frame.Length));

    /// <summary>Every fix of every stored track block.</summary>
    public List<LogFix> StoredTrack()
    {
        var fixes = new List<LogFix>();
        var decoder = new TrackDecoder();
        foreach (var codec in Stored(FrameKind.Track))
        {
            Assert.Equal(TrackReadResult.Fix, decoder.Open(codec.Body, 0, codec.BodyBytes));
            while (decoder.Read() == TrackReadResult.Fix)
                fixes.Add(new LogFix(decoder.UtcS, decoder.LatitudeE5, decoder.LongitudeE5, decoder.SogDeciknots, decoder.CogDeg));
        }

        return fixes;
    }

    public void Dispose() => _aes.Dispose();

    /// <summary>A fix at a distance from 1 N 104 E, at the clock's monotonic time after <see cref="StartUtcMs"/>.</summary>
    public static Fix FixAt(long utcMs, double northM, double eastM, double knots, double course) => new()
    {
        LatitudeE7 = 10_000_000 + (int)Math.Round(northM * 89.932),
        LongitudeE7 = 1_040_000_000 + (int)Math.Round(eastM * 89.932 / Math.Cos(Math.PI / 180)),
        TimeOfDayMs = (int)(utcMs % UtcTime.DayMs),
        DayNumber = (int)(utcMs / UtcTime.DayMs),
        SogMilliknots = (int)Math.Round(knots * 1000),
        CogCdeg = (int)Math.Round(course * 100) % 36_000,
        Quality = FixQuality.Autonomous,
        Satellites = 9,
        HdopE2 = 94,
    };
}
