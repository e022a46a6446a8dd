namespace BoatTelemetry.Core.Links;

/// <summary>
/// Finds the fastest spreading factor at which the shore still answers: down after a run of answers with margin, up when
/// answers stay out.
/// </summary>
/// <remarks>
/// Only authenticated answers count, so nobody can talk a unit into another factor by noise. The signal to noise ratio is
/// that of the downlink; the way up is taken to be as good, which missing answers correct. Each step down that did not
/// hold doubles the run that the next one needs.
/// </remarks>
public sealed class SpreadingFactorControl
{
    /// <summary>Answers in a row before a step down.</summary>
    public const int RunMin = 4;

    public const int RunMax = 64;

    /// <summary>
    /// Above the limit of the present factor, 0.01 dB: 2.5 dB for the step, 8 dB for a hull that rolls and for fading.
    /// </summary>
    public const int StepMarginCdb = 1050;

    /// <summary>Answers missing in a row before a step up.</summary>
    public const int MissesMax = 2;

    private readonly int _min;
    private readonly int _max;
    private int _run;
    private int _runNeeded = RunMin;
    private int _misses;
    private int _worstMarginCdb;
    private bool _steppedDown;

    public SpreadingFactorControl(int min, int max, int start)
    {
        _min = min;
        _max = max;
        Current = start < min ? min : start > max ? max : start;
    }

    /// <summary>7 to 12.</summary>
    public int Current { get; private set; }

    public int StepsUp { get; private set; }

    public int StepsDown { get; private set; }

    /// <summary>Below this nothing is decoded, 0.01 dB: -7.5 dB at SF7, 2.5 dB less for each (SX1276 datasheet, table 13).</summary>
    public static int SnrLimitCdb(int spreadingFactor)
    {
        return -750 - (250 * (spreadingFactor - TimeOnAir.SpreadingFactorMin));
    }

    /// <summary>An answer came with this ratio, 0.01 dB, or <see cref="RadioLevel.Unknown"/>.</summary>
    public void Answered(int snrCdb)
    {
        _misses = 0;
        if (snrCdb == RadioLevel.Unknown)
        {
            return;
        }

        int marginCdb = snrCdb - SnrLimitCdb(Current);
        _worstMarginCdb = _run == 0 || marginCdb < _worstMarginCdb ? marginCdb : _worstMarginCdb;
        _run++;
        if (_run < _runNeeded)
        {
            return;
        }

        _run = 0;
        if (Current > _min && _worstMarginCdb >= StepMarginCdb)
        {
            Current--;
            StepsDown++;
            _steppedDown = true;
        }
        else
        {
            // It has held for a whole run.
            _steppedDown = false;
            _runNeeded = _runNeeded > RunMin ? _runNeeded / 2 : RunMin;
        }
    }

    /// <summary>An answer that was due did not come.</summary>
    public void Missed()
    {
        _run = 0;
        _misses++;
        if (_misses < MissesMax)
        {
            return;
        }

        _misses = 0;
        if (_steppedDown)
        {
            _steppedDown = false;
            _runNeeded = _runNeeded * 2 > RunMax ? RunMax : _runNeeded * 2;
        }

        if (Current < _max)
        {
            Current++;
            StepsUp++;
        }
    }
}
