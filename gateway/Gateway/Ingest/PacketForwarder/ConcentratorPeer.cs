using System.Net;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using LoRaOptions = BoatTelemetry.Core.Links.LoRaOptions;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>
/// One concentrator and its packet forwarder: where its downlinks go, what it tells of itself, and the orders under way to
/// it. Made once for each identity.
/// </summary>
/// <remarks>
/// A downlink: 1. there is a fresh PULL_DATA; 2. the start is a second behind the uplink, or as soon after as the order can
/// be there; 3. the transmitter is free then, and the whole frame within the window; 4. the hour has room; 5. PULL_RESP, again
/// if no TX_ACK comes in time, since UDP loses both; 6. TX_ACK says what became of it.
/// </remarks>
public sealed class ConcentratorPeer : IDownlinkPath
{
    /// <summary>
    /// The answer begins so long after the end of the uplink, ms, if it can: LoRaWAN's RECEIVE_DELAY1, for which every
    /// forwarder and its backhaul is made. A boat listens from the first millisecond on.
    /// </summary>
    public const int AnswerDelayMs = 1_000;

    /// <summary>The boat's window after a durable frame, ms, less what its clock and its radio's turning round need.</summary>
    public const int WindowMs = LoRaOptions.AnswerWindowMsDefault - 50;

    /// <summary>Named limit: an order goes out so often at the most.</summary>
    public const int SendsMax = 3;

    private readonly DownlinkServices _services;
    private readonly TransmitSchedule _schedule = new();
    private readonly PullAddress _pull = new();
    private readonly RoundTrip _roundTrip = new();
    private readonly Dictionary<ushort, TaskCompletionSource<TxAck>> _orders = [];
    private readonly Lock _lock = new();

    // Apart, and always taken first: under it the ledger is written to the disk, which the ingest must not wait for.
    private readonly Lock _airtimeLock = new();
    private ConcentratorAirtime? _airtime;
    private (string Region, int AntennaGainCdb) _airtimeOf;
    private (FleetConcentrator? Registered, UInt128 Address, bool IsAllowed) _judged;
    private ushort _token = (ushort)Random.Shared.Next(ushort.MaxValue);
    private long _heardMs;

    internal ConcentratorPeer(ulong eui, DownlinkServices services)
    {
        Eui = eui;
        _services = services;
        Name = $"concentrator {eui:x16}";
        Source = new IngestSource($"packet-forwarder {eui:x16}");
    }

    /// <summary>Its identity.</summary>
    public ulong Eui { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public UplinkLink Link => UplinkLink.Lora;

    /// <summary>It as a source of frames.</summary>
    public IngestSource Source { get; }

    /// <summary>What it has told and done.</summary>
    public ConcentratorTally Tally { get; } = new();

    /// <summary>When a datagram of it was taken last, by the monotonic clock.</summary>
    public long HeardMs
    {
        get => Volatile.Read(ref _heardMs);
        set => Volatile.Write(ref _heardMs, value);
    }

    /// <summary>Whether it can be sent downlinks now.</summary>
    public bool IsReachable
    {
        get
        {
            lock (_lock)
                return _pull.At(_services.NowMs(), _services.FreshMs) is not null;
        }
    }

    /// <summary>Used of the hour's air time, permille; 0 before its first downlink.</summary>
    public int AirtimePermille
    {
        get
        {
            lock (_airtimeLock)
                return _airtime?.UsedPermille(_services.NowMs()) ?? 0;
        }
    }

    /// <inheritdoc/>
    public async Task<DownlinkOutcome> SendAsync(ReadOnlyMemory<byte> frame, int unit, Reception answerTo, CancellationToken cancellationToken)
    {
        var outcome = TryPlan(frame.Span, in answerTo, out var order);
        if (outcome == DownlinkOutcome.Sent)
            outcome = await OrderAsync(order!, cancellationToken);
        Tally.Downlinked(outcome);
        _services.Metrics.Downlinks.Add(outcome);
        return outcome;
    }

    /// <summary>Whether a source may speak for it. Ingest's thread only: the last answer is kept.</summary>
    internal bool IsAllowed(FleetConcentrator registered, in SourceEndPoint source)
    {
        if (registered.AllowedSources.Count == 0)
            return true;
        if (!ReferenceEquals(_judged.Registered, registered) || _judged.Address != source.Address)
            _judged = (registered, source.Address, registered.Allows(source.ToIPAddress()));
        return _judged.IsAllowed;
    }

    /// <summary>A PULL_DATA of a source that may speak for it.</summary>
    internal PullOutcome Pulled(SocketAddress from, byte version, out SourceEndPoint before)
    {
        lock (_lock)
        {
            before = _pull.Source;
            return _pull.Take(from, version, _services.NowMs(), _services.FreshMs);
        }
    }

    /// <summary>A TX_ACK; false if nobody waits for its token from there.</summary>
    internal bool Answered(ushort token, TxAck ack, UInt128 address)
    {
        lock (_lock)
            return address == _pull.Source.Address && _orders.TryGetValue(token, out var order) && order.TrySetResult(ack);
    }

    /// <summary>Lets the kept ledger age.</summary>
    internal void Poll()
    {
        lock (_airtimeLock)
            _airtime?.Poll(_services.NowMs());
    }

    private DownlinkOutcome TryPlan(ReadOnlySpan<byte> frame, in Reception answerTo, out DownlinkOrder? order)
    {
        order = null;
        if (!ConcentratorAirtime.IsAnswerable(in answerTo))
            return DownlinkOutcome.NotAllowed;
        lock (_airtimeLock)
        {
            var nowMs = _services.NowMs();
            var airtime = AirtimeNow(nowMs);
            var outcome = TryReserve(frame.Length, in answerTo, nowMs, out var startMs, out var to, out var version);
            if (outcome != DownlinkOutcome.Sent)
                return outcome;
            var charge = airtime.TryCharge(in answerTo, frame, startMs, out var settings, out var refusal);
            if (charge == 0)
            {
                Release(startMs);
                return ConcentratorAirtime.OutcomeOf(refusal);
            }

            var isTimed = answerTo.ConcentratorUs != Reception.Unknown;
            var txpk = new Txpk(
                isTimed ? unchecked((uint)(answerTo.ConcentratorUs + ((startMs - answerTo.ReceivedMonotonicMs) * 1000))) : null,
                settings.FrequencyHz,
                settings.PowerDbm,
                settings.SpreadingFactor,
                settings.BandwidthHz,
                settings.CodingRateDenominator,
                settings.PreambleSymbols);
            order = Begin(in txpk, frame, version, to!, new Charged(airtime, charge, startMs));
            return DownlinkOutcome.Sent;
        }
    }

    private DownlinkOutcome TryReserve(
        int lengthBytes, in Reception answerTo, long nowMs, out long startMs, out SocketAddress? to, out byte version)
    {
        startMs = 0;
        var durationMs = (ConcentratorAirtime.FrameUs(in answerTo, lengthBytes) + 999) / 1000;
        var uplinkEndMs = answerTo.ReceivedMonotonicMs;
        lock (_lock)
        {
            version = _pull.Version;
            to = _pull.At(nowMs, _services.FreshMs);
            if (to is null)
                return DownlinkOutcome.NotConnected;
            if (_schedule.Count(nowMs) >= TransmitSchedule.PlannedMax)
                return DownlinkOutcome.QueueFull;
            var earliestMs = Math.Max(uplinkEndMs + AnswerDelayMs, nowMs + _roundTrip.LeadMs);
            var latestEndMs = uplinkEndMs + WindowMs;
            if (earliestMs + durationMs > latestEndMs)
                return DownlinkOutcome.TooLate;
            if (_schedule.Reserve(earliestMs, durationMs, latestEndMs) is not { } reservedMs)
                return DownlinkOutcome.Collision;
            startMs = reservedMs;
            return DownlinkOutcome.Sent;
        }
    }

    private DownlinkOrder Begin(in Txpk txpk, ReadOnlySpan<byte> frame, byte version, SocketAddress to, Charged charged)
    {
        lock (_lock)
        {
            do
                _token++;
            while (_orders.ContainsKey(_token));
            var answer = new TaskCompletionSource<TxAck>(TaskCreationOptions.RunContinuationsAsynchronously);
            _orders.Add(_token, answer);
            var datagram = new byte[PullResp.BytesMax];
            var length = PullResp.Write(datagram, version, _token, in txpk, frame);
            return new DownlinkOrder(_token, datagram.AsMemory(0, length), to, version, charged, answer.Task);
        }
    }

    private async Task<DownlinkOutcome> OrderAsync(DownlinkOrder order, CancellationToken cancellationToken)
    {
        var outcome = DownlinkOutcome.NoAnswer;
        try
        {
            outcome = await SendUntilAnsweredAsync(order, cancellationToken);
        }
        finally
        {
            lock (_lock)
                _orders.Remove(order.Token);
        }

        // What nobody answered may be on the air all the same, and counts.
        if (outcome is not (DownlinkOutcome.Sent or DownlinkOutcome.NoAnswer))
        {
            Release(order.Charged.StartMs);
            lock (_airtimeLock)
                order.Charged.Ledger.TakeBack(order.Charged.Number);
        }

        return outcome;
    }

    private async Task<DownlinkOutcome> SendUntilAnsweredAsync(DownlinkOrder order, CancellationToken cancellationToken)
    {
        for (var sends = 1; ; sends++)
        {
            var sentMs = _services.NowMs();
            if (!_services.TrySend(order.Datagram.Span, order.To))
                return DownlinkOutcome.NotConnected;
            if (order.Version == 1)
                return DownlinkOutcome.Sent;
            var isLast = sends == SendsMax || !await IsAnsweredOrInTimeAsync(order, sentMs, cancellationToken);
            if (isLast)
                await WaitAsync(order, order.Charged.StartMs + RoundTrip.MaxMs, cancellationToken);
            if (order.Answer.IsCompletedSuccessfully)
                return Judge(await order.Answer, sends, sentMs);
            if (isLast)
                return DownlinkOutcome.NoAnswer;
            _services.Metrics.OrdersRepeated.Add();
        }
    }

    // Waits for an answer; true if it came, or there is time to say it again.
    private async Task<bool> IsAnsweredOrInTimeAsync(DownlinkOrder order, long sentMs, CancellationToken cancellationToken)
    {
        int answerMs, leadMs;
        lock (_lock)
            (answerMs, leadMs) = (_roundTrip.AnswerMs, _roundTrip.LeadMs);
        await WaitAsync(order, sentMs + answerMs, cancellationToken);
        return order.Answer.IsCompleted
            || (!cancellationToken.IsCancellationRequested && _services.NowMs() + leadMs <= order.Charged.StartMs);
    }

    private async Task WaitAsync(DownlinkOrder order, long untilMs, CancellationToken cancellationToken)
    {
        var waitMs = Math.Max(0, untilMs - _services.NowMs());
        await ((Task)order.Answer).WaitAsync(TimeSpan.FromMilliseconds(waitMs), _services.Time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private DownlinkOutcome Judge(TxAck ack, int sends, long sentMs)
    {
        var outcome = OutcomeOf(ack, sends);
        lock (_lock)
        {
            if (outcome == DownlinkOutcome.TooLate)
                _roundTrip.CameLate();
            else if (sends == 1)
                _roundTrip.Measured(_services.NowMs() - sentMs);
        }

        return outcome;
    }

    // A counter that is past lies 2^32 microseconds ahead: the forwarder then calls it too early (jitqueue.c).
    private static DownlinkOutcome OutcomeOf(TxAck ack, int sends) => ack switch
    {
        { IsWarning: true } or { Result: TxAckResult.None } => DownlinkOutcome.Sent,
        { Result: TxAckResult.TooLate or TxAckResult.TooEarly } => DownlinkOutcome.TooLate,

        // It collides with itself: the answer to the first order was lost.
        { Result: TxAckResult.CollisionPacket } when sends > 1 => DownlinkOutcome.Sent,
        { Result: TxAckResult.CollisionPacket or TxAckResult.CollisionBeacon } => DownlinkOutcome.Collision,
        _ => DownlinkOutcome.Refused,
    };

    private void Release(long startMs)
    {
        lock (_lock)
            _schedule.Release(startMs);
    }

    // Made at the first downlink; made anew when the fleet file says otherwise. What the old one charged is kept.
    private ConcentratorAirtime AirtimeNow(long nowMs)
    {
        var of = _services.AirtimeOf(Eui);
        if (_airtime is null || of != _airtimeOf)
        {
            _airtimeOf = of;
            _airtime = new ConcentratorAirtime(of.Region, of.AntennaGainCdb, _services.Options.PowerDbm, _services.Store, Eui, nowMs);
        }

        return _airtime;
    }

    private sealed record DownlinkOrder(
        ushort Token, ReadOnlyMemory<byte> Datagram, SocketAddress To, byte Version, Charged Charged, Task<TxAck> Answer);

    private sealed record Charged(ConcentratorAirtime Ledger, long Number, long StartMs);
}
