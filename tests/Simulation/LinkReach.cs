namespace BoatTelemetry.Simulation;

/// <summary>When a link reaches the shore, and how much of what it carries is lost then.</summary>
public sealed class LinkReach
{
    private readonly VoyagePlan _plan;
    private bool _forced;
    private long _nextMs;

    public LinkReach(VoyagePlan plan)
    {
        _plan = plan;
        IsUp = plan.Random.Next(3) > 0;
        _nextMs = IsUp ? plan.DrawReachMs() : plan.DrawOutageMs();
        LossPermille = Draw(plan.LossPermilleMax);
        Draws();
    }

    public bool IsUp { get; private set; }

    /// <summary>Since when it is as it is.</summary>
    public long SinceMs { get; private set; }

    /// <summary>Each way.</summary>
    public int LossPermille { get; private set; }

    public int DuplicatePermille { get; private set; }

    /// <summary>Frames in which bits turn.</summary>
    public int DamagePermille { get; private set; }

    /// <summary>By how much frames are late; those sent later may come before.</summary>
    public int DelayMaxMs { get; private set; }

    /// <summary>Whether the driver sees an outage: a modem without a network does, one behind a dead server does not.</summary>
    public bool DriverSees { get; private set; }

    /// <summary>True if it changed.</summary>
    public bool Poll(long nowMs)
    {
        if (_forced || nowMs < _nextMs)
        {
            return false;
        }

        IsUp = !IsUp;
        SinceMs = nowMs;
        _nextMs = nowMs + (IsUp ? _plan.DrawReachMs() : _plan.DrawOutageMs());
        LossPermille = Draw(_plan.LossPermilleMax);
        Draws();
        return true;
    }

    /// <summary>The harbour: no faults from now on.</summary>
    public void Force(long nowMs)
    {
        _forced = true;
        IsUp = true;
        SinceMs = nowMs;
        (LossPermille, DuplicatePermille, DamagePermille, DelayMaxMs) = (0, 0, 0, 200);
    }

    /// <summary>The period begins anew: something at either end was interrupted.</summary>
    public void Interrupt(long nowMs) => SinceMs = nowMs;

    private void Draws()
    {
        DuplicatePermille = Draw(200);
        DamagePermille = Draw(100);
        DelayMaxMs = _plan.Random.Next(3) == 0 ? _plan.Random.Next(10, 20_000) : _plan.Random.Next(10, 800);
        DriverSees = _plan.Random.Next(2) == 0;
    }

    private int Draw(int max) => max == 0 || _plan.Random.Next(3) == 0 ? 0 : _plan.Random.Next(max);
}
