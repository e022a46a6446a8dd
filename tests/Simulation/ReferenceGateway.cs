using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Simulation;

/// <summary>
/// The shore as simple as can be: opens, stores by counter, and acknowledges behind its commit. What is not committed is
/// lost when it crashes.
/// </summary>
public sealed class ReferenceGateway : IFrameOpener, ICommittedCounters
{
    private readonly VoyagePlan _plan;
    private readonly VoyageClock _clock;
    private readonly Agenda _agenda;
    private readonly IFrameCipher _cipher;
    private readonly VoyageDoubles _doubles;
    private readonly FrameCodec _codec = new();
    private readonly Dictionary<uint, ulong> _store = [];
    private readonly List<Uncommitted> _uncommitted = [];
    private readonly List<Way> _answers = [];
    private readonly List<byte[]> _sentBefore = [];
    private readonly DurableAnswer _answer = new();
    private readonly Acknowledgement _said = new();
    private readonly DownlinkReservation _reservation = new(new KeptNumber());
    private DownlinkCounter _acknowledgements = new();
    private DownlinkCounter _commands = new();
    private DurableWindow _window = new(0, 0, 0);
    private DurableWindow _windowKept = new(0, 0, 0);
    private LiveWindow _live = new(LiveCounter.None, 0, VoyageClock.StartUtcMs);
    private (long Newest, ulong Seen, long AsOfMs) _liveKept = (LiveCounter.None, 0, VoyageClock.StartUtcMs);
    private bool _commits;
    private int _life;
    private long _downUntilMs;

    public ReferenceGateway(VoyagePlan plan, VoyageClock clock, Agenda agenda, IFrameCipher cipher, VoyageDoubles doubles)
    {
        (_plan, _clock, _agenda, _cipher, _doubles) = (plan, clock, agenda, cipher, doubles);
    }

    /// <summary>The way on which a frame came up.</summary>
    /// <param name="Send">Sends a frame down it.</param>
    /// <param name="FramesMax">So many acknowledgements are sent for one commit; over LoRa each is air time of the shore.</param>
    public sealed record Way(Action<byte[]> Send, int FramesMax);

    /// <summary>Told what is wrong.</summary>
    public Action<string>? Violated { get; set; }

    /// <summary>Told of each frame that leaves for the outlets, committed.</summary>
    public Action<uint, FrameKind>? Published { get; set; }

    public RecordLedger? Records { get; set; }

    public int LiveAdmitted { get; private set; }

    public int DurableStored => _store.Count;

    public int Duplicates { get; private set; }

    public int Rejected { get; private set; }

    public int Crashes { get; private set; }

    public bool IsDown => _clock.TrueMs < _downUntilMs;

    public bool Has(uint counter) => _store.ContainsKey(counter);

    /// <summary>A frame came over some link.</summary>
    public void Receive(byte[] frame, Way answer)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (IsDown)
            return;
        if (_codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Uplink) != FrameRejection.None
            || _codec.Header.Unit != UnitLife.Number)
        {
            Rejected++;
        }
        else if (_codec.Header.IsDurable)
        {
            ReceiveDurable(frame, answer);
        }
        else
        {
            var verdict = _live.Judge(_codec.Header.CounterLow, _clock.TrueUtcMs, this, out _);
            LiveAdmitted += verdict == LiveVerdict.Admitted ? 1 : 0;
        }
    }

    /// <inheritdoc/>
    bool ICommittedCounters.IsCommitted(uint counter) => Has(counter);

    /// <inheritdoc/>
    public bool Opens(uint counter) => _codec.Open(_cipher, OperatingArea.Indonesia, counter) == FrameRejection.None;

    /// <summary>The process dies and comes back after a while, with what it had committed.</summary>
    public void Crash(long downMs)
    {
        Crashes++;
        _life++;
        _commits = false;
        _uncommitted.Clear();
        _answers.Clear();
        _window = new(_windowKept.Base, _windowKept.Near, _windowKept.Far);
        _live = new(_liveKept.Newest, _liveKept.Seen, _liveKept.AsOfMs);
        (_acknowledgements, _commands) = (new(), new());
        _downUntilMs = _clock.TrueMs + downMs;
    }

    private void ReceiveDurable(byte[] frame, Way answer)
    {
        if (_codec.Open(_cipher, OperatingArea.Indonesia) != FrameRejection.None || _codec.ReadBody() != FrameRejection.None)
        {
            Rejected++;
            return;
        }

        var isStatus = _codec.Header.Kind == FrameKind.Status;
        _uncommitted.Add(new(_codec.Header.Counter, _codec.Header.Kind, frame)
        {
            OldestHeldBack = isStatus ? _codec.Status.OldestHeldBack : -1,
            NextLive = isStatus && _codec.Status.IsLong ? _codec.Status.LiveCounter : StatusReport.NoCounter,
            SaidUtcMs = isStatus ? _codec.Status.UtcMs : -1,
            IsSos = _codec.Header.Kind == FrameKind.Event && _codec.Event.Kind == EventKind.Sos,
        });
        if (!_answers.Contains(answer))
            _answers.Add(answer);
        if (_doubles.GatewayAcknowledgesBeforeCommit)
        {
            _window.Mark(_codec.Header.Counter);
            _windowKept.Mark(_codec.Header.Counter);
            Acknowledge(answer, [_codec.Header.Counter]);
        }

        if (_commits)
            return;
        _commits = true;
        var life = _life;
        _agenda.At(_clock.TrueMs + _plan.Random.Next(20, 900), () =>
        {
            if (life == _life)
                Commit();
        });
    }

    private void Commit()
    {
        _commits = false;
        foreach (var entry in _uncommitted)
            Store(entry);
        foreach (var entry in _uncommitted)
            Settle(entry);
        _windowKept = new(_window.Base, _window.Near, _window.Far);
        _liveKept = (_live.Newest, _live.Seen, _live.AsOfUtcMs);
        foreach (var answer in _answers)
        {
            Acknowledge(answer, _uncommitted.Select(entry => entry.Counter));
            foreach (var entry in _uncommitted.Where(entry => entry.IsSos))
                SendCommand(answer, new Command { Kind = CommandKind.SosAcknowledged, EventCounter = entry.Counter, SosCode = 1 });
            if (_plan.Random.Next(60) == 0)
                SendCommand(answer, AnyCommand());
            if (_plan.Random.Next(40) == 0)
                SendForged(answer);
        }

        _uncommitted.Clear();
        _answers.Clear();
    }

    private void Store(Uncommitted entry)
    {
        var digest = Digest.Of(entry.Frame);
        var known = _store.TryGetValue(entry.Counter, out var before);
        if (known)
        {
            Duplicates++;
            if (before != digest)
                Violated?.Invoke($"two different frames came under counter {entry.Counter}");
            if (_doubles.GatewayPublishesTwice)
                Publish(entry);
            return;
        }

        _store.Add(entry.Counter, digest);
        if (Records is not null && Records.TryDigest(entry.Counter, out var stored) && stored != 0 && stored != digest)
            Violated?.Invoke($"record {entry.Counter} arrived other than it was stored");
        Publish(entry);
    }

    private void Publish(Uncommitted entry) => Published?.Invoke(entry.Counter, entry.Kind);

    private void Settle(Uncommitted entry)
    {
        _window.Mark(entry.Counter);
        if (entry.OldestHeldBack >= 0)
            _window.HoldsNothingOlder(entry.Counter, entry.OldestHeldBack);
        if (entry.NextLive != StatusReport.NoCounter)
            _live.Announce(entry.NextLive, entry.SaidUtcMs);
    }

    private void Acknowledge(Way answer, IEnumerable<uint> committed)
    {
        _answer.Clear();
        foreach (var counter in committed)
            _answer.Add(counter);
        for (var frames = 0; frames < answer.FramesMax && _answer.TryNext(_window, this, _said); frames++)
            SendAcknowledgement(answer);
    }

    private void SendAcknowledgement(Way answer)
    {
        if (!_acknowledgements.TryNext(_reservation, _clock.TrueUtcMs, out var counter))
            return;
        var frame = new byte[FrameLimits.FrameBytesMax];
        var length = _codec.SealAcknowledgement(_said, _cipher, UnitLife.Number, counter, frame, 0);
        Array.Resize(ref frame, length);
        if (_sentBefore.Count < 64)
            _sentBefore.Add(frame);
        answer.Send(frame);
    }

    private void SendCommand(Way answer, Command command)
    {
        if (!_commands.TryNext(_reservation, _clock.TrueUtcMs, out var counter))
            return;
        var frame = new byte[FrameLimits.FrameBytesMax];
        var length = _codec.SealCommand(command, _cipher, UnitLife.Number, counter, frame, 0);
        answer.Send(frame[..length]);
    }

    private Command AnyCommand()
    {
        var random = _plan.Random;
        return random.Next(3) switch
        {
            0 => new Command { Kind = CommandKind.StatusRequest, LongStatus = random.Next(2) == 0 },
            1 => new Command
            {
                Kind = CommandKind.ReportInterval, LiveIntervalS = random.Next(600), TrackIntervalS = random.Next(60),
                DurationMin = random.Next(120),
            },
            _ => new Command
            {
                Kind = CommandKind.BacklogRange, FromCounter = _window.Base, ToCounter = _window.Base + (uint)random.Next(40),
            },
        };
    }

    // Another's invention, or an old genuine one.
    private void SendForged(Way answer)
    {
        var random = _plan.Random;
        var frame = (byte[])_sentBefore[random.Next(_sentBefore.Count)].Clone();
        if (random.Next(2) == 0)
            random.NextBytes(frame.AsSpan(FrameHeader.LiveBytes));
        answer.Send(frame);
    }

    private sealed record Uncommitted(uint Counter, FrameKind Kind, byte[] Frame)
    {
        public int OldestHeldBack { get; init; }

        public uint NextLive { get; init; }

        public long SaidUtcMs { get; init; }

        public bool IsSos { get; init; }
    }

    /// <summary>Outlives a crash.</summary>
    private sealed class KeptNumber : ICounterStore
    {
        private uint _kept;

        public bool TryLoad(out uint firstUnreserved)
        {
            firstUnreserved = _kept;
            return true;
        }

        public bool TrySave(uint firstUnreserved)
        {
            _kept = firstUnreserved;
            return true;
        }
    }
}
