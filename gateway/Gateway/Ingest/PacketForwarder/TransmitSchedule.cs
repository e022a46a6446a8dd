namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>
/// When one concentrator's transmitter is taken: it sends one thing at a time, and its forwarder refuses what overlaps. Its
/// owner's lock guards it.
/// </summary>
internal sealed class TransmitSchedule
{
    /// <summary>
    /// Named limit: transmissions planned ahead. Semtech's forwarder holds 32 (JIT_QUEUE_MAX); a receive window has room for
    /// fewer.
    /// </summary>
    public const int PlannedMax = 16;

    /// <summary>
    /// Between two transmissions, ms: the forwarder's own start and margin (1.5 + 1 ms in jitqueue.c), and what the gateway's
    /// millisecond and the concentrator's clock differ by within a window.
    /// </summary>
    public const int GapMs = 20;

    private readonly List<(long StartMs, long EndMs)> _planned = new(PlannedMax);

    /// <summary>Transmissions that are not over.</summary>
    public int Count(long nowMs)
    {
        _planned.RemoveAll(slot => slot.EndMs + GapMs < nowMs);
        return _planned.Count;
    }

    /// <summary>The earliest start from a time on that ends in time and overlaps nothing; null if there is none.</summary>
    public long? Reserve(long earliestMs, long durationMs, long latestEndMs)
    {
        var startMs = earliestMs;
        foreach (var (takenStartMs, takenEndMs) in _planned)
        {
            if (startMs < takenEndMs + GapMs && startMs + durationMs + GapMs > takenStartMs)
                startMs = takenEndMs + GapMs;
        }

        if (startMs + durationMs > latestEndMs)
            return null;
        _planned.Add((startMs, startMs + durationMs));
        _planned.Sort();
        return startMs;
    }

    /// <summary>What was planned to start then will not.</summary>
    public void Release(long startMs) => _planned.RemoveAll(slot => slot.StartMs == startMs);
}
