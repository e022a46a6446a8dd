namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>
/// How long an order takes to a concentrator's forwarder, as its TX_ACK have told. Its owner's lock guards it.
/// </summary>
/// <remarks>
/// The gateway knows when an uplink arrived, not when it was sent on: what both ways take together lies between the
/// concentrator's counter in it and the arrival of an order that answers it. That is the round trip.
/// </remarks>
internal sealed class RoundTrip
{
    /// <summary>Before anything was measured, ms: a mobile network's.</summary>
    public const int AssumedMs = 100;

    /// <summary>A measure beyond this says nothing: no window is so long.</summary>
    public const int MaxMs = 1_500;

    /// <summary>
    /// What the forwarder itself needs before the start, ms: its queue is looked at every 10 ms, refuses what is closer than
    /// 30 ms and some (TX_JIT_DELAY in jitqueue.c), and the chip is loaded in about 10 ms.
    /// </summary>
    public const int ForwarderMs = 60;

    private int _estimateMs = AssumedMs;

    /// <summary>An order must leave so long before its start, ms.</summary>
    public int LeadMs => _estimateMs + ForwarderMs;

    /// <summary>An answer that takes longer than this, ms, is probably lost.</summary>
    public int AnswerMs => (2 * _estimateMs) + ForwarderMs;

    /// <summary>An order was answered after so long; the longest counts, and is forgotten by and by.</summary>
    public void Measured(long ms)
    {
        var bounded = (int)Math.Min(ms, MaxMs);
        _estimateMs = Math.Max(bounded, _estimateMs - (_estimateMs / 8));
    }

    /// <summary>An order came too late though it left in time.</summary>
    public void CameLate() => _estimateMs = Math.Min(2 * Math.Max(_estimateMs, 10), MaxMs);
}
