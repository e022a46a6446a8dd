using System;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.Links;

/// <summary>
/// The LoRa link: sealed frames as they are, on a channel of the region that this unit hops to by its own seed, after
/// listening, within the hour's air time.
/// </summary>
/// <remarks>
/// <para>A boat has power, so it listens whenever it does not send: on the channel and at the spreading factor of its
/// last uplink, with I and Q inverted. That is where the gateway answers, and where it reaches the boat later.</para>
/// <para>"Sent" means taken over. What then becomes of the frame (busy channel, hour used up, a transceiver that fails)
/// is counted; a durable frame is missed by its acknowledgement, a live one by nobody.</para>
/// <code>
///   Off -> Listening -> Sensing -> Transmitting -> Listening
///    ^         |          |  ^          |
///    |         |          v  |          |
///    |         |        BackingOff      |
///    +---------+----------+-------------+   a transceiver that fails, started again after a growing wait
/// </code>
/// </remarks>
public sealed class LoRaLink : IMeteredLink
{
    private readonly IRadio _radio;
    private readonly AirtimeBudget _budget;
    private readonly Region _region;
    private readonly LoRaOptions _options;
    private readonly UnitRandom _random;
    private readonly SpreadingFactorControl _factor;
    private readonly RadioSettings _settings = new RadioSettings();
    private readonly ReceivedFrames _received = new ReceivedFrames();
    private readonly byte[] _frame = new byte[TimeOnAir.FrameBytesMax];
    private readonly byte[] _receiveBuffer = new byte[ReceivedFrames.FrameBytesMax];
    private readonly int[] _radioFailures = new int[(int)RadioResult.NotStarted + 1];

    private Phase _phase = Phase.Off;
    private long _nowMs;
    private long _dueMs;
    private long _answerUntilMs;
    private int _restartDelayMs;
    private int _length;
    private int _tries;
    private AirtimePurpose _purpose;
    private int _channel;
    private int _frameFactor;

    /// <param name="radio">The transceiver.</param>
    /// <param name="budget">The ledger, loaded before the first poll.</param>
    /// <param name="options">How it is used.</param>
    /// <param name="seed">This unit's own.</param>
    public LoRaLink(IRadio radio, AirtimeBudget budget, LoRaOptions options, uint seed)
    {
        if (radio == null || budget == null || options == null)
        {
            throw new ArgumentNullException(nameof(radio));
        }

        _radio = radio;
        _budget = budget;
        _region = budget.Region;
        _options = options;
        _random = new UnitRandom(seed);
        int factorMax = options.SpreadingFactorMax < _region.SpreadingFactorMax ? options.SpreadingFactorMax : _region.SpreadingFactorMax;
        _factor = new SpreadingFactorControl(options.SpreadingFactorMin, factorMax, options.SpreadingFactorStart);
        _frameFactor = _factor.Current;
        _channel = _random.Below(_region.ChannelsHz.Length);
        _restartDelayMs = options.RestartDelayMs;
        _settings.BandwidthHz = options.BandwidthHz;
        _settings.CodingRateDenominator = options.CodingRateDenominator;
        _settings.PreambleSymbols = options.PreambleSymbols;
        _settings.SyncWord = options.SyncWord;
    }

    private enum Phase
    {
        Off = 0,
        Listening,
        Sensing,
        BackingOff,
        Transmitting,
    }

    public LinkKind Kind => LinkKind.LoRa;

    public LinkState State
    {
        get
        {
            switch (_phase)
            {
                case Phase.Off:
                    return LinkState.Down;
                case Phase.Listening:
                    return _nowMs < _answerUntilMs ? LinkState.Busy : LinkState.Ready;
                default:
                    return LinkState.Busy;
            }
        }
    }

    /// <summary>At the present spreading factor.</summary>
    public int FrameBytesMax => _region.FrameBytesMax(_factor.Current);

    public int SpreadingFactor => _factor.Current;

    public int RssiDbm => _received.TakenRssiDbm;

    public int SnrCdb => _received.TakenSnrCdb;

    /// <summary>Frames that the transceiver put on the air.</summary>
    public int Transmitted { get; private set; }

    /// <summary>Looks at a channel that found it busy.</summary>
    public int ChannelsBusy { get; private set; }

    /// <summary>Frames given up since no channel was free.</summary>
    public int GivenUpBusy { get; private set; }

    /// <summary>Frames given up since sending them would not have been legal any more; the ledger has the reasons.</summary>
    public int GivenUpNotLegal { get; private set; }

    /// <summary>Frames that were lost with a transceiver that failed.</summary>
    public int LostInRadio { get; private set; }

    /// <summary>Transmissions whose end the transceiver did not tell.</summary>
    public int TransmitTimeouts { get; private set; }

    /// <summary>Failures of the transceiver, after each of which it is started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Frames received whole.</summary>
    public int Received { get; private set; }

    /// <summary>Frames received damaged.</summary>
    public int ReceivedBadCrc { get; private set; }

    /// <summary>Frames dropped: longer than any downlink, or nobody took those before.</summary>
    public int ReceivedDropped { get; private set; }

    /// <summary>Why the last frame that was not legal was refused.</summary>
    public AirtimeRefusal LastRefusal { get; private set; }

    /// <summary>Orders that the transceiver answered so.</summary>
    public int RadioFailures(RadioResult result)
    {
        return _radioFailures[(int)result];
    }

    public LinkResult Send(byte[] frame, int offset, int length)
    {
        return Send(frame, offset, length, AirtimePurpose.Current);
    }

    /// <inheritdoc/>
    public LinkResult Send(byte[] frame, int offset, int length, AirtimePurpose purpose)
    {
        if (_phase == Phase.Off)
        {
            return LinkResult.Down;
        }

        bool waits = _nowMs < _answerUntilMs && purpose != AirtimePurpose.Sos;
        if (_phase != Phase.Listening || waits)
        {
            return LinkResult.Busy;
        }

        int factor = FactorFor(length, purpose);
        if (factor == 0)
        {
            return _region.ReceiveOnly ? NotLegal(AirtimeRefusal.ReceiveOnly) : LinkResult.TooLong;
        }

        _frameFactor = factor;
        _length = length;
        _purpose = purpose;
        _tries = 0;
        AirtimeRefusal refusal = HopToLegalChannel();
        if (refusal != AirtimeRefusal.None)
        {
            return NotLegal(refusal);
        }

        Array.Copy(frame, offset, _frame, 0, length);
        return Sense() ? LinkResult.Sent : LinkResult.Failed;
    }

    /// <inheritdoc/>
    public void Answered()
    {
        _factor.Answered(_received.TakenSnrCdb);
    }

    /// <inheritdoc/>
    public void Unanswered()
    {
        _factor.Missed();
    }

    /// <inheritdoc/>
    public int SosPaceMs(int lengthBytes)
    {
        int factor = FactorFor(lengthBytes, AirtimePurpose.Sos);
        return factor == 0 ? 0 : _budget.SosPaceMs(TimeOnAir.FrameUs(
            factor, _settings.BandwidthHz, _settings.CodingRateDenominator, _settings.PreambleSymbols, lengthBytes));
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset)
    {
        return _received.Take(buffer, offset);
    }

    /// <inheritdoc/>
    public void Poll(long monotonicMs)
    {
        _nowMs = monotonicMs;
        _budget.Poll(monotonicMs);
        if (_phase == Phase.Off)
        {
            if (_nowMs >= _dueMs)
            {
                Start();
            }

            return;
        }

        Handle(_radio.Poll());
        if (_nowMs < _dueMs)
        {
            return;
        }

        switch (_phase)
        {
            case Phase.BackingOff:
                LookAgain();
                break;
            case Phase.Sensing:
            case Phase.Transmitting:
                TransmitTimeouts += _phase == Phase.Transmitting ? 1 : 0;
                Fail(RadioResult.Stuck);
                break;
            default:
                break;
        }
    }

    private void Handle(RadioEvent happened)
    {
        switch (happened)
        {
            case RadioEvent.Received:
                Take();
                break;
            case RadioEvent.ReceivedBadCrc:
                ReceivedBadCrc++;
                break;
            case RadioEvent.ChannelFree:
                if (_phase == Phase.Sensing)
                {
                    Transmit();
                }

                break;
            case RadioEvent.ChannelBusy:
                if (_phase == Phase.Sensing)
                {
                    OnChannelBusy();
                }

                break;
            case RadioEvent.Transmitted:
                OnTransmitted();
                break;
            case RadioEvent.TransmitTimedOut:
                TransmitTimeouts++;
                LostInRadio++;
                Listen();
                break;
            case RadioEvent.Lost:
                Fail(RadioResult.NotThere);
                break;
            default:
                break;
        }
    }

    private void Start()
    {
        RadioResult result = _radio.Start();
        if (result != RadioResult.Done)
        {
            Fail(result);
            return;
        }

        Listen();
    }

    private bool Listen()
    {
        _phase = Phase.Listening;
        _settings.InvertIq = true;
        return Order(Configure()) && Order(_radio.StartReceive());
    }

    private bool Sense()
    {
        _phase = Phase.Sensing;
        _dueMs = _nowMs + _options.ChannelLookMaxMs;
        _settings.InvertIq = false;
        return Order(Configure()) && Order(_radio.StartChannelActivity(_region.CarrierBusyAboveDbm));
    }

    private void OnChannelBusy()
    {
        ChannelsBusy++;
        _tries++;
        if (_tries < _options.ChannelTriesMax)
        {
            int backOffMs = _options.ChannelBackOffMs << (_tries > 8 ? 8 : _tries - 1);
            backOffMs = backOffMs > _options.ChannelBackOffMaxMs ? _options.ChannelBackOffMaxMs : backOffMs;
            _phase = Phase.BackingOff;
            _dueMs = _nowMs + 1 + _random.Below(backOffMs);
            return;
        }

        // Where listening first is courtesy and not law, an emergency does not wait for ever.
        if (_purpose == AirtimePurpose.Sos && !_region.ListenBeforeTalk)
        {
            Transmit();
            return;
        }

        GivenUpBusy++;
        Listen();
    }

    private void LookAgain()
    {
        AirtimeRefusal refusal = HopToLegalChannel();
        if (refusal == AirtimeRefusal.None)
        {
            Sense();
            return;
        }

        GivenUpNotLegal++;
        LastRefusal = refusal;
        Listen();
    }

    private void Transmit()
    {
        AirtimeRefusal refusal = _budget.TryCharge(_settings, _length, _purpose, _nowMs);
        if (refusal != AirtimeRefusal.None)
        {
            GivenUpNotLegal++;
            LastRefusal = refusal;
            Listen();
            return;
        }

        _phase = Phase.Transmitting;
        _dueMs = _nowMs + _options.TransmitMarginMs + (FrameUs() / 1000);
        RadioResult result = _radio.StartTransmit(_frame, 0, _length);

        // A chip that is stuck may have begun; all other refusals come before the first symbol.
        if (result != RadioResult.Done && result != RadioResult.Stuck)
        {
            _budget.TakeBack();
        }

        Order(result);
    }

    private void OnTransmitted()
    {
        if (_phase != Phase.Transmitting)
        {
            return;
        }

        Transmitted++;
        _restartDelayMs = _options.RestartDelayMs;
        FrameKind kind = FrameHeader.KindOf(_frame[0]);
        bool answered = FrameLimits.IsDefined(kind) && FrameLimits.IsDurable(kind);
        _answerUntilMs = answered ? _nowMs + _options.AnswerWindowMs : _nowMs;
        Listen();
    }

    private void Take()
    {
        int length = _radio.TakeReceived(_receiveBuffer, 0);
        if (length > 0 && _received.TryAdd(_receiveBuffer, length, _radio.RssiDbm, _radio.SnrCdb))
        {
            Received++;
        }
        else
        {
            ReceivedDropped++;
        }
    }

    // False if the transceiver has to be started again.
    private bool Order(RadioResult result)
    {
        if (result == RadioResult.Done)
        {
            return true;
        }

        Fail(result);
        return false;
    }

    private void Fail(RadioResult result)
    {
        _radioFailures[(int)result]++;
        LostInRadio += _phase == Phase.Sensing || _phase == Phase.BackingOff || _phase == Phase.Transmitting ? 1 : 0;
        _phase = Phase.Off;
        Restarts++;
        _dueMs = _nowMs + _random.Jittered(_restartDelayMs);
        _restartDelayMs = _restartDelayMs * 2 > _options.RestartDelayMaxMs ? _options.RestartDelayMaxMs : _restartDelayMs * 2;
    }

    private RadioResult Configure()
    {
        _settings.FrequencyHz = _region.ChannelsHz[_channel];
        _settings.SpreadingFactor = _frameFactor;
        return _radio.Configure(_settings);
    }

    // An emergency goes as far as its length allows, all else as fast as the shore has lately heard.
    private int FactorFor(int length, AirtimePurpose purpose)
    {
        if (purpose != AirtimePurpose.Sos)
        {
            return length <= FrameBytesMax ? _factor.Current : 0;
        }

        int factor = _region.SpreadingFactorMax < _options.SpreadingFactorMax ? _region.SpreadingFactorMax : _options.SpreadingFactorMax;
        while (factor >= TimeOnAir.SpreadingFactorMin && length > _region.FrameBytesMax(factor))
        {
            factor--;
        }

        return factor < TimeOnAir.SpreadingFactorMin ? 0 : factor;
    }

    // Another channel than the last, by chance; if it is not legal now, the next ones in turn.
    private AirtimeRefusal HopToLegalChannel()
    {
        int channels = _region.ChannelsHz.Length;
        int hop = channels > 1 ? 1 + _random.Below(channels - 1) : 0;
        AirtimeRefusal refusal = AirtimeRefusal.None;
        int before = _channel;
        for (int i = 0; i < channels; i++)
        {
            _channel = (before + hop + i) % channels;
            _settings.FrequencyHz = _region.ChannelsHz[_channel];
            _settings.SpreadingFactor = _frameFactor;
            int powerMaxDbm = _budget.PowerMaxDbm(_settings.FrequencyHz, _settings.BandwidthHz);
            _settings.PowerDbm = _options.PowerDbm < powerMaxDbm ? _options.PowerDbm : powerMaxDbm;
            refusal = _budget.Check(_settings, _length, _purpose, _nowMs);
            if (refusal == AirtimeRefusal.None)
            {
                return refusal;
            }
        }

        _channel = before;
        return refusal;
    }

    private LinkResult NotLegal(AirtimeRefusal refusal)
    {
        LastRefusal = refusal;
        return LinkResult.NotLegal;
    }

    private int FrameUs()
    {
        return TimeOnAir.FrameUs(
            _frameFactor, _settings.BandwidthHz, _settings.CodingRateDenominator, _settings.PreambleSymbols, _length);
    }
}
