using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
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
/// 3. find the counter whose nonce fits the tag; 4. read the body; 5. date it; 6. move the unit's window.
/// One object, one thread.
/// </summary>
public sealed class FrameAdmission
{
    /// <summary>
    /// Named limit: cycles of 4,096 counters that are tried beyond the last one seen; a unit may have sent so many
    /// frames unheard. Each costs the opening of a frame, and takes log2(64) = 6 bits off the tag's 32 against forgery.
    /// </summary>
    public const int LiveEpochsAhead = 64;

    /// <summary>The same bytes after this time are a replay, not another concentrator's reception.</summary>
    public const int DuplicateWindowMs = 10_000;

    private readonly FleetRegistry _fleet;
    private readonly GatewayMetrics _metrics;
    private readonly LiveFrame _liveFrame;
    private readonly FrameHeader _header = new();
    private readonly FrameSeal _seal = new();
    private readonly LivePosition _position = new();
    private readonly byte[] _body = new byte[LiveFrame.WorldBodyBytes];
    private readonly UnitState?[] _states = new UnitState?[FrameHeader.UnitMax + 1];

    /// <param name="fleet">Who is believed.</param>
    /// <param name="windows">What was admitted before this start, by unit.</param>
    /// <param name="metrics">Counts every outcome.</param>
    public FrameAdmission(FleetRegistry fleet, IEnumerable<KeyValuePair<int, LiveWindow>> windows, GatewayMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(windows);
        _fleet = fleet;
        _metrics = metrics;
        _liveFrame = new LiveFrame(fleet.Area);
        foreach (var (unit, window) in windows)
            _states[unit] = new UnitState { Window = window };
    }

    /// <summary>
    /// Judges a datagram. What is admitted, or a further reception, is given to <paramref name="journal"/>, and the
    /// datagram with it; otherwise it stays the caller's.
    /// </summary>
    public AdmissionOutcome Admit(Datagram datagram, IJournal journal, out FrameRejection rejection)
    {
        ArgumentNullException.ThrowIfNull(datagram);
        ArgumentNullException.ThrowIfNull(journal);
        rejection = _header.Read(datagram.Frame, 0, datagram.FrameLength);
        if (rejection != FrameRejection.None)
            return Reject(rejection);
        var unit = _fleet.Find(_header.Unit);
        if (unit is null)
            return Reject(rejection = FrameRejection.UnknownUnit);
        var state = _states[unit.Unit] ??= new UnitState();
        if (IsKnown(state, datagram, journal, out var outcome))
            return outcome;
        rejection = Open(unit.Cipher, state.Window, datagram.Frame, out var counter);
        if (rejection == FrameRejection.None)
        {
            var bodyBytes = LiveFrame.BodyBytes(_header.Kind);
            rejection = _liveFrame.ReadBody(_header.Kind, _body, 0, bodyBytes, _position);
        }

        if (rejection != FrameRejection.None)
            return Reject(rejection);
        Record(state, datagram, counter, journal);
        return AdmissionOutcome.Admitted;
    }

    private bool IsKnown(UnitState state, Datagram datagram, IJournal journal, out AdmissionOutcome outcome)
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

    // The next cycle first, since nearly every frame is there; then the one cycle back, so that a replay or an overtaken
    // frame is told from a forgery; then the cycles that the unit may have sent unheard.
    private FrameRejection Open(IFrameCipher cipher, in LiveWindow window, byte[] frame, out uint counter)
    {
        var next = LiveCounter.NextAfter(window.Newest, _header.CounterLow);
        if (Fits(cipher, frame, next, out counter))
            return FrameRejection.None;
        var back = next - LiveCounter.Cycle;
        if (back >= 0 && Fits(cipher, frame, back, out _))
            return window.Classify(back);
        for (var epoch = 1; epoch < LiveEpochsAhead; epoch++)
        {
            if (Fits(cipher, frame, next + ((long)epoch * LiveCounter.Cycle), out counter))
                return FrameRejection.None;
        }

        return FrameRejection.TagMismatch;
    }

    private bool Fits(IFrameCipher cipher, byte[] frame, long candidate, out uint counter)
    {
        counter = 0;
        if (candidate > uint.MaxValue)
            return false;
        counter = (uint)candidate;
        return _seal.OpenLive(cipher, frame, 0, _header, counter, _liveFrame.Area, _body);
    }

    private void Record(UnitState state, Datagram datagram, uint counter, IJournal journal)
    {
        var reception = datagram.Reception;
        var frame = new AdmittedFrame
        {
            Unit = _header.Unit,
            Counter = counter,
            Kind = _header.Kind,
            PositionUtcMs = NearestInstant.Of(reception.ReceivedUtcMs, _position.SecondOfDay),
            ReceivedUtcMs = reception.ReceivedUtcMs,
            LatitudeE5 = _position.LatitudeE5,
            LongitudeE5 = _position.LongitudeE5,
            SogDeciknots = _position.SogDeciknots,
            CogDeg = _position.CogDeg,
            Quality = _position.Quality,
            Movement = _position.Movement,
            OnBattery = _position.OnBattery,
            Alarm = _position.Alarm,
            BacklogPending = _position.BacklogPending,
        };
        state.Window = state.Window.Admit(counter);
        _metrics.FramesAdmitted.Add();

        // The datagram is the journal's once it is appended.
        state.Recent.Add(datagram.Bytes, reception.ReceivedMonotonicMs, reception.Concentrator);
        state.Recent.SetIdOfLast(journal.Append(in frame, state.Window, datagram));
    }

    private AdmissionOutcome Reject(FrameRejection rejection)
    {
        _metrics.FrameRejections.Add(rejection);
        return AdmissionOutcome.Rejected;
    }

    private sealed class UnitState
    {
        public LiveWindow Window { get; set; } = LiveWindow.Empty;

        public RecentFrames Recent { get; } = new();
    }
}
