using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.Sensors;

/// <summary>What makes a reading believable. Values are in the quantity's own unit, which the owner of the gate names.</summary>
public sealed class GateOptions
{
    /// <summary>The least value that can be true.</summary>
    public int Lowest = int.MinValue + 1;

    /// <summary>The greatest value that can be true.</summary>
    public int Highest = int.MaxValue;

    /// <summary>The fastest that the quantity can change, a second; 0: no such rule.</summary>
    public int RateMaxPerS;

    /// <summary>A change from one reading to the next that is always believed: noise and the sensor's step.</summary>
    public int StepFloor;

    /// <summary>
    /// So many readings in a row that agree with each other are believed though they are far from the last good one:
    /// the world may have jumped (a supply switched off), a spike does not repeat.
    /// </summary>
    public int ConfirmReadings = 3;

    /// <summary>A live sensor's noise moves its reading within this time; 0: no such rule.</summary>
    public int StuckAfterMs;

    /// <summary>How long a reading stands for the present.</summary>
    public int StaleAfterMs = 60_000;
}

/// <summary>What the gate made of the last reading.</summary>
public enum GateVerdict
{
    /// <summary>There has been none.</summary>
    None = 0,
    Good = 1,
    OutOfRange = 2,
    TooFast = 3,
    Stuck = 4,
    Missing = 5,
}

/// <summary>
/// Stands between a sensor and the report: lets a value through or nothing (<see cref="Fix.Unknown"/>), never a wrong
/// value. One gate for each quantity.
/// </summary>
public sealed class PlausibilityGate
{
    private readonly GateOptions _options;
    private int _good = Fix.Unknown;
    private long _goodAtMs;
    private int _candidate = Fix.Unknown;
    private long _candidateAtMs;
    private int _candidates;
    private int _last = Fix.Unknown;
    private long _sameSinceMs;
    private GateVerdict _verdict;

    /// <summary>Readings refused since start, by reason.</summary>
    public int OutOfRangeCount;

    /// <inheritdoc cref="OutOfRangeCount"/>
    public int TooFastCount;

    /// <inheritdoc cref="OutOfRangeCount"/>
    public int StuckCount;

    /// <inheritdoc cref="OutOfRangeCount"/>
    public int MissingCount;

    public PlausibilityGate(GateOptions options)
    {
        _options = options;
    }

    /// <summary>What the gate thinks now.</summary>
    public GateVerdict Verdict(long nowMs)
    {
        bool isStale = _verdict == GateVerdict.Good && nowMs - _goodAtMs > _options.StaleAfterMs;
        return isStale ? GateVerdict.Missing : _verdict;
    }

    /// <summary>The value, or <see cref="Fix.Unknown"/>.</summary>
    public int Value(long nowMs)
    {
        return Verdict(nowMs) == GateVerdict.Good ? _good : Fix.Unknown;
    }

    /// <summary>Whether the sensor is to be flagged.</summary>
    public bool IsFaulty(long nowMs)
    {
        return Verdict(nowMs) > GateVerdict.Good;
    }

    /// <summary>The sensor did not answer.</summary>
    public void Miss()
    {
        MissingCount++;
        _verdict = GateVerdict.Missing;

        // What comes after a gap has nothing to be compared with.
        _good = Fix.Unknown;
        _candidates = 0;
        _last = Fix.Unknown;
    }

    /// <summary>The sensor answered this; <see cref="Fix.Unknown"/> where it answered something that is no number.</summary>
    public void Offer(int value, long nowMs)
    {
        if (value < _options.Lowest || value > _options.Highest || value == Fix.Unknown)
        {
            OutOfRangeCount++;
            _verdict = GateVerdict.OutOfRange;
            _candidates = 0;
            return;
        }

        if (IsStuck(value, nowMs))
        {
            StuckCount++;
            _verdict = GateVerdict.Stuck;
            return;
        }

        if (_good != Fix.Unknown && !IsWithin(value, _good, nowMs - _goodAtMs) && !IsConfirmed(value, nowMs))
        {
            TooFastCount++;
            _verdict = GateVerdict.TooFast;
            return;
        }

        _candidates = 0;
        _good = value;
        _goodAtMs = nowMs;
        _verdict = GateVerdict.Good;
    }

    private bool IsStuck(int value, long nowMs)
    {
        if (value != _last)
        {
            _last = value;
            _sameSinceMs = nowMs;
            return false;
        }

        return _options.StuckAfterMs > 0 && nowMs - _sameSinceMs >= _options.StuckAfterMs;
    }

    private bool IsWithin(int value, int reference, long elapsedMs)
    {
        if (_options.RateMaxPerS == 0)
        {
            return true;
        }

        long change = (long)value - reference;
        if (change < 0)
        {
            change = -change;
        }

        return change <= _options.StepFloor + (_options.RateMaxPerS * elapsedMs / 1000);
    }

    private bool IsConfirmed(int value, long nowMs)
    {
        bool agrees = _candidates > 0 && IsWithin(value, _candidate, nowMs - _candidateAtMs);
        _candidates = agrees ? _candidates + 1 : 1;
        _candidate = value;
        _candidateAtMs = nowMs;
        return _candidates >= _options.ConfirmReadings;
    }
}
