namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// One coordinate of a boat's motion: three alpha-beta filters over the same positions, whose predictions
/// <see cref="ResidualModel"/> mixes. The first holds the position as reported and the mean velocity of the block (a
/// boat at rest, or a receiver that smooths); the second follows a turn; the third averages the receiver's noise away.
/// </summary>
/// <remarks>
/// Positions are steps from the last one, so nothing grows with the distance from the origin. Filter state in 1/256 step.
/// While the filters are young their gains are those of a least-squares line through n points,
/// alpha = 2(2n+3)/((n+2)(n+3)), beta = 6/((n+2)(n+3)) (P. R. Kalata, "The tracking index", 1984), until the steady gains
/// are reached; the first step becomes the velocity.
/// </remarks>
internal sealed class MotionAxis
{
    /// <summary>One nominal interval, for the argument <c>intervals16</c>.</summary>
    internal const int OneInterval = 16;

    /// <summary>The longest gap that velocity is carried across: 16 intervals.</summary>
    internal const int IntervalsMax = 256;

    // A prediction stays within 4096 steps of the last position: 4.5 km an interval.
    private const int MeanMax = 1 << 20;
    private const int StepMax = MeanMax >> 8;

    private const int MeanBeta = 5;
    private const int FastAlpha = 38;
    private const int FastBeta = 256;
    private const int SlowAlpha = 20;
    private const int SlowBeta = 51;

    // The scale of the second position's residual and of all that follow: 3 steps, until residuals are known.
    private const int SecondScale = 3 << 8;

    // Young gains of the least-squares line: alpha in 1/64, beta in 1/1024, from the second step on.
    private static readonly byte[] YoungAlpha = [53, 45, 38, 34, 30, 27, 24, 22, 20];

    private static readonly short[] YoungBeta =
    [
        512, 307, 205, 146, 110, 85, 68, 56, 47, 39, 34, 29, 26, 23, 20, 18,
        16, 15, 13, 12, 11, 10, 9, 9, 8, 8, 7, 7, 6, 6,
    ];

    private readonly ResidualModel _residual = new ResidualModel();
    private int _error1;
    private int _error2;
    private int _velocity0;
    private int _velocity1;
    private int _velocity2;
    private int _steps;

    /// <summary>Velocity of the noise-averaging filter, 1/256 step an interval.</summary>
    internal int SmoothVelocity
    {
        get { return _velocity2; }
    }

    /// <summary>Velocity of the turn-following filter, 1/256 step an interval.</summary>
    internal int QuickVelocity
    {
        get { return _velocity1; }
    }

    /// <param name="firstScale">The scale of the first step, 1/256 step: how far the boat may have gone.</param>
    internal void Reset(int firstScale)
    {
        _error1 = 0;
        _error2 = 0;
        _velocity0 = 0;
        _velocity1 = 0;
        _velocity2 = 0;
        _steps = 0;
        _residual.Reset(firstScale);
    }

    /// <summary>The step's length changes from 1e-5 degree to 0.001' or back: the state is told in the new one.</summary>
    internal void Rescale(bool toMinutes)
    {
        int numerator = toMinutes ? 3 : 5;
        int denominator = toMinutes ? 5 : 3;
        _error1 = 0;
        _error2 = 0;
        _velocity0 = _velocity0 * numerator / denominator;
        _velocity1 = _velocity1 * numerator / denominator;
        _velocity2 = _velocity2 * numerator / denominator;
    }

    /// <summary>Codes the step from the last position to this one.</summary>
    internal void Encode(RangeEncoder coder, int step, int intervals16)
    {
        int mean0 = _velocity0;
        int mean1 = _velocity1;
        int mean2 = _velocity2;
        if (intervals16 != OneInterval)
        {
            mean0 = (mean0 * intervals16) >> 4;
            mean1 = (mean1 * intervals16) >> 4;
            mean2 = (mean2 * intervals16) >> 4;
        }

        mean1 += _error1;
        mean2 += _error2;
        if ((((mean0 + MeanMax) | (mean1 + MeanMax) | (mean2 + MeanMax)) & ~((2 * MeanMax) - 1)) != 0)
        {
            mean0 = Limited(mean0, MeanMax);
            mean1 = Limited(mean1, MeanMax);
            mean2 = Limited(mean2, MeanMax);
        }

        bool near = _residual.Encode(coder, step, mean0, mean1, mean2);
        if (near && _steps != 0 && step <= StepMax && step >= -StepMax)
        {
            step <<= 8;
            Learn(step - mean0, step - mean1, step - mean2, intervals16);
        }
        else
        {
            LearnJump(step, intervals16);
        }
    }

    /// <summary>The mirror of <see cref="Encode"/>.</summary>
    internal int Decode(RangeDecoder coder, int intervals16)
    {
        int mean0 = Limited((_velocity0 * intervals16) >> 4, MeanMax);
        int mean1 = Limited(((_velocity1 * intervals16) >> 4) + _error1, MeanMax);
        int mean2 = Limited(((_velocity2 * intervals16) >> 4) + _error2, MeanMax);
        bool near = _residual.Decode(coder, mean0, mean1, mean2);
        int step = _residual.Value;
        if (near && _steps != 0 && step <= StepMax && step >= -StepMax)
        {
            int at = step << 8;
            Learn(at - mean0, at - mean1, at - mean2, intervals16);
        }
        else
        {
            LearnJump(step, intervals16);
        }

        return step;
    }

    private void Learn(int residual0, int residual1, int residual2, int intervals16)
    {
        int alpha1 = FastAlpha;
        int alpha2 = SlowAlpha;
        int beta0 = MeanBeta;
        int beta1 = FastBeta;
        int beta2 = SlowBeta;
        int n = _steps;
        if (n <= YoungBeta.Length)
        {
            _steps = n + 1;
            beta0 = YoungBeta[n - 1];
            beta1 = beta0 > FastBeta ? beta0 : FastBeta;
            beta2 = beta0 > SlowBeta ? beta0 : SlowBeta;
            if (n <= YoungAlpha.Length)
            {
                alpha2 = YoungAlpha[n - 1];
                alpha1 = alpha2 > FastAlpha ? alpha2 : FastAlpha;
            }
        }

        _error1 = ((alpha1 - 64) * residual1) >> 6;
        _error2 = ((alpha2 - 64) * residual2) >> 6;
        int change0 = ((beta0 * residual0) + 512) >> 10;
        int change1 = ((beta1 * residual1) + 512) >> 10;
        int change2 = ((beta2 * residual2) + 512) >> 10;
        if (intervals16 != OneInterval)
        {
            change0 = change0 * OneInterval / intervals16;
            change1 = change1 * OneInterval / intervals16;
            change2 = change2 * OneInterval / intervals16;
        }

        _velocity0 += change0;
        _velocity1 += change1;
        _velocity2 += change2;
    }

    // The first step is the velocity; any later jump is none: the filters go on from the new place as before.
    private void LearnJump(int step, int intervals16)
    {
        _error1 = 0;
        _error2 = 0;
        if (_steps != 0)
        {
            return;
        }

        _steps = 1;
        int velocity = Limited((Limited(step, StepMax) << 8) / intervals16 * OneInterval, MeanMax);
        _velocity0 = velocity;
        _velocity1 = velocity;
        _velocity2 = velocity;
        _residual.Reset(SecondScale);
    }

    private static int Limited(int value, int limit)
    {
        if (value > limit)
        {
            return limit;
        }

        return value < -limit ? -limit : value;
    }
}
