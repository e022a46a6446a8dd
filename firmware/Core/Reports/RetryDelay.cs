namespace BoatTelemetry.Core.Reports;

/// <summary>How long to wait before the journal is asked again: at first a second, then twice as long each time, to a minute.</summary>
internal sealed class RetryDelay
{
    private const int FirstMs = 1_000;
    private const int LastMs = 60_000;

    private int _delayMs;
    private long _dueMs;

    /// <summary>Whether the next try may be made.</summary>
    public bool IsDue(long monotonicMs)
    {
        return _delayMs == 0 || monotonicMs >= _dueMs;
    }

    /// <summary>A try failed.</summary>
    public void Failed(long monotonicMs)
    {
        _delayMs = _delayMs == 0 ? FirstMs : _delayMs * 2;
        _delayMs = _delayMs > LastMs ? LastMs : _delayMs;
        _dueMs = monotonicMs + _delayMs;
    }

    /// <summary>A try succeeded.</summary>
    public void Succeeded()
    {
        _delayMs = 0;
    }
}
