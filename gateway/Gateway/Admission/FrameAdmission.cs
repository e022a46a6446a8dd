using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>What the admission made of a datagram.</summary>
public enum AdmissionOutcome
{
    /// <summary>Not to be believed; a <see cref="FrameRejection"/> says why.</summary>
    Rejected = 0,

    /// <summary>A frame that was not known before.</summary>
    Admitted,

    /// <summary>A known frame, heard by another concentrator.</summary>
    FurtherReception,

    /// <summary>A known live frame, heard by a concentrator that had heard it, or by one more than a frame keeps.</summary>
    RepeatedReception,

    /// <summary>
    /// A durable frame that was settled before: the unit has not heard its acknowledgement. Given to the journal, whose unique key
    /// knows it, so that whoever acknowledges hears of it after the commit.
    /// </summary>
    SentAgain,

    /// <summary>Not looked at: too many frames of this unit from this source (<see cref="OpeningLimit"/>).</summary>
    RateLimited,
}

/// <summary>
/// Decides whether bytes are a frame of a registered unit that was not admitted before:
/// 1. read the header and find the unit; 2. known bytes within <see cref="DuplicateWindowMs"/>: a further reception;
/// 3. take a token for the opening; 4. open: a live frame where the unit's window finds the counter whose nonce fits the tag, and moves,
/// a durable one under each key that may be its; 5. read the body and date it; 6. append it with the unit's state.
/// One object, one thread.
/// </summary>
public sealed class FrameAdmission
{
    /// <summary>The same bytes after this time are a replay, not another concentrator's reception.</summary>
    public const int DuplicateWindowMs = 10_000;

    private readonly FleetSource _fleet;
    private readonly IUplinkListener[] _listeners;
    private readonly GatewayMetrics _metrics;
    private readonly AdmissionMetrics _counts;
    private readonly UnitClocks _clocks;
    private readonly OpeningLimit _limit;
    private readonly FrameCodec _codec = new();
    private readonly KeyedOpener _opener;
    private readonly BodyReader _bodies;
    private readonly UnitEntry?[] _units = new UnitEntry?[FrameHeader.UnitMax + 1];

    /// <param name="fleet">Who is believed.</param>
    /// <param name="units">What was admitted before this start, by unit.</param>
    /// <param name="listeners">Who is told of genuine receptions.</param>
    /// <param name="metrics">Counts every outcome. One admission for each: the instruments are made here.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <param name="clocks">Is told what units say of their clocks; null if nobody asks.</param>
    public FrameAdmission(
        FleetSource fleet,
        IEnumerable<KeyValuePair<int, AdmissionState>> units,
        IEnumerable<IUplinkListener> listeners,
        GatewayMetrics metrics,
        AdmissionOptions? options = null,
        UnitClocks? clocks = null)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(units);
        options ??= new AdmissionOptions();
        _fleet = fleet;
        _listeners = [.. listeners];
        _metrics = metrics;
        _counts = new AdmissionMetrics(metrics);
        _clocks = clocks ?? new UnitClocks(options.ClockSkewMaxS);
        _limit = new OpeningLimit(options.FramesPerSecondMax);
        _opener = new KeyedOpener(_codec);
        _bodies = new BodyReader(_codec, _counts);
        foreach (var (unit, kept) in units)
            _units[unit] = new UnitEntry(in kept);
    }

    /// <summary>
    /// Judges a datagram. If <see cref="IsTaken"/> says so of the outcome it went to <paramref name="journal"/>; otherwise it stays
    /// the caller's.
    /// </summary>
    public AdmissionOutcome Admit(Datagram datagram, IJournal journal, out FrameRejection rejection)
    {
        ArgumentNullException.ThrowIfNull(datagram);
        ArgumentNullException.ThrowIfNull(journal);
        rejection = _codec.ReadHeader(datagram.Frame, 0, datagram.FrameLength, FrameDirection.Uplink);
        if (rejection != FrameRejection.None)
            return Reject(rejection);
        var fleet = _fleet.Current;
        var unit = fleet.Find(_codec.Header.Unit);
        if (unit is null)
            return Reject(rejection = FrameRejection.UnknownUnit);
        var entry = _units[unit.Unit] ??= new UnitEntry(AdmissionState.NeverSeen);

        // Once it is appended the datagram is the journal's.
        var reception = datagram.Reception;
        var key = FrameKey.Of(datagram.Bytes);
        var finding = TakeKnown(entry, key, datagram, journal);
        if (finding == RecentFinding.FurtherReception)
            return AdmissionOutcome.FurtherReception;
        if (finding == RecentFinding.Repeated && !_codec.Header.IsDurable)
            return AdmissionOutcome.RepeatedReception;

        // A durable frame that is repeated was sent again: its unit waits for an acknowledgement, and the way to one leads through the
        // journal. It is opened like any other.

        if (!_limit.TryTake(unit.Unit, in reception, out var bucket))
        {
            _counts.RateLimited.Add();
            return AdmissionOutcome.RateLimited;
        }

        _opener.Keys = KeysOf(entry, unit);
        _opener.Area = fleet.AreaOf(unit);
        rejection = _codec.Header.IsDurable ? OpenDurable(out var counter) : OpenLive(entry, in reception, out counter);
        if (rejection == FrameRejection.TagMismatch)
            _limit.TakeForForgery(bucket);
        if (rejection != FrameRejection.None)
            return Reject(rejection);
        rejection = _bodies.Read(reception.ReceivedUtcMs, out var timeUtcMs);
        if (rejection != FrameRejection.None)
            return RejectUnreadable(entry, counter, rejection);
        return Record(entry, key, isRepeated: finding == RecentFinding.Repeated, counter, timeUtcMs, datagram, journal);
    }

    /// <summary>Whether the datagram has gone to the journal.</summary>
    public static bool IsTaken(AdmissionOutcome outcome) =>
        outcome is AdmissionOutcome.Admitted or AdmissionOutcome.FurtherReception or AdmissionOutcome.SentAgain;

    private RecentFinding TakeKnown(UnitEntry entry, FrameKey key, Datagram datagram, IJournal journal)
    {
        var reception = datagram.Reception;
        var isDurable = _codec.Header.IsDurable;
        var finding = entry.Recent.Find(
            key, isDurable, reception.ReceivedMonotonicMs, RecentFrames.Hearer(in reception), out var counter, out var id, out var ordinal);
        if (finding == RecentFinding.Unknown)
            return finding;
        if (finding == RecentFinding.FurtherReception)
        {
            _metrics.FurtherReceptions.Add();
            journal.AppendReception(id, ordinal, datagram);
        }
        else
        {
            _metrics.RepeatedReceptions.Add();
        }

        if (finding == RecentFinding.FurtherReception || !isDurable)
            Heard(_codec.Header.Unit, isDurable ? FrameClass.Durable : FrameClass.Live, counter, in reception);
        return finding;
    }

    private GatewayKeyRing KeysOf(UnitEntry entry, FleetUnit unit)
    {
        var keys = entry.KeysOf(unit, out var isAbsent);
        if (isAbsent)
            _counts.KeysAbsent.Add();
        return keys;
    }

    private FrameRejection OpenDurable(out uint counter)
    {
        counter = _codec.Header.Counter;
        return _opener.Opens(counter) ? FrameRejection.None : FrameRejection.TagMismatch;
    }

    private FrameRejection OpenLive(UnitEntry entry, in Reception reception, out uint counter)
    {
        var verdict = entry.Live.Judge(_codec.Header.CounterLow, reception.ReceivedUtcMs, _opener, out counter);
        return verdict switch
        {
            LiveVerdict.Admitted => FrameRejection.None,
            LiveVerdict.Unconfirmed => FrameRejection.Unconfirmed,
            LiveVerdict.Replayed => FrameRejection.Replayed,
            LiveVerdict.Older => FrameRejection.Older,
            _ => FrameRejection.TagMismatch,
        };
    }

    private AdmissionOutcome RejectUnreadable(UnitEntry entry, uint counter, FrameRejection rejection)
    {
        if (_codec.Header.IsDurable)
            entry.NoteUnreadable(counter);
        return Reject(rejection);
    }

    private AdmissionOutcome Record(
        UnitEntry entry, FrameKey key, bool isRepeated, uint counter, long timeUtcMs, Datagram datagram, IJournal journal)
    {
        var reception = datagram.Reception;
        var isDurable = _codec.Header.IsDurable;
        var frame = new AdmittedFrame
        {
            Unit = _codec.Header.Unit,
            Class = isDurable ? FrameClass.Durable : FrameClass.Live,
            Counter = counter,
            Kind = _codec.Header.Kind,
            Flags = _codec.Header.Flags,
            TimeUtcMs = timeUtcMs,
            ReceivedUtcMs = reception.ReceivedUtcMs,
        };
        datagram.SetAdmitted(in frame, _codec.Body.AsSpan(0, _codec.BodyBytes));
        if (entry.Admitted(_opener.Opened, frame.Class, counter))
            _counts.KeyChanges.Add();
        var isKnown = isDurable && (Settle(entry, in frame) == DurableMark.Known || isRepeated);
        var outcome = isKnown ? AdmissionOutcome.SentAgain : AdmissionOutcome.Admitted;
        if (!isDurable)
            _clocks.Measure(frame.Unit, timeUtcMs, reception.ReceivedUtcMs);
        (outcome == AdmissionOutcome.Admitted ? _metrics.FramesAdmitted : _counts.SentAgain).Add();

        // Before the commit tells of the frame: who answers knows by then which way it came.
        Heard(frame.Unit, frame.Class, counter, in reception);
        var id = journal.Append(datagram, entry.ToKept());
        if (outcome == AdmissionOutcome.Admitted)
            entry.Recent.Add(key, isDurable, counter, id, reception.ReceivedMonotonicMs, RecentFrames.Hearer(in reception));
        return outcome;
    }

    /// <summary>Takes over what other gateways have committed of a unit; told with the unit's next frame.</summary>
    public void Learn(int unit, in DurableWindowState stored) => (_units[unit] ??= new UnitEntry(AdmissionState.NeverSeen)).Learn(in stored);

    private DurableMark Settle(UnitEntry entry, in AdmittedFrame frame)
    {
        // First what it says of the base: the counters of a unit that this journal has not seen are far ahead of zero.
        if (frame.Kind == FrameKind.Status)
        {
            entry.Heed(_codec.Status, frame.Counter, frame.ReceivedUtcMs);
            _clocks.MeasureStatus(frame.Unit, frame.TimeUtcMs, frame.ReceivedUtcMs);
        }

        var mark = entry.Settle(frame.Counter);
        if (mark == DurableMark.TooFarAhead)
            _counts.TooFarAhead.Add();
        _counts.GivenUp.Add(entry.GiveUpUnreadable(frame.Counter));
        return mark;
    }

    private void Heard(int unit, FrameClass frameClass, uint counter, in Reception reception)
    {
        foreach (var listener in _listeners)
            listener.Heard(unit, frameClass, counter, in reception);
    }

    private AdmissionOutcome Reject(FrameRejection rejection)
    {
        _metrics.FrameRejections.Add(rejection);
        return AdmissionOutcome.Rejected;
    }

    /// <summary>The frame whose header was read, under the counters that a window supposes and each key that may be its.</summary>
    private sealed class KeyedOpener(FrameCodec codec) : IFrameOpener
    {
        public GatewayKeyRing? Keys { get; set; }

        public OperatingArea? Area { get; set; }

        /// <summary>The key that opened it last.</summary>
        public GatewayKey Opened { get; private set; }

        public bool Opens(uint counter) =>
            Opens(GatewayKey.Current, counter) || Opens(GatewayKey.Pending, counter) || Opens(GatewayKey.Retired, counter);

        private bool Opens(GatewayKey key, uint counter)
        {
            var frameClass = codec.Header.IsDurable ? FrameClass.Durable : FrameClass.Live;
            if (Keys!.For(key, frameClass, counter) is not { } cipher || codec.Open(cipher, Area, counter) != FrameRejection.None)
                return false;
            Opened = key;
            return true;
        }
    }
}
