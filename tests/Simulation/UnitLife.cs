using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Simulation;

/// <summary>
/// One life of the unit, from power to loss of power: the parts of Core as firmware/BoatUnit/Wiring/Reporting.cs wires
/// them, over the flash areas that outlive it.
/// </summary>
public sealed class UnitLife : ISosIndicator, IKeyUser
{
    /// <summary>Its number.</summary>
    public const int Number = 4_711;

    private const uint LiveReserve = 64;
    private const uint DurableReserve = 8;
    private const int SketchedFixesEachPoll = 4;
    private const int LoRaTrackBytes = 66;
    private const int SosBytes = EventFrame.ShortBytes;

    private static readonly Fence[] NoFences = [];

    private readonly IUnitLink[] _links;
    private readonly WatchedJournal _used;
    private readonly KeyedCipher _cipher;
    private readonly DownlinkReceiver _downlinks;
    private readonly AirtimeBudget? _budget;
    // At a power that is legal anywhere: only the hour is asked.
    private readonly RadioSettings _settings = new() { BandwidthHz = 125_000, CodingRateDenominator = 5, PreambleSymbols = 8, PowerDbm = 0 };
    private long _nowMs;
    private readonly byte[] _unstored = new byte[FrameLimits.FrameBytesMax];

    public UnitLife(
        UnitStores stores,
        VoyageClock clock,
        Region region,
        LoRaOptions loRaOptions,
        IRadio? radio,
        IUnitLink[] networks,
        IFrameCipher cipher,
        RecordLedger ledger,
        VoyageDoubles doubles,
        DispatchOptions dispatchOptions,
        uint seed)
    {
        ArgumentNullException.ThrowIfNull(stores);
        var keys = new UnitKeys(stores.Keys, 0, stores.Keys.BlockCount);
        var counters = new FlashCounterStore(stores.Counters, 0, stores.Counters.BlockCount);
        if (radio is not null)
        {
            _budget = new AirtimeBudget(region, stores.Airtime, 0, stores.Airtime.BlockCount, new AirtimeOptions());
            _budget.Start(clock.MonotonicMs);
            LoRa = new LoRaLink(radio, _budget, loRaOptions, seed);
        }

        _links = [.. (LoRa is null ? networks : [LoRa, .. networks]).Select(doubles.Link)];
        HasKey = keys.TryLoad();
        _cipher = new KeyedCipher(doubles.Cipher(cipher));
        var live = new CounterAllocator(doubles.Counters(counters.Of(FrameClass.Live)), LiveReserve);
        var durable = new CounterAllocator(doubles.Counters(counters.Of(FrameClass.Durable)), DurableReserve);
        Journal = new FlashJournal(stores.Journal, 0, stores.Journal.BlockCount);
        Journal.Sketcher = new TrackSketcher(_cipher, null, durable, Number);
        _used = new WatchedJournal(doubles.Journal(Journal), Journal, ledger);
        Dispatcher = new LinkDispatcher(_links, _used, dispatchOptions, seed);
        Outbox = new DurableOutbox(Number, OperatingArea.Indonesia, _cipher, durable, _used) { Watch = doubles.Watch(Dispatcher) };
        var own = new OwnPosition();
        Events = new EventRecorder(new EventRecorderOptions(), Outbox, own, clock);
        Track = new TrackRecorder(TrackOptions(networks.Length > 0), Outbox, clock);
        Status = new StatusRecorder(new StatusRecorderOptions(), Outbox, live, State, Condition, own, clock);
        var schedule = new LiveSchedule(new LiveScheduleOptions());
        Fixes = new FixReports(
            own,
            new MotionWatch(new MotionOptions()),
            new Geofence(NoFences, Geofence.HysteresisMDefault, Events),
            Track,
            schedule,
            new LiveReporter(Number, OperatingArea.Indonesia, _cipher, live, Dispatcher, Condition),
            clock);
        var commands = new CommandExecutor(keys, clock, schedule, Track, Status, State, Dispatcher, this, this);
        _downlinks = new DownlinkReceiver(Number, keys, _links, Dispatcher, _used, commands, this, Status, clock);
        KeysChanged();
    }

    public bool HasKey { get; }

    public FlashJournal Journal { get; }

    public LinkDispatcher Dispatcher { get; }

    public DurableOutbox Outbox { get; }

    public EventRecorder Events { get; }

    public TrackRecorder Track { get; }

    public StatusRecorder Status { get; }

    public FixReports Fixes { get; }

    public LoRaLink? LoRa { get; }

    public UnitState State { get; } = new();

    public UnitCondition Condition { get; } = new();

    /// <summary>See <see cref="LoRaLink.SosPaceMs"/>.</summary>
    public int SosPaceMs => LoRa is null ? 0 : LoRa.SosPaceMs(SosBytes);

    /// <summary>Whether the unit's ledger leaves no room for an SOS on any channel.</summary>
    public bool IsSosBarred => _budget is not null && _budget.Region.ChannelsHz.All(IsBarred);

    public void Poll(long nowMs)
    {
        _nowMs = nowMs;
        TellWidest();
        _downlinks.Poll(nowMs);
        Events.Poll(nowMs);
        Track.Poll(nowMs);
        Status.Poll(nowMs);
        var bytes = Events.CopyUnstoredSos(_unstored, 0);
        if (bytes > 0)
            Dispatcher.OfferUnstored(_unstored, bytes);
        Condition.BacklogPending = _used.HeldFrames > 0;
        if (_budget is not null)
            State.AirtimePermille = _budget.UsedPermille(nowMs);
        Dispatcher.Poll(nowMs);
        _used.Tend(SketchedFixesEachPoll);
    }

    private bool IsBarred(int frequencyHz)
    {
        var region = _budget!.Region;
        var factor = TimeOnAir.SpreadingFactorMax;
        while (region.FrameBytesMax(factor) < SosBytes)
            factor--;
        _settings.FrequencyHz = frequencyHz;
        _settings.SpreadingFactor = factor;
        return _budget.Check(_settings, SosBytes, AirtimePurpose.Sos, _nowMs) == AirtimeRefusal.DutyCycle;
    }

    /// <inheritdoc/>
    public bool TryShowAcknowledged(uint eventCounter, int code)
    {
        Dispatcher.SosSeen(eventCounter);
        return true;
    }

    /// <inheritdoc/>
    public void KeysChanged()
    {
        _downlinks.UseKeys(_cipher, null);
        Journal.Sketcher.UseCiphers(_cipher, null);
    }

    // Without a network the longest block is what LoRa carries at SF9.
    private static TrackRecorderOptions TrackOptions(bool hasNetwork)
    {
        return new TrackRecorderOptions { FrameBytesMax = hasNetwork ? FrameLimits.FrameBytesMax : LoRaTrackBytes };
    }

    private void TellWidest()
    {
        var widest = 0;
        foreach (var link in _links)
            widest = Math.Max(widest, link.FrameBytesMax);
        if (widest > 0)
            Status.FrameBytesMax = Math.Min(widest, StatusFrame.LongBytes);
    }
}
