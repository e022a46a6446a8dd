namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// The times of a track: one question a fix, "the nominal interval again?", and the interval itself where the answer is
/// no. A source whose period is not whole seconds answers no at nearly regular distances (2.05 s: every twentieth
/// interval is 3 s), so the question is asked with the distance since the last no beside the distance before it.
/// </summary>
internal sealed class IntervalModel
{
    /// <summary>The longest interval inside a block; a longer gap starts a new one.</summary>
    internal const int IntervalMaxS = (1 << IntervalBits) - 1;

    /// <summary>Stands in an interval's place where the step of the positions changes.</summary>
    internal const int StepSwitch = 0;

    private const int IntervalBits = 12;
    private const int NoneYet = 0;
    private const int Early = 1;
    private const int OneBeforeDue = 2;
    private const int Due = 3;
    private const int Overdue = 4;

    private readonly AdaptiveBits _irregular = new AdaptiveBits(
        [RangeEncoder.Total / 64, RangeEncoder.Total / 64, RangeEncoder.Total / 6, RangeEncoder.Total / 3, RangeEncoder.Total / 6],
        3);

    private readonly AdaptiveBits _sameAgain = new AdaptiveBits([RangeEncoder.Total / 2], 0);
    private int _nominalS;
    private int _lastIrregularS;
    private int _sinceIrregular;
    private int _spacing;
    private bool _byTime;

    internal void Reset(int nominalS)
    {
        _irregular.Reset();
        _sameAgain.Reset();
        _nominalS = nominalS;
        _lastIrregularS = nominalS + 1;
        _sinceIrregular = 0;
        _spacing = -1;
        _byTime = nominalS == 1;
    }

    /// <summary>Codes an interval in seconds, or <see cref="StepSwitch"/>.</summary>
    internal void Encode(RangeEncoder coder, int intervalS)
    {
        bool irregular = intervalS != _nominalS;
        _irregular.Encode(coder, Context(), irregular);
        if (!irregular)
        {
            _sinceIrregular++;
            return;
        }

        bool same = intervalS == _lastIrregularS;
        _sameAgain.Encode(coder, 0, same);
        if (!same)
        {
            coder.EncodeBits(intervalS, IntervalBits);
        }

        Learn(intervalS);
    }

    /// <summary>The mirror of <see cref="Encode"/>.</summary>
    internal int Decode(RangeDecoder coder)
    {
        if (!_irregular.Decode(coder, Context()))
        {
            _sinceIrregular++;
            return _nominalS;
        }

        int intervalS = _sameAgain.Decode(coder, 0) ? _lastIrregularS : coder.DecodeBits(IntervalBits);
        Learn(intervalS);
        return intervalS;
    }

    /// <summary>
    /// How far the boat moves in an interval, in 1/16 of what it moves in the nominal one. A second more or less is
    /// either a fix that was left out (the boat moved on) or the rounding of a period that is not whole seconds (it did
    /// not); <see cref="Judge"/> finds out which.
    /// </summary>
    internal int Intervals16(int intervalS)
    {
        if (intervalS == _nominalS || (IsOneOff(intervalS) && !_byTime))
        {
            return MotionAxis.OneInterval;
        }

        int intervals16 = intervalS * MotionAxis.OneInterval / _nominalS;
        if (intervals16 < 1)
        {
            return 1;
        }

        return intervals16 > MotionAxis.IntervalsMax ? MotionAxis.IntervalsMax : intervals16;
    }

    /// <summary>Learns from the length of a step at an interval that was one second off.</summary>
    /// <param name="intervalS">The interval.</param>
    /// <param name="moved">Steps moved in it, over both coordinates.</param>
    /// <param name="expected256">Steps expected in a nominal interval, 1/256.</param>
    internal void Judge(int intervalS, int moved, int expected256)
    {
        if (!IsOneOff(intervalS) || expected256 < 512 || moved > 4096)
        {
            return;
        }

        int byTime256 = expected256 * intervalS / _nominalS;
        int moved256 = moved << 8;
        _byTime = Distance(moved256, byTime256) < Distance(moved256, expected256);
    }

    private static int Distance(int a, int b)
    {
        return a < b ? b - a : a - b;
    }

    private bool IsOneOff(int intervalS)
    {
        return intervalS == _nominalS + 1 || intervalS == _nominalS - 1;
    }

    private int Context()
    {
        if (_spacing < 0)
        {
            return NoneYet;
        }

        int due = _spacing - _sinceIrregular;
        if (due > 1)
        {
            return Early;
        }

        if (due == 1)
        {
            return OneBeforeDue;
        }

        return due == 0 ? Due : Overdue;
    }

    private void Learn(int intervalS)
    {
        if (intervalS == StepSwitch)
        {
            return;
        }

        _lastIrregularS = intervalS;
        _spacing = _sinceIrregular;
        _sinceIrregular = 0;
    }
}
