using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>
/// From fixes and events to sealed frames, to the journal and to the links, and what comes back. There is one only where
/// the unit has a key.
/// </summary>
public sealed class Reporting
{
    // A reset skips at the most these (docs/decisions/counters-and-nonces.md).
    private const uint LiveReserve = 64;
    private const uint DurableReserve = 8;

    // What the journal may spend on sketches in one turn of the loop: a fix decoded costs some thousand instructions.
    private const int SketchedFixesEachPoll = 4;

    // At SF9 under the dwell limit: 11 % more bytes on signalk-plaka than frames of 222 B, 30 % on a boat that turns all the time.
    private const int TrackBytesOverLoRa = 66;

    private readonly UnitLinks _links;
    private readonly FlashJournal _journal;
    private readonly byte[] _unstored = new byte[FrameLimits.FrameBytesMax];

    public Reporting(UnitPlatform platform, UnitConfig config, LiveSettings settings, UnitKeys keys, FlashCounterStore counters, UnitLinks links, ISosIndicator sos, uint seed, IBeat beat)
    {
        int unit = config.Number(ConfigKeys.UnitId);
        IUnitLink[] all = links.All();
        _links = links;
        Keyring = new UnitKeyring(keys);
        CounterAllocator live = new CounterAllocator(counters.Of(FrameClass.Live), LiveReserve);
        CounterAllocator durable = new CounterAllocator(counters.Of(FrameClass.Durable), DurableReserve);
        _journal = new FlashJournal(platform.Storage.Journal, 0, platform.Storage.Journal.BlockCount, beat);
        _journal.Sketcher = new TrackSketcher(Keyring.InUse, Keyring.Previous, durable, unit);
        Dispatcher = new LinkDispatcher(all, _journal, new DispatchOptions(), seed);
        Outbox = new DurableOutbox(unit, UnitOptions.Area(config), Keyring.InUse, durable, _journal);
        Outbox.Watch = Dispatcher;
        Own = new OwnPosition();
        Events = new EventRecorder(settings.Events, Outbox, Own, platform.Clock);
        Track = new TrackRecorder(settings.Track, Outbox, platform.Clock);
        Status = new StatusRecorder(settings.Status, Outbox, live, State, Condition, Own, platform.Clock);
        Schedule = new LiveSchedule(settings.Live);
        Fixes = new FixReports(
            Own,
            new MotionWatch(settings.Motion),
            UnitOptions.Fences(config, Events),
            Track,
            Schedule,
            new LiveReporter(unit, UnitOptions.Area(config), Keyring.InUse, live, Dispatcher, Condition),
            platform.Clock);
        CommandExecutor commands = new CommandExecutor(
            keys, platform.Clock, Schedule, Track, Status, State, Dispatcher, sos, Keyring);
        Downlinks = new DownlinkReceiver(unit, keys, all, Dispatcher, _journal, commands, Keyring, Status, platform.Clock);
        Keyring.Tell(Downlinks, _journal.Sketcher);
    }

    public UnitKeyring Keyring { get; }

    public FlashJournal Journal => _journal;

    public LinkDispatcher Dispatcher { get; }

    public DownlinkReceiver Downlinks { get; }

    public DurableOutbox Outbox { get; }

    public OwnPosition Own { get; }

    public EventRecorder Events { get; }

    public TrackRecorder Track { get; }

    public StatusRecorder Status { get; }

    public LiveSchedule Schedule { get; }

    public FixReports Fixes { get; }

    /// <summary>What the unit knows of itself, for the status.</summary>
    public UnitState State { get; } = new UnitState();

    /// <summary>What live frames say of the unit itself.</summary>
    public UnitCondition Condition { get; } = new UnitCondition();

    /// <summary>Everything that is not begun by a fix. Downlinks first: what they acknowledge need not be sent.</summary>
    public void Poll(long nowMs)
    {
        CutForLinks();
        Downlinks.Poll(nowMs);
        Events.Poll(nowMs);
        Track.Poll(nowMs);
        TellLosses();
        Status.Poll(nowMs);
        OfferUnstoredSos();
        Condition.BacklogPending = _journal.HeldFrames > 0;
        Dispatcher.Poll(nowMs);
        _journal.Tend(SketchedFixesEachPoll);
    }

    /// <summary>Whether the record can be kept.</summary>
    public UnitFaults Faults()
    {
        bool bad = _journal.BadBlocks > 0 || _journal.SyncFailures > 0 || Outbox.WithoutCounter > 0;
        return bad ? UnitFaults.Journal : UnitFaults.None;
    }

    // What is sealed is not cut again, and a frame that LoRa cannot carry waits for the network, however long that is away. So
    // frames are cut for the network only while the shore answers on it.
    private void CutForLinks()
    {
        int widest = Dispatcher.WidestUpBytes;
        if (widest > 0)
        {
            Status.FrameBytesMax = widest;
        }

        Track.FrameBytesMax = _links.LoRa == null || Dispatcher.IsNetworkUp ? FrameLimits.FrameBytesMax : TrackBytesOverLoRa;
    }

    private void TellLosses()
    {
        State.FramesDamaged = Clamped(_journal.DamagedFrames);
        State.SosDropped = Clamped(_journal.DroppedSos);
        State.EventsLost = Events.Lost;
        State.FixesLost = Clamped((long)Track.FixesLost + Track.FixesUndated + Track.FixesRefused);
    }

    private static int Clamped(long count)
    {
        return count < int.MaxValue ? (int)count : int.MaxValue;
    }

    private void OfferUnstoredSos()
    {
        int bytes = Events.CopyUnstoredSos(_unstored, 0);
        if (bytes > 0)
        {
            Dispatcher.OfferUnstored(_unstored, bytes);
        }
    }
}
