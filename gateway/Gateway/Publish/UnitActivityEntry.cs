namespace BoatTelemetry.Gateway.Publish;

/// <summary>What <see cref="UnitActivity"/> knows of one unit. Guarded by its lock.</summary>
internal sealed class UnitActivityEntry(long heardUtcMs)
{
    /// <summary>The largest live counter; -1 none.</summary>
    public long Live { get; set; } = -1;

    /// <summary>The largest durable counter of a status; -1 none.</summary>
    public long Status { get; set; } = -1;

    public long LiveAtStart { get; private set; } = -1;

    public long StatusAtStart { get; private set; } = -1;

    /// <summary>When it was heard last.</summary>
    public long HeardUtcMs { get; set; } = heardUtcMs;

    /// <summary>Since when it has been heard as expected, up to <see cref="HeardUtcMs"/> at least.</summary>
    public long LiveSinceUtcMs { get; set; } = heardUtcMs;

    /// <summary>From when on its quiet time counts: <see cref="HeardUtcMs"/>, and later if nobody listened for a while.</summary>
    public long QuietFromUtcMs { get; set; } = heardUtcMs;

    /// <summary>The longest interval that its schedule allows.</summary>
    public int IntervalMs { get; set; } = UnitSilence.IntervalMaxMs;

    /// <summary>The live counter of the position that told the interval, wherever that was heard; -1 none.</summary>
    public long IntervalCounter { get; set; } = -1;

    /// <summary>
    /// Another gateway has heard it. Of the time in which this one did not run nothing is forgiven then: somebody listened.
    /// </summary>
    public void HeardElsewhere(in UnitHeard heard)
    {
        var isNewer = heard.HeardUtcMs > HeardUtcMs;
        if (heard.IntervalCounter > IntervalCounter)
            (IntervalMs, IntervalCounter) = (heard.IntervalMs, heard.IntervalCounter);
        if (isNewer)
            Heard(heard.HeardUtcMs, IntervalMs);
        if (heard.HeardUtcMs == HeardUtcMs)
            QuietFromUtcMs = HeardUtcMs;
    }

    /// <summary>A frame of it came in; now it speaks at this interval.</summary>
    public void Heard(long utcMs, int intervalMs)
    {
        if (StateAt(utcMs, out _) != UnitActivityState.Live)
            LiveSinceUtcMs = utcMs;
        IntervalMs = intervalMs;
        HeardUtcMs = Math.Max(HeardUtcMs, utcMs);
        QuietFromUtcMs = Math.Max(QuietFromUtcMs, utcMs);
    }

    public UnitActivityState StateAt(long utcMs, out long sinceUtcMs)
    {
        var quietMs = utcMs - QuietFromUtcMs;
        if (quietMs < UnitSilence.LateAfterMs(IntervalMs))
        {
            sinceUtcMs = LiveSinceUtcMs;
            return UnitActivityState.Live;
        }

        var isSilent = quietMs >= UnitSilence.SilentAfterMs(IntervalMs);
        sinceUtcMs = QuietFromUtcMs + (isSilent ? UnitSilence.SilentAfterMs(IntervalMs) : UnitSilence.LateAfterMs(IntervalMs));
        return isSilent ? UnitActivityState.Silent : UnitActivityState.Late;
    }

    public void RememberStart()
    {
        LiveAtStart = Live;
        StatusAtStart = Status;
    }

    /// <summary>Nobody listened from the one instant to the other.</summary>
    public void SkipDowntime(long fromUtcMs, long toUtcMs)
    {
        if (toUtcMs > fromUtcMs && StateAt(fromUtcMs, out _) != UnitActivityState.Silent)
            QuietFromUtcMs += toUtcMs - fromUtcMs;
    }
}
