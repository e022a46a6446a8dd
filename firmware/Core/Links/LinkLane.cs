using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Links;

/// <summary>
/// What the dispatcher knows of one link: what is under way on it, and, by the answers, whether anybody listens.
/// </summary>
internal sealed class LinkLane
{
    private readonly IUnitLink _link;
    private readonly IMeteredLink _metered;
    private readonly DispatchOptions _options;
    private readonly UnitRandom _random;
    private readonly int _answerTimeoutMs;
    private readonly uint[] _counters;
    private readonly long[] _sentMs;
    private bool _awaits;
    private long _answerDueMs;
    private long _probeMs;
    private long _liveProbeMs;
    private int _probeDelayMs;

    public LinkLane(IUnitLink link, DispatchOptions options, UnitRandom random)
    {
        _link = link;
        _metered = link as IMeteredLink;
        _options = options;
        _random = random;
        _answerTimeoutMs = options.AnswerTimeoutMs[(int)link.Kind];
        _counters = new uint[options.Window[(int)link.Kind]];
        _sentMs = new long[_counters.Length];
        _probeDelayMs = options.ProbeDelayMs;
        Pass = new RecordPass(link.Kind == LinkKind.LoRa, options, random);
    }

    public IUnitLink Link => _link;

    public RecordPass Pass { get; }

    /// <summary>Durable frames under way.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Nobody has answered for so long that only probes are sent.</summary>
    public bool Silent { get; private set; }

    /// <summary>Answers missing in a row.</summary>
    public int Misses { get; private set; }

    /// <summary>Before this nothing but an SOS is tried.</summary>
    public long NotBeforeMs { get; private set; }

    public long SentLive { get; private set; }

    public long SentDurable { get; private set; }

    public long Acknowledged { get; private set; }

    /// <summary>Frames whose acknowledgement did not come in its time.</summary>
    public long Unacknowledged { get; private set; }

    public long Answers { get; private set; }

    public long AnswersMissed { get; private set; }

    public int SilentPeriods { get; private set; }

    public long Refused { get; private set; }

    public bool IsUp => !Silent && (_link.State == LinkState.Ready || _link.State == LinkState.Busy);

    public bool IsFull => Outstanding == _counters.Length;

    /// <summary>See <see cref="IMeteredLink.SosPaceMs"/>.</summary>
    public int SosPaceMs(int length)
    {
        return _metered == null ? 0 : _metered.SosPaceMs(length);
    }

    public bool TakesNow(long nowMs)
    {
        return _link.State == LinkState.Ready && nowMs >= NotBeforeMs;
    }

    /// <summary>Whether a durable frame may be tried although nobody listens.</summary>
    public bool ProbeIsDue(long nowMs)
    {
        return Silent && !_awaits && nowMs >= _probeMs;
    }

    /// <summary>Whether a position may be tried although nobody listens.</summary>
    public bool LiveProbeIsDue(long nowMs)
    {
        return Silent && nowMs >= _liveProbeMs;
    }

    public bool IsUnderWay(uint counter)
    {
        for (int i = 0; i < Outstanding; i++)
        {
            if (_counters[i] == counter)
            {
                return true;
            }
        }

        return false;
    }

    public LinkResult SendLive(byte[] frame, int length, long nowMs)
    {
        LinkResult result = Send(frame, length, AirtimePurpose.Current, nowMs);
        if (result == LinkResult.Sent)
        {
            SentLive++;
            _liveProbeMs = nowMs + _random.Jittered(_probeDelayMs);
        }

        return result;
    }

    public LinkResult SendDurable(byte[] frame, int length, uint counter, AirtimePurpose purpose, long nowMs)
    {
        LinkResult result = Send(frame, length, purpose, nowMs);
        if (result == LinkResult.Sent)
        {
            SentDurable++;
            Remember(counter, nowMs);
            if (!_awaits)
            {
                _awaits = true;
                _answerDueMs = nowMs + _answerTimeoutMs;
            }
        }

        return result;
    }

    /// <summary>An authenticated frame came from shore over this link.</summary>
    public void Heard()
    {
        Answers++;
        if (_awaits && _metered != null)
        {
            _metered.Answered();
        }

        _awaits = false;
        Misses = 0;
        Silent = false;
        _probeDelayMs = _options.ProbeDelayMs;
    }

    /// <summary>Forgets what an acknowledgement covers, whichever way it came.</summary>
    public void Take(Acknowledgement acknowledgement)
    {
        for (int i = Outstanding - 1; i >= 0; i--)
        {
            if (acknowledgement.Covers(_counters[i]))
            {
                Forget(i);
                Acknowledged++;
                Pass.Progress();
            }
        }
    }

    /// <summary>Ends what has waited too long.</summary>
    public void Poll(long nowMs)
    {
        for (int i = Outstanding - 1; i >= 0; i--)
        {
            if (nowMs - _sentMs[i] >= _answerTimeoutMs)
            {
                Forget(i);
                Unacknowledged++;
            }
        }

        if (_awaits && nowMs >= _answerDueMs)
        {
            Miss(nowMs);
        }
    }

    private void Miss(long nowMs)
    {
        _awaits = false;
        AnswersMissed++;
        Misses++;
        if (_metered != null)
        {
            _metered.Unanswered();
        }

        if (Misses < _options.SilentAfterMisses)
        {
            return;
        }

        SilentPeriods += Silent ? 0 : 1;
        Silent = true;
        _probeMs = nowMs + _random.Jittered(_probeDelayMs);
        _probeDelayMs = _probeDelayMs * 2 > _options.ProbeDelayMaxMs ? _options.ProbeDelayMaxMs : _probeDelayMs * 2;
    }

    private LinkResult Send(byte[] frame, int length, AirtimePurpose purpose, long nowMs)
    {
        LinkResult result = _metered != null
            ? _metered.Send(frame, 0, length, purpose)
            : _link.Send(frame, 0, length);
        if (result == LinkResult.NotLegal || result == LinkResult.Failed)
        {
            Refused++;
            NotBeforeMs = nowMs + _options.RefusedDelayMs;
        }

        return result;
    }

    // An SOS is sent even when the table is full; the oldest entry is then no longer watched.
    private void Remember(uint counter, long nowMs)
    {
        for (int i = 0; i < Outstanding; i++)
        {
            if (_counters[i] == counter)
            {
                _sentMs[i] = nowMs;
                return;
            }
        }

        if (IsFull)
        {
            Forget(0);
        }

        _counters[Outstanding] = counter;
        _sentMs[Outstanding] = nowMs;
        Outstanding++;
    }

    private void Forget(int index)
    {
        Outstanding--;
        for (int i = index; i < Outstanding; i++)
        {
            _counters[i] = _counters[i + 1];
            _sentMs[i] = _sentMs[i + 1];
        }
    }
}
