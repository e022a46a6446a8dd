using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Reports;

/// <summary>What became of an event that was raised.</summary>
public enum EventOutcome
{
    /// <summary>It is durable.</summary>
    Stored = 0,

    /// <summary>The journal refused it; it waits in RAM and is tried again.</summary>
    Waiting,

    /// <summary>A sensor told the same a short while ago.</summary>
    Repeated,
}

/// <summary>
/// Makes events durable, with the own position and its age as they were when the event was raised. An SOS needs neither
/// a position nor the time. Allocates nothing after construction. One thread.
/// </summary>
/// <remarks>
/// What the journal refuses waits in RAM, in <see cref="WaitingMax"/> places, and is sealed anew for each try, since
/// another frame may have come between. If all places are taken the oldest that is no call for help gives way, and is
/// counted. While an SOS waits, <see cref="CopyUnstoredSos"/> gives its last frame for the links to send without a
/// journal: the shore may get it under two counters, which is better than under none.
/// </remarks>
public sealed class EventRecorder : IGeofenceSink
{
    /// <summary>Events that can wait for the journal.</summary>
    public const int WaitingMax = 16;

    private const int Kinds = (int)EventKind.Power + 1;

    private readonly EventRecorderOptions _options;
    private readonly DurableOutbox _outbox;
    private readonly OwnPosition _own;
    private readonly IClock _clock;
    private readonly EventReport[] _waiting = new EventReport[WaitingMax];
    private readonly EventReport _made = new EventReport();
    private readonly RetryDelay _retry = new RetryDelay();
    private readonly long[] _toldMs = new long[Kinds];
    private readonly int[] _toldCode = new int[Kinds];
    private readonly byte[] _sos = new byte[EventFrame.LongBytes];
    private int _sosBytes;

    public EventRecorder(EventRecorderOptions options, DurableOutbox outbox, OwnPosition own, IClock clock)
    {
        options.Check();
        _options = options;
        _outbox = outbox;
        _own = own;
        _clock = clock;
        for (int i = 0; i < WaitingMax; i++)
        {
            _waiting[i] = new EventReport();
        }

        for (int i = 0; i < Kinds; i++)
        {
            _toldCode[i] = Fix.Unknown;
        }
    }

    /// <summary>Events in the journal.</summary>
    public int Stored { get; private set; }

    /// <summary>Events that wait in RAM.</summary>
    public int Waiting { get; private set; }

    /// <summary>Times that an event was refused by the journal, or had no counter.</summary>
    public int Refusals { get; private set; }

    /// <summary>Events of sensors that came again too soon.</summary>
    public int Repeated { get; private set; }

    /// <summary>Events that gave way while none could be stored.</summary>
    public int Lost { get; private set; }

    /// <summary>Whether an SOS has been sealed since start; <see cref="LastSosCounter"/> then.</summary>
    public bool HasSos { get; private set; }

    /// <summary>Whether an SOS waits in RAM: it is not in the journal, and may have no counter yet.</summary>
    public bool IsSosWaiting
    {
        get { return HasWaitingSos(); }
    }

    /// <summary>The counter of the last sealed SOS, which its acknowledgement from shore names.</summary>
    public uint LastSosCounter { get; private set; }

    /// <summary>Raises an event of which nothing but its kind is known.</summary>
    public EventOutcome Raise(EventKind kind, long monotonicMs)
    {
        return Raise(kind, 0, monotonicMs);
    }

    /// <summary>Raises an event with a code, 0 to <see cref="EventReport.CodeMax"/>.</summary>
    public EventOutcome Raise(EventKind kind, int code, long monotonicMs)
    {
        _made.Clear();
        _made.Kind = kind;
        _made.Code = code;
        return Raise(_made, monotonicMs);
    }

    /// <summary>
    /// Raises an event as its reporter filled it in: kind, numbers, code, contact. Time and own position are put in here.
    /// The report stays the caller's.
    /// </summary>
    public EventOutcome Raise(EventReport report, long monotonicMs)
    {
        if (report.Code < 0 || report.Code > EventReport.CodeMax || report.Kind < EventKind.Sos || report.Kind > EventKind.Power)
        {
            throw new ArgumentOutOfRangeException(nameof(report));
        }

        if (IsRepeated(report, monotonicMs))
        {
            Repeated++;
            return EventOutcome.Repeated;
        }

        report.UtcMs = _clock.UtcMs;
        _own.Tell(report, monotonicMs);

        if (TryStore(report))
        {
            return EventOutcome.Stored;
        }

        _retry.Failed(monotonicMs);
        Keep(report);
        return EventOutcome.Waiting;
    }

    /// <summary>Tries again what waits; to be called often.</summary>
    public void Poll(long monotonicMs)
    {
        if (Waiting > 0 && _retry.IsDue(monotonicMs))
        {
            StoreWaiting(monotonicMs);
        }
    }

    /// <summary>Copies the last frame of an SOS that is not in the journal; its length, bytes, or 0 if there is none.</summary>
    public int CopyUnstoredSos(byte[] buffer, int offset)
    {
        Array.Copy(_sos, 0, buffer, offset, _sosBytes);
        return _sosBytes;
    }

    /// <inheritdoc/>
    void IGeofenceSink.OnCrossed(int fence, bool inside)
    {
        Raise(EventKind.Geofence, Geofence.EventCode(fence, inside), _clock.MonotonicMs);
    }

    private static bool IsOfSensor(EventKind kind)
    {
        return kind == EventKind.Tamper || kind == EventKind.Bilge || kind == EventKind.Geofence || kind == EventKind.Power;
    }

    private static bool IsCallForHelp(EventKind kind)
    {
        return kind == EventKind.Sos || kind == EventKind.ManOverboard;
    }

    private static void Copy(EventReport from, EventReport to)
    {
        to.UtcMs = from.UtcMs;
        to.LatitudeE5 = from.LatitudeE5;
        to.LongitudeE5 = from.LongitudeE5;
        to.PositionAge = from.PositionAge;
        to.Kind = from.Kind;
        to.Persons = from.Persons;
        to.Vessels = from.Vessels;
        to.Confidence = from.Confidence;
        to.Code = from.Code;
        to.HasContact = from.HasContact;
        to.ContactBearingDeg = from.ContactBearingDeg;
        to.ContactDistanceM = from.ContactDistanceM;
        to.ContactCogDeg = from.ContactCogDeg;
        to.ContactSogDeciknots = from.ContactSogDeciknots;
    }

    private bool IsRepeated(EventReport report, long monotonicMs)
    {
        if (!IsOfSensor(report.Kind))
        {
            return false;
        }

        int kind = (int)report.Kind;
        if (_toldCode[kind] == report.Code && monotonicMs - _toldMs[kind] < _options.SensorRepeatMinMs)
        {
            return true;
        }

        _toldCode[kind] = report.Code;
        _toldMs[kind] = monotonicMs;
        return false;
    }

    private bool TryStore(EventReport report)
    {
        OutboxResult result = _outbox.Store(report, _options.FrameBytesMax);
        bool sealedSos = report.Kind == EventKind.Sos && result != OutboxResult.NoCounter;
        if (sealedSos)
        {
            HasSos = true;
            LastSosCounter = _outbox.Counter;
        }

        if (result == OutboxResult.Stored)
        {
            Stored++;
            return true;
        }

        Refusals++;
        if (sealedSos)
        {
            _sosBytes = _outbox.FrameBytes;
            Array.Copy(_outbox.Frame, 0, _sos, 0, _sosBytes);
        }

        return false;
    }

    private void StoreWaiting(long monotonicMs)
    {
        while (Waiting > 0)
        {
            int next = MostUrgent();
            if (!TryStore(_waiting[next]))
            {
                _retry.Failed(monotonicMs);
                return;
            }

            RemoveWaiting(next);
        }

        _retry.Succeeded();
    }

    private void Keep(EventReport report)
    {
        if (Waiting == WaitingMax)
        {
            RemoveWaiting(LeastUrgent());
            Lost++;
        }

        Copy(report, _waiting[Waiting]);
        Waiting++;
    }

    private int MostUrgent()
    {
        for (int i = 0; i < Waiting; i++)
        {
            if (IsCallForHelp(_waiting[i].Kind))
            {
                return i;
            }
        }

        return 0;
    }

    private int LeastUrgent()
    {
        for (int i = 0; i < WaitingMax; i++)
        {
            if (!IsCallForHelp(_waiting[i].Kind))
            {
                return i;
            }
        }

        // Sixteen calls for help: the second says no less than the first, whose time matters most.
        return 1;
    }

    private void RemoveWaiting(int at)
    {
        EventReport removed = _waiting[at];
        Array.Copy(_waiting, at + 1, _waiting, at, Waiting - at - 1);
        Waiting--;
        _waiting[Waiting] = removed;
        if (removed.Kind == EventKind.Sos && !HasWaitingSos())
        {
            _sosBytes = 0;
        }
    }

    private bool HasWaitingSos()
    {
        for (int i = 0; i < Waiting; i++)
        {
            if (_waiting[i].Kind == EventKind.Sos)
            {
                return true;
            }
        }

        return false;
    }
}
