namespace BoatTelemetry.Gateway.Observability;

/// <summary>
/// Keeps a flood out of the log: of the events of one reason, one in a period is let through and says how many were
/// not. The counters tell all of them.
/// </summary>
/// <typeparam name="TReason">An enum whose values run from 0 without holes.</typeparam>
public sealed class LogSampler<TReason>(TimeProvider time)
    where TReason : struct, Enum
{
    /// <summary>One event of a reason in this time.</summary>
    public const int PeriodS = 10;

    private static readonly TReason[] _reasons = Enum.GetValues<TReason>();

    private readonly Lock _lock = new();
    private readonly long[] _last = new long[_reasons.Length];
    private readonly bool[] _seen = new bool[_reasons.Length];
    private readonly long[] _suppressed = new long[_reasons.Length];

    /// <summary>Whether this event is to be logged, and how many of its reason were not since the last that was.</summary>
    public bool TryTake(TReason reason, out long suppressed)
    {
        var i = Array.IndexOf(_reasons, reason);
        var now = time.GetTimestamp();
        lock (_lock)
        {
            suppressed = _suppressed[i];
            if (_seen[i] && time.GetElapsedTime(_last[i], now).TotalSeconds < PeriodS)
            {
                _suppressed[i]++;
                return false;
            }

            _seen[i] = true;
            _last[i] = now;
            _suppressed[i] = 0;
            return true;
        }
    }
}
