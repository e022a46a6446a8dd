namespace BoatTelemetry.Core.Links;

/// <summary>
/// Chance for hopping, back-off and jitter: xorshift32 (G. Marsaglia, "Xorshift RNGs", 2003, the triple 13, 17, 5). Its
/// only task is that two boats do not do the same; never key material.
/// </summary>
public sealed class UnitRandom
{
    private uint _state;

    /// <param name="seed">This unit's own; what differs from boat to boat and, better, from start to start.</param>
    public UnitRandom(uint seed)
    {
        // Zero is the one state that xorshift never leaves, and neighbouring unit numbers shall not begin alike.
        _state = (seed * 2_654_435_761u) ^ 0x9E3779B9u;
        if (_state == 0)
        {
            _state = 1;
        }

        Next();
    }

    /// <summary>0 to <paramref name="below"/> - 1; 0 where that is not above 1.</summary>
    public int Below(int below)
    {
        return below <= 1 ? 0 : (int)(Next() % (uint)below);
    }

    /// <summary>The value less or more up to a quarter of it, so that units that failed together do not try together.</summary>
    public int Jittered(int value)
    {
        return value - (value / 4) + Below((value / 2) + 1);
    }

    private uint Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return _state;
    }
}
