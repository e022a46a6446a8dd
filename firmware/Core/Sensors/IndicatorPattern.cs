namespace BoatTelemetry.Core.Sensors;

/// <summary>What a lamp or the buzzer does: milliseconds on, off, on ..., beginning with on; again and again, or once.</summary>
public sealed class IndicatorPattern
{
    /// <summary>The most steps that a pattern has: nine long and nine short blinks, each with its pause.</summary>
    public const int StepsMax = 40;

    /// <summary>Dark, silent.</summary>
    public static readonly IndicatorPattern Off = new IndicatorPattern(new int[] { 0, 1_000 }, true);

    /// <summary>Steady.</summary>
    public static readonly IndicatorPattern On = new IndicatorPattern(new int[] { 1_000, 0 }, true);

    /// <summary>All is well: a short blink every three seconds.</summary>
    public static readonly IndicatorPattern Heartbeat = new IndicatorPattern(new int[] { 60, 2_940 }, true);

    /// <summary>No fix: half and half, one second.</summary>
    public static readonly IndicatorPattern NoFix = new IndicatorPattern(new int[] { 500, 500 }, true);

    /// <summary>Something is at fault: two blinks.</summary>
    public static readonly IndicatorPattern Fault = new IndicatorPattern(new int[] { 100, 150, 100, 1_650 }, true);

    /// <summary>Safe mode: three blinks.</summary>
    public static readonly IndicatorPattern SafeMode = new IndicatorPattern(new int[] { 100, 150, 100, 150, 100, 1_400 }, true);

    /// <summary>SOS raised, nothing sent yet: as fast as the eye can follow.</summary>
    public static readonly IndicatorPattern SosRaised = new IndicatorPattern(new int[] { 80, 80 }, true);

    /// <summary>SOS sent and not yet acknowledged: calm blinking.</summary>
    public static readonly IndicatorPattern SosSent = new IndicatorPattern(new int[] { 400, 400 }, true);

    /// <summary>Man overboard: long on, short off.</summary>
    public static readonly IndicatorPattern ManOverboard = new IndicatorPattern(new int[] { 700, 100 }, true);

    /// <summary>Buzzer: a key was taken.</summary>
    public static readonly IndicatorPattern Click = new IndicatorPattern(new int[] { 30, 30 }, false);

    /// <summary>Buzzer: an alarm was raised; one long tone.</summary>
    public static readonly IndicatorPattern Raised = new IndicatorPattern(new int[] { 1_000, 200 }, false);

    /// <summary>Buzzer: the shore has the SOS; three short tones.</summary>
    public static readonly IndicatorPattern Acknowledged = new IndicatorPattern(new int[] { 120, 120, 120, 120, 120, 400 }, false);

    /// <summary>Buzzer: water is high; again and again until it is not.</summary>
    public static readonly IndicatorPattern HighWater = new IndicatorPattern(new int[] { 200, 200, 200, 2_400 }, true);

    internal readonly int[] StepsMs;

    internal int Steps;

    /// <param name="stepsMs">On, off, on ...; an even number.</param>
    /// <param name="repeats">Again and again.</param>
    public IndicatorPattern(int[] stepsMs, bool repeats)
    {
        StepsMs = stepsMs;
        Steps = stepsMs.Length;
        Repeats = repeats;
    }

    /// <summary>Again and again; otherwise once.</summary>
    public bool Repeats { get; }

    /// <summary>A pattern whose steps are set again and again by <see cref="SetNumber"/>.</summary>
    public static IndicatorPattern ForNumbers()
    {
        return new IndicatorPattern(new int[StepsMax], true);
    }

    /// <summary>Makes it tell a number up to 99: long blinks for the tens, short ones for the units, then a pause.</summary>
    public void SetNumber(int number)
    {
        const int LongMs = 700;
        const int ShortMs = 180;
        const int GapMs = 250;
        const int PauseMs = 1_500;
        int steps = 0;
        for (int blink = 0; blink < (number / 10) + (number % 10); blink++)
        {
            StepsMs[steps] = blink < number / 10 ? LongMs : ShortMs;
            StepsMs[steps + 1] = GapMs;
            steps += 2;
        }

        if (steps == 0)
        {
            StepsMs[0] = 0;
            steps = 2;
        }

        StepsMs[steps - 1] = PauseMs;
        Steps = steps;
    }
}

/// <summary>Plays a pattern on one lamp or buzzer.</summary>
public sealed class IndicatorPlayer
{
    private IndicatorPattern _pattern = IndicatorPattern.Off;
    private int _step;
    private long _stepEndsMs;

    /// <summary>The pattern that plays.</summary>
    public IndicatorPattern Pattern
    {
        get { return _pattern; }
    }

    /// <summary>Plays this; the same one goes on where it is.</summary>
    public void Show(IndicatorPattern pattern, long nowMs)
    {
        if (pattern != _pattern)
        {
            Begin(pattern, nowMs);
        }
    }

    /// <summary>Plays this from its beginning.</summary>
    public void Begin(IndicatorPattern pattern, long nowMs)
    {
        _pattern = pattern;
        _step = 0;
        _stepEndsMs = nowMs + pattern.StepsMs[0];
    }

    /// <summary>Whether it is on now.</summary>
    public bool Poll(long nowMs)
    {
        // A late call passes over the steps that are over, at most the whole pattern once.
        for (int i = 0; i < _pattern.Steps && nowMs >= _stepEndsMs; i++)
        {
            _step++;
            if (_step >= _pattern.Steps)
            {
                if (!_pattern.Repeats)
                {
                    Begin(IndicatorPattern.Off, nowMs);
                    return false;
                }

                _step = 0;
            }

            _stepEndsMs += _pattern.StepsMs[_step];
        }

        if (nowMs >= _stepEndsMs)
        {
            Begin(_pattern, nowMs);
        }

        return (_step & 1) == 0 && _pattern.StepsMs[_step] > 0;
    }
}
