using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Sensors;

/// <summary>When water in the bilge is water, and when it is high.</summary>
public sealed class BilgeOptions
{
    /// <summary>The float must be up so long: water that slops in a seaway lifts it for a second or two.</summary>
    public int FloatUpMs = 3_000;

    /// <summary>And down so long before the bilge is dry again.</summary>
    public int FloatDownMs = 10_000;

    /// <summary>
    /// Up for so long the pump does not cope, and water is high even where no level is known: twice what a small bilge
    /// pump takes to lower a patrol boat's bilge.
    /// </summary>
    public int HighAfterMs = 180_000;

    /// <summary>From this level there is water.</summary>
    public int WaterFromCm = 5;

    /// <summary>Below this one there is none any more.</summary>
    public int DryBelowCm = 3;

    /// <summary>From this level water is high.</summary>
    public int HighFromCm = 25;

    /// <summary>Below this one it is so no more.</summary>
    public int HighUntilCm = 20;
}

/// <summary>
/// Float switch and level sender together say how the bilge is. Either may be missing; where they disagree, the one that
/// says more water is believed.
/// </summary>
public sealed class BilgeMonitor
{
    private readonly BilgeOptions _options;
    private bool _hasFloat;
    private bool _isFloatUp;
    private bool _isRawUp;
    private long _rawSinceMs;
    private long _floatUpAtMs;
    private BilgeState _byLevel;

    public BilgeMonitor(BilgeOptions options)
    {
        _options = options;
    }

    /// <summary>How it is.</summary>
    public BilgeState State { get; private set; }

    /// <summary>The float's contact now; not called where none is fitted.</summary>
    public void Float(bool isUp, long nowMs)
    {
        if (!_hasFloat)
        {
            _hasFloat = true;
            _isRawUp = isUp;
            _rawSinceMs = nowMs;
        }

        if (isUp != _isRawUp)
        {
            _isRawUp = isUp;
            _rawSinceMs = nowMs;
        }

        int settleMs = isUp ? _options.FloatUpMs : _options.FloatDownMs;
        if (isUp != _isFloatUp && nowMs - _rawSinceMs >= settleMs)
        {
            _isFloatUp = isUp;
            _floatUpAtMs = _rawSinceMs;
        }
    }

    /// <summary>Judges, with the level or <see cref="Fix.Unknown"/>. Whether the state became worse.</summary>
    public bool Poll(int levelCm, long nowMs)
    {
        _byLevel = ByLevel(levelCm);
        BilgeState byFloat = ByFloat(nowMs);
        BilgeState before = State;
        State = byFloat > _byLevel ? byFloat : _byLevel;
        return State > before && State > BilgeState.Dry;
    }

    private BilgeState ByFloat(long nowMs)
    {
        if (!_hasFloat)
        {
            return BilgeState.Unknown;
        }

        if (!_isFloatUp)
        {
            return BilgeState.Dry;
        }

        return nowMs - _floatUpAtMs >= _options.HighAfterMs ? BilgeState.HighWater : BilgeState.Water;
    }

    private BilgeState ByLevel(int levelCm)
    {
        if (levelCm == Fix.Unknown)
        {
            return BilgeState.Unknown;
        }

        int highCm = _byLevel == BilgeState.HighWater ? _options.HighUntilCm : _options.HighFromCm;
        int waterCm = _byLevel >= BilgeState.Water ? _options.DryBelowCm : _options.WaterFromCm;
        if (levelCm >= highCm)
        {
            return BilgeState.HighWater;
        }

        return levelCm >= waterCm ? BilgeState.Water : BilgeState.Dry;
    }
}
