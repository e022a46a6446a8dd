namespace BoatTelemetry.Gateway.Publish;

/// <summary>Lets so many through in a second, and at most a tenth of them at once.</summary>
internal sealed class CatchUpRate(int perS, TimeProvider time)
{
    private readonly double _atOnce = Math.Max(1, perS / 10.0);
    private double _ready = Math.Max(1, perS / 10.0);
    private long _at = time.GetTimestamp();

    /// <summary>Whether one more may go now.</summary>
    public bool TryTake()
    {
        var now = time.GetTimestamp();
        _ready = Math.Min(_atOnce, _ready + (time.GetElapsedTime(_at, now).TotalSeconds * perS));
        _at = now;
        if (_ready < 1)
            return false;
        _ready--;
        return true;
    }

    /// <summary>When it is worth asking again: some of them are ready then, or the one.</summary>
    public TimeSpan Pause { get; } = TimeSpan.FromSeconds(Math.Max(0.02, 1.0 / perS));
}
