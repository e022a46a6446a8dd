using BoatTelemetry.Core.Links;

namespace BoatTelemetry.Simulation;

/// <summary>
/// Whether each SOS arrives in its bound, from the press on or, where the power failed meanwhile, from the instant at which
/// it is back. With a link within reach without interruption (the unit and the shore running) the bound is the time of so
/// many of the dispatcher's retries on that link that all of them are lost once in 10^9 times.
/// </summary>
/// <remarks>
/// Time in which the law leaves no room for one more SOS does not count: then nothing may be sent, and the unit's ledger,
/// which the exact one is held against, says so. In one life it cannot say so for longer than an hour.
/// </remarks>
/// <param name="options">The unit's own: the bound is made of its retries.</param>
public sealed class SosWatch(DispatchOptions options)
{
    private const double LostOnceIn = 1e9;
    private const int SpareAttempts = 3;
    private const double JitterMax = 1.25;

    // From a frame's sending to its commit: air, the gateway's commit, and the voyage's own steps.
    private const long PassageMs = 5_000;

    // Each attempt on LoRa may find another frame on the air (SF12, 51 bytes: 2.8 s) or the channel busy.
    private const long LoRaBusyMs = 4_000;

    // US915: at a start each channel rests.
    private const long ChannelRestMs = 25_000;

    // The ledger's slots (30 s) and what one frame takes.
    private const long BarredMaxMs = 3_600_000 + 60_000;

    private readonly List<Pressed> _open = [];
    private readonly HashSet<uint> _counters = [];
    private long _barredSinceMs = -1;
    private long _barredAtMs;

    /// <summary>Told what is wrong.</summary>
    public Action<string>? Violated { get; set; }

    /// <summary>From the press, or from the first reach behind it, to the commit ashore; ms, of those pressed in the life they arrived in.</summary>
    public List<long> DelaysMs { get; } = [];

    /// <summary>The same for those that a loss of power interrupted.</summary>
    public List<long> RestartedDelaysMs { get; } = [];

    /// <summary>Time in which an SOS was open, LoRa within reach, and the hour used up.</summary>
    public long BarredMs { get; private set; }

    public int Count { get; private set; }

    public int Open => _open.Count;

    /// <summary>Whether one waits that the journal did not take.</summary>
    public bool HasUnstored => _open.Exists(static sos => sos.IsUnstored);

    public bool IsSos(uint counter) => _counters.Contains(counter);

    public void Press(uint counter, long nowMs)
    {
        Count++;
        _counters.Add(counter);
        _open.Add(new(counter, nowMs));
    }

    /// <summary>
    /// An SOS that the journal did not take: it waits in the unit's memory, and each try gives it another counter
    /// (<see cref="Sealed"/>). Its bound begins when it is stored; what only memory knew ends with the power.
    /// </summary>
    public void PressUnstored(long nowMs)
    {
        Count++;
        _open.Add(new(counter: null, nowMs));
    }

    /// <summary>The unit has sealed an SOS that waited. Of several that wait, each is taken to have come with either's counter.</summary>
    /// <param name="counter">Under which.</param>
    /// <param name="isStored">Whether none waits any more.</param>
    /// <param name="nowMs">Now.</param>
    public void Sealed(uint counter, bool isStored, long nowMs)
    {
        _counters.Add(counter);
        foreach (var sos in _open.Where(sos => sos.IsUnstored))
        {
            sos.Counters.Add(counter);
            sos.IsUnstored = !isStored;
            sos.StoredMs = nowMs;
        }
    }

    public void Restarted()
    {
        _barredSinceMs = -1;
        _open.RemoveAll(static sos => sos.IsUnstored);
        foreach (var sos in _open)
            sos.Restarted = true;
    }

    /// <summary>
    /// How many the unit is sending now, at every step: they share the hour, so each wait was as long as the most of them at any time
    /// since the press made it. One that has come is among them until the unit has its acknowledgement; one that was answered long
    /// ago is not.
    /// </summary>
    public void Sharing(int sosOfUnit)
    {
        foreach (var sos in _open)
            sos.SharedMost = Math.Max(sos.SharedMost, sosOfUnit);
    }

    public void Arrived(uint counter, long nowMs)
    {
        foreach (var sos in _open.Where(sos => sos.Counters.Contains(counter)))
        {
            var fromMs = sos.FirstReachMs < 0 ? nowMs : sos.FirstReachMs;
            (sos.Restarted ? RestartedDelaysMs : DelaysMs).Add(nowMs - fromMs);
        }

        _open.RemoveAll(sos => sos.Counters.Contains(counter));
    }

    /// <summary>A network is within reach since the instant given, which is not before the unit's start.</summary>
    public void Check(LinkKind kind, LinkReach reach, long sinceMs, long nowMs) => Check(kind, reach, sinceMs, nowMs, 0, 0);

    /// <summary>LoRa is within reach since the instant given.</summary>
    /// <param name="reach">How well.</param>
    /// <param name="sinceMs">Not before the unit's start.</param>
    /// <param name="nowMs">Now.</param>
    /// <param name="paceMs">The pace that the hour can keep up for one SOS.</param>
    /// <param name="isBarred">Whether the hour leaves no room for one.</param>
    public void CheckLoRa(LinkReach reach, long sinceMs, long nowMs, int paceMs, bool isBarred)
    {
        var barredMs = 0L;
        if (isBarred)
        {
            barredMs = _barredSinceMs < 0 ? 0 : nowMs - _barredAtMs;
            _barredSinceMs = _barredSinceMs < 0 ? nowMs : _barredSinceMs;
            _barredAtMs = nowMs;
            if (nowMs - _barredSinceMs > BarredMaxMs)
                Violated?.Invoke($"the unit has allowed itself no SOS on LoRa for {nowMs - _barredSinceMs} ms");
        }
        else
        {
            _barredSinceMs = -1;
        }

        BarredMs += barredMs;
        Check(LinkKind.LoRa, reach, sinceMs, nowMs, paceMs, barredMs);
    }

    private void Check(LinkKind kind, LinkReach reach, long sinceMs, long nowMs, int paceMs, long barredMs)
    {
        ArgumentNullException.ThrowIfNull(reach);
        foreach (var sos in _open)
        {
            sos.FirstReachMs = sos.FirstReachMs < 0 ? Math.Max(sos.PressedMs, nowMs) : sos.FirstReachMs;
            if (sos.IsUnstored)
                continue;
            var fromMs = Math.Max(sos.StoredMs, sinceMs);
            if (kind == LinkKind.LoRa)
            {
                sos.BarredMs = sos.BarredFromMs == fromMs ? sos.BarredMs + barredMs : 0;
                sos.BarredFromMs = fromMs;
            }

            var waitedMs = nowMs - fromMs - (kind == LinkKind.LoRa ? sos.BarredMs : 0);
            var boundMs = BoundMs(kind, reach, (long)paceMs * sos.SharedMost, isNew: sos.StoredMs >= sinceMs && !sos.Restarted);
            if (waitedMs <= boundMs)
                continue;
            Violated?.Invoke($"SOS {string.Join('/', sos.Counters)} has not arrived after {waitedMs} ms within reach over {kind}; the bound is {boundMs} ms");
            return;
        }
    }

    // One that was pressed within reach begins with short waits. One that was pressed before may have come to the longest, and
    // to the pace of all that are open; so may one that goes on after a restart, if that lies before the reach.
    private long BoundMs(LinkKind kind, LinkReach reach, long paceMs, bool isNew)
    {
        var attempts = AttemptsFor(reach) + SpareAttempts;
        var steadyMs = Math.Max(options.SosRetryMaxMs, paceMs);
        var waitMs = (double)steadyMs;
        for (var i = 0; i < attempts; i++)
        {
            var isBurst = isNew && i < options.SosBurstSends;
            waitMs += isBurst ? Math.Min(options.SosRetryMs * Math.Pow(2, i), options.SosRetryMaxMs) : steadyMs;
        }

        var boundMs = (long)(waitMs * JitterMax) + reach.DelayMaxMs + PassageMs;
        return kind == LinkKind.LoRa ? boundMs + ChannelRestMs + (attempts * LoRaBusyMs) : boundMs;
    }

    private static int AttemptsFor(LinkReach reach)
    {
        var arrives = (1 - (reach.LossPermille / 1_000.0)) * (1 - (reach.DamagePermille / 1_000.0));
        return arrives >= 1 ? 1 : (int)Math.Ceiling(Math.Log(1 / LostOnceIn) / Math.Log(1 - arrives));
    }

    private sealed class Pressed(uint? counter, long pressedMs)
    {
        /// <summary>More than one if the journal did not take it at once.</summary>
        public HashSet<uint> Counters { get; } = counter is null ? [] : [counter.Value];

        public bool IsUnstored { get; set; } = counter is null;

        public long PressedMs { get; } = pressedMs;

        public long StoredMs { get; set; } = pressedMs;

        public long FirstReachMs { get; set; } = -1;

        /// <summary>Of the wait that began at <see cref="BarredFromMs"/>.</summary>
        public long BarredMs { get; set; }

        public long BarredFromMs { get; set; } = -1;

        /// <summary>With how many, itself among them, it has shared the air time at the most.</summary>
        public int SharedMost { get; set; } = 1;

        public bool Restarted { get; set; }
    }
}
