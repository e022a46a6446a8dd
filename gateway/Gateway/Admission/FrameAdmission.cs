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

    /// <summary>A known frame, heard by a concentrator that had heard it, or by one more than a frame keeps.</summary>
    RepeatedReception,
}

/// <summary>
/// Decides whether bytes are a frame of a registered unit that was not admitted before:
/// 1. read the header and find the unit; 2. known bytes within <see cref="DuplicateWindowMs"/>: a further reception;
/// 3. the unit's window finds the counter whose nonce fits the tag, and moves; 4. read the body; 5. date it.
/// One object, one thread.
/// </summary>
public sealed class FrameAdmission
{
    /// <summary>The same bytes after this time are a replay, not another concentrator's reception.</summary>
    public const int DuplicateWindowMs = 10_000;

    private readonly FleetSource _fleet;
    private readonly IUplinkListener[] _listeners;
    private readonly GatewayMetrics _metrics;
    private readonly FrameCodec _codec = new();
    private readonly CandidateOpener _opener;
    private readonly UnitEntry?[] _units = new UnitEntry?[FrameHeader.UnitMax + 1];

    /// <param name="fleet">Who is believed.</param>
    /// <param name="units">What was admitted before this start, by unit.</param>
    /// <param name="listeners">Who is told of genuine receptions.</param>
    /// <param name="metrics">Counts every outcome.</param>
    public FrameAdmission(
        FleetSource fleet,
        IEnumerable<KeyValuePair<int, AdmissionState>> units,
        IEnumerable<IUplinkListener> listeners,
        GatewayMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(units);
        _fleet = fleet;
        _listeners = [.. listeners];
        _metrics = metrics;
        _opener = new CandidateOpener(_codec);
        foreach (var (unit, kept) in units)
            _units[unit] = new UnitEntry(kept);
    }

    /// <summary>
    /// Judges a datagram. What is admitted, or a further reception, is given to <paramref name="journal"/>, and the
    /// datagram with it; otherwise it stays the caller's.
    /// </summary>
    public AdmissionOutcome Admit(Datagram datagram, IJournal journal, out FrameRejection rejection)
    {
        ArgumentNullException.ThrowIfNull(datagram);
        ArgumentNullException.ThrowIfNull(journal);
        rejection = ReadHeader(datagram);
        if (rejection != FrameRejection.None)
            return Reject(rejection);
        var fleet = _fleet.Current;
        var unit = fleet.Find(_codec.Header.Unit);
        if (unit is null)
            return Reject(rejection = FrameRejection.UnknownUnit);
        var state = _units[unit.Unit] ??= new UnitEntry(AdmissionState.NeverSeen);
        if (IsKnown(state, datagram, journal, out var outcome))
            return outcome;
        _opener.Cipher = unit.Cipher;
        _opener.Area = fleet.Area;
        var verdict = state.Window.Judge(_codec.Header.CounterLow, datagram.Reception.ReceivedUtcMs, _opener, out var counter);
        rejection = verdict == LiveVerdict.Admitted ? _codec.ReadBody() : RejectionOf(verdict);
        if (rejection != FrameRejection.None)
            return Reject(rejection);
        Record(state, datagram, counter, journal);
        Heard(unit.Unit, FrameClass.Live, counter, datagram);
        return AdmissionOutcome.Admitted;
    }

    private bool IsKnown(UnitEntry state, Datagram datagram, IJournal journal, out AdmissionOutcome outcome)
    {
        outcome = AdmissionOutcome.RepeatedReception;
        var reception = datagram.Reception;
        if (!state.Recent.TryAddReception(
            datagram.Bytes,
            reception.ReceivedMonotonicMs,
            DuplicateWindowMs,
            reception.Concentrator,
            out var id,
            out var ordinal))
        {
            return false;
        }

        if (ordinal == 0)
        {
            _metrics.RepeatedReceptions.Add();
            return true;
        }

        _metrics.FurtherReceptions.Add();
        journal.AppendReception(id, ordinal, datagram);
        outcome = AdmissionOutcome.FurtherReception;
        return true;
    }

    // The durable kinds wait for the journal's unique key and for acknowledgements; until then they are not taken.
    private FrameRejection ReadHeader(Datagram datagram)
    {
        var rejection = _codec.ReadHeader(datagram.Frame, 0, datagram.FrameLength, FrameDirection.Uplink);
        return rejection == FrameRejection.None && _codec.Header.IsDurable ? FrameRejection.UnknownKind : rejection;
    }

    private static FrameRejection RejectionOf(LiveVerdict verdict) => verdict switch
    {
        LiveVerdict.Unconfirmed => FrameRejection.Unconfirmed,
        LiveVerdict.Replayed => FrameRejection.Replayed,
        LiveVerdict.Older => FrameRejection.Older,
        _ => FrameRejection.TagMismatch,
    };

    private void Record(UnitEntry state, Datagram datagram, uint counter, IJournal journal)
    {
        var reception = datagram.Reception;
        var frame = new AdmittedFrame
        {
            Unit = _codec.Header.Unit,
            Class = FrameClass.Live,
            Counter = counter,
            Kind = _codec.Header.Kind,
            Flags = _codec.Header.Flags,
            TimeUtcMs = NearestInstant.Of(reception.ReceivedUtcMs, _codec.Position.SecondOfDay),
            ReceivedUtcMs = reception.ReceivedUtcMs,
        };
        datagram.SetAdmitted(in frame, _codec.Body.AsSpan(0, _codec.BodyBytes));
        _metrics.FramesAdmitted.Add();

        // The datagram is the journal's once it is appended.
        state.Recent.Add(datagram.Bytes, reception.ReceivedMonotonicMs, reception.Concentrator);
        state.Recent.SetIdOfLast(journal.Append(datagram, state.ToKept()));
    }

    private void Heard(int unit, FrameClass frameClass, uint counter, Datagram datagram)
    {
        foreach (var listener in _listeners)
            listener.Heard(unit, frameClass, counter, datagram.Reception);
    }

    private AdmissionOutcome Reject(FrameRejection rejection)
    {
        _metrics.FrameRejections.Add(rejection);
        return AdmissionOutcome.Rejected;
    }

    private sealed class UnitEntry(AdmissionState kept)
    {
        public LiveWindow Window { get; } = kept.Live.ToWindow();

        public RecentFrames Recent { get; } = new();

        public AdmissionState ToKept() => kept with { Live = LiveWindowState.Of(Window) };
    }

    /// <summary>The frame whose header was read, under the counters that a window supposes.</summary>
    private sealed class CandidateOpener(FrameCodec codec) : IFrameOpener
    {
        public IFrameCipher? Cipher { get; set; }

        public OperatingArea? Area { get; set; }

        public bool Opens(uint counter) => codec.Open(Cipher, Area, counter) == FrameRejection.None;
    }
}
