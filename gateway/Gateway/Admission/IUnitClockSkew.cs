namespace BoatTelemetry.Gateway.Admission;

/// <summary>How far the clocks of units are off, against the gateway's own. May be asked from any thread.</summary>
public interface IUnitClockSkew
{
    /// <summary>False if nothing has been measured since the start of the gateway.</summary>
    bool TryGet(int unit, out UnitClockSkew skew);

    /// <summary>How many units are flagged now.</summary>
    int BeyondLimit { get; }
}

/// <summary>A unit's clock against the gateway's.</summary>
/// <param name="SkewMs">Positive: the unit's clock is ahead. As exact as the whole seconds that frames carry.</param>
/// <param name="MeasuredUtcMs">When the last frame that counted came in, milliseconds since 1970-01-01.</param>
/// <param name="IsBeyondLimit">More than <c>admission.clockSkewMaxS</c>, and sure enough to say so.</param>
public readonly record struct UnitClockSkew(int SkewMs, long MeasuredUtcMs, bool IsBeyondLimit);
