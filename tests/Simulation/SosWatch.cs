using BoatTelemetry.Core.Links;

namespace BoatTelemetry.Simulation;

/// <summary>
/// Whether each SOS arrives in its bound. Pressed in this life, and with a link within reach without interruption (the
/// unit and the shore running): the bound is the time in which the dispatcher's retries on that link are so many that all
/// of them are lost once in 10^9 times.
/// </summary>
public sealed class SosWatch
{
    private const double LostOnceIn = 1e9;
    private const int SpareAttempts = 3;
    private const double JitterMax = 1.25;

    // From a frame's sending to its commit: air, the gateway's commit, and the voyage's own steps.
    private const long PassageMs = 5_000;

    // The SOS reserve holds 14 frames of SF10 (AirtimeOptions); from there on an hour has to pass for its next ones.
    private const int ReserveFrames = 12;
    private const long HourMs = 3_600_000;

    // US915: at a start each channel rests.
    private const long ChannelRestMs = 25_000;

    private readonly DispatchOptions _options = new();
    private readonly List<Pressed> _open = [];

    /// <summary>Told what is wrong.</summary>
    public Action<string>? Violated { get; set; }

    /// <summary>From the press, or from the first reach behind it, to the commit ashore; ms, of those pressed in the life they arrived in.</summary>
    public List<long> DelaysMs { get; } = [];

    /// <summary>The same for those that a loss of power interrupted.</summary>
    public List<long> RestartedDelaysMs { get; } = [];

    public int Count { get; private set; }

    public int Open => _open.Count;

    public bool IsSos(uint counter) => _counters.Contains(counter);

    private readonly HashSet<uint> _counters = [];

    public void Press(uint counter, long nowMs)
    {
        Count++;
        _counters.Add(counter);
        _open.Add(new(counter, nowMs));
    }

    public void Restarted()
    {
        foreach (var sos in _open)
            sos.Restarted = true;
    }

    public void Arrived(uint counter, long nowMs)
    {
        var index = _open.FindIndex(sos => sos.Counter == counter);
        if (index < 0)
            return;
        var sos = _open[index];
        _open.RemoveAt(index);
        var fromMs = sos.FirstReachMs < 0 ? nowMs : sos.FirstReachMs;
        (sos.Restarted ? RestartedDelaysMs : DelaysMs).Add(nowMs - fromMs);
    }

    /// <summary>A link of this kind is within reach since the instant given.</summary>
    public void Check(LinkKind kind, LinkReach reach, long sinceMs, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(reach);
        foreach (var sos in _open)
        {
            sos.FirstReachMs = sos.FirstReachMs < 0 ? Math.Max(sos.PressedMs, nowMs) : sos.FirstReachMs;
            if (sos.Restarted)
                continue;
            var waitedMs = nowMs - Math.Max(sos.PressedMs, sinceMs);
            var boundMs = BoundMs(kind, reach);
            if (waitedMs <= boundMs)
                continue;
            Violated?.Invoke($"SOS {sos.Counter} has not arrived after {waitedMs} ms within reach over {kind}; the bound is {boundMs} ms");
            return;
        }
    }

    public long BoundMs(LinkKind kind, LinkReach reach)
    {
        ArgumentNullException.ThrowIfNull(reach);
        var attempts = AttemptsFor(reach) + SpareAttempts;

        // Pressed before the link came within reach, it may have the longest wait before it.
        var waitMs = (double)_options.SosRetryMaxMs;
        for (var i = 0; i < attempts; i++)
            waitMs += Math.Min((double)_options.SosRetryMs * Math.Pow(2, Math.Min(i, 16)), _options.SosRetryMaxMs);
        var boundMs = (long)(waitMs * JitterMax) + reach.DelayMaxMs + PassageMs;
        if (kind != LinkKind.LoRa)
            return boundMs;
        boundMs += ChannelRestMs;
        var frames = (long)attempts * _counters.Count;
        return frames <= ReserveFrames ? boundMs : boundMs + (HourMs * (1 + (frames / ReserveFrames)));
    }

    private static int AttemptsFor(LinkReach reach)
    {
        var arrives = (1 - (reach.LossPermille / 1_000.0)) * (1 - (reach.DamagePermille / 1_000.0));
        return arrives >= 1 ? 1 : (int)Math.Ceiling(Math.Log(1 / LostOnceIn) / Math.Log(1 - arrives));
    }

    private sealed class Pressed(uint counter, long pressedMs)
    {
        public uint Counter => counter;

        public long PressedMs => pressedMs;

        public long FirstReachMs { get; set; } = -1;

        public bool Restarted { get; set; }
    }
}
