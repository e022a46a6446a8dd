namespace BoatTelemetry.Mqtt;

/// <summary>
/// How long to wait before the next connection: doubling from <see cref="MinMs"/> to <see cref="MaxMs"/>, of which a
/// random part between half and all is taken, so that gateways that lost the same broker do not return together.
/// </summary>
public sealed class ReconnectDelay(Random random)
{
    public const int MinMs = 250;
    public const int MaxMs = 30_000;

    private int _ceilingMs = MinMs;

#pragma warning disable CA5394 // Spreads reconnections; nothing secret depends on it.
    /// <summary>With the random numbers of the process.</summary>
    public ReconnectDelay()
        : this(Random.Shared)
    {
    }
#pragma warning restore CA5394

    /// <summary>The wait after one more failure.</summary>
    public TimeSpan Next()
    {
        var delayMs = (_ceilingMs / 2) + random.Next((_ceilingMs / 2) + 1);
        _ceilingMs = Math.Min(MaxMs, _ceilingMs * 2);
        return TimeSpan.FromMilliseconds(delayMs);
    }

    /// <summary>A connection has stood.</summary>
    public void Reset() => _ceilingMs = MinMs;
}
