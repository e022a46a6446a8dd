using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Host.Board;
using BoatTelemetry.Simulator.Air;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.BoatUnit.Tests.Whole;

/// <summary>
/// A shore that opens what the boat's radio sends under the boat's key, stores durable frames and answers each with an
/// acknowledgement on the same channel, as the gateway will.
/// </summary>
internal sealed class ReferenceShore(byte[] key, int unit) : IAirPort, IFrameOpener, ICommittedCounters, IDisposable
{
    private const int AnswerAfterUs = 300_000;
    private const int ListMax = 400;

    private readonly SimulatedAes _aes = new(key);
    private readonly FrameCodec _codec = new();
    private readonly DurableWindow _window = new(0, 0, 0);
    private readonly DurableAnswer _durableAnswer = new();
    private readonly Acknowledgement _said = new();
    private readonly byte[] _answer = new byte[FrameLimits.FrameBytesMax];
    private LiveWindow? _live;
    private readonly DownlinkReservation _reservation = new(new MemoryCounterStore());
    private readonly DownlinkCounter _acknowledgements = new();
    private readonly DownlinkCounter _commands = new();

    /// <summary>Set before the board's time moves.</summary>
    public SimulatedBoard? Board { get; set; }

    /// <summary>Whether it is in reach at all.</summary>
    public bool Listens { get; set; } = true;

    /// <summary>Told of each frame that is on the air.</summary>
    public Action<LoRaEmission>? OnAir { get; set; }

    public List<(long AtMs, LivePosition Position)> Live { get; } = [];

    public List<(long AtMs, uint Counter, EventReport Event)> Events { get; } = [];

    public List<(long AtMs, uint Counter, StatusReport Status)> Statuses { get; } = [];

    /// <summary>What came, by counter; only the last ones where <see cref="KeepsEverything"/> is off.</summary>
    public SortedDictionary<uint, byte[]> Durable { get; } = [];

    /// <summary>Off for long runs: then lists hold the last few hundred.</summary>
    public bool KeepsEverything { get; set; } = true;

    public int Tracks { get; private set; }

    public int Repeats { get; private set; }

    public int Rejected { get; private set; }

    public long AirtimeUs { get; private set; }

    /// <inheritdoc/>
    public void Transmitted(LoRaEmission emission)
    {
        AirtimeUs += emission.EndUs - emission.StartUs;
        OnAir?.Invoke(emission);
        if (!Listens)
            return;

        var frame = emission.Frame;
        if (_codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Uplink) != FrameRejection.None || _codec.Header.Unit != unit)
        {
            Rejected++;
            return;
        }

        if (_codec.Header.IsDurable)
            TakeDurable(frame, emission);
        else
            TakeLive(emission.EndUs / 1000);
    }

    /// <summary>Takes a datagram of the modem; the answer goes back the same way.</summary>
    public void Datagram(byte[] frame)
    {
        if (!Listens)
            return;

        var atMs = Board!.Time.MonotonicMs;
        if (_codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Uplink) != FrameRejection.None)
            Rejected++;
        else if (!_codec.Header.IsDurable)
            TakeLive(atMs);
        else if (TryTakeDurable(frame, atMs))
            Board.ModemSocket.Deliver(Answer(_codec.Header.Counter));
    }

    /// <summary>Sends a command at once, on the channel where the boat listens.</summary>
    public void Order(Command command, LoRaEmission on)
    {
        var length = _codec.SealCommand(command, new AesCcm(_aes), unit, Next(_commands), _answer, 0);
        Send(_answer[..length], on, Board!.Time.NowUs);
    }

    public void Dispose() => _aes.Dispose();

    /// <inheritdoc/>
    bool ICommittedCounters.IsCommitted(uint counter) => Durable.ContainsKey(counter);

    /// <inheritdoc/>
    bool IFrameOpener.Opens(uint counter) => _codec.Open(new AesCcm(_aes), OperatingArea.Indonesia, counter) == FrameRejection.None;

    private void TakeLive(long atMs)
    {
        // The unit's counter began with its key, which is with this run.
        _live ??= new LiveWindow(LiveCounter.None, 0, Board!.ShoreUtcMs);
        if (_live.Judge(_codec.Header.CounterLow, Board!.ShoreUtcMs, this, out _) != LiveVerdict.Admitted || _codec.ReadBody() != FrameRejection.None)
        {
            Rejected++;
            return;
        }

        Live.Add((atMs, new LivePosition { LatitudeE5 = _codec.Position.LatitudeE5, LongitudeE5 = _codec.Position.LongitudeE5 }));
        Trim();
    }

    private void TakeDurable(byte[] frame, LoRaEmission emission)
    {
        if (TryTakeDurable(frame, emission.EndUs / 1000))
            Send(Answer(_codec.Header.Counter), emission, emission.EndUs + AnswerAfterUs);
    }

    private bool TryTakeDurable(byte[] frame, long atMs)
    {
        if (_codec.Open(new AesCcm(_aes), OperatingArea.Indonesia) != FrameRejection.None || _codec.ReadBody() != FrameRejection.None)
        {
            Rejected++;
            return false;
        }

        var counter = _codec.Header.Counter;
        if (!Durable.TryAdd(counter, frame))
            Repeats++;
        else
            Note(counter, atMs);

        _window.Mark(counter);
        if (_codec.Header.Kind == FrameKind.Status)
            _window.HoldsNothingOlder(counter, _codec.Status.OldestHeldBack);
        Trim();
        return true;
    }

    // Each frame is a commit of its own here, so one acknowledgement says it all.
    private byte[] Answer(uint counter)
    {
        _durableAnswer.Clear();
        _durableAnswer.Add(counter);
        _durableAnswer.TryNext(_window, this, _said);
        var length = _codec.SealAcknowledgement(_said, new AesCcm(_aes), unit, Next(_acknowledgements), _answer, 0);
        return _answer[..length];
    }

    private void Trim()
    {
        if (KeepsEverything)
            return;

        if (Live.Count > ListMax)
            Live.RemoveRange(0, ListMax / 2);
        if (Statuses.Count > ListMax)
            Statuses.RemoveRange(0, ListMax / 2);
        while (Durable.Count > ListMax)
            Durable.Remove(Durable.Keys.First());
    }

    private void Note(uint counter, long atMs)
    {
        switch (_codec.Header.Kind)
        {
            case FrameKind.Event:
                Events.Add((atMs, counter, new EventReport { Kind = _codec.Event.Kind, UtcMs = _codec.Event.UtcMs, LatitudeE5 = _codec.Event.LatitudeE5, LongitudeE5 = _codec.Event.LongitudeE5, Code = _codec.Event.Code }));
                break;
            case FrameKind.Status:
                var status = _codec.Status;
                Statuses.Add((atMs, counter, new StatusReport
                {
                    Faults = status.Faults,
                    ResetCause = status.ResetCause,
                    SafeMode = status.SafeMode,
                    SupplyMv = status.SupplyMv,
                    TemperatureC = status.TemperatureC,
                    UtcMs = status.UtcMs,
                    Dropped = status.Dropped,
                    LastCommand = status.LastCommand,
                    CommandResult = status.CommandResult,
                    HasLosses = status.HasLosses,
                    FramesDamaged = status.FramesDamaged,
                    SosDropped = status.SosDropped,
                    EventsLost = status.EventsLost,
                    FixesLost = status.FixesLost,
                }));
                break;
            default:
                Tracks++;
                break;
        }
    }

    private uint Next(DownlinkCounter counters) =>
        counters.TryNext(_reservation, Board!.ShoreUtcMs, out var counter)
            ? counter
            : throw new InvalidOperationException("There is no downlink counter left.");

    private void Send(byte[] frame, LoRaEmission up, long startUs)
    {
        var endUs = startUs + LoRaEmission.DurationUs(
            up.SpreadingFactor, up.BandwidthHz, up.CodingRateDenominator, up.PreambleSymbols, true, up.LowDataRateOptimize, frame.Length);
        var down = up with { Frame = frame, IqIsInverted = true, HasCrc = true, StartUs = startUs, EndUs = endUs, PowerDbm = 16 };
        Board!.Time.At(endUs, () => Board.Radio!.Deliver(down, -105, 4, isWhole: true));
    }
}
