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
        16, 15, 13, 12, 11, 10, 9, 9, 8, 8, 7, 7, 6, 6, 5,
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
        Predict(intervals16);
        bool near = _residual.Encode(coder, step);
        Learn(step, intervals16, near);
    }

    /// <summary>The mirror of <see cref="Encode"/>.</summary>
    internal int Decode(RangeDecoder coder, int intervals16)
    {
        Predict(intervals16);
        bool near = _residual.Decode(coder);
        int step = _residual.Value;
        Learn(step, intervals16, near);
        return step;
    }

    private void Predict(int intervals16)
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

        // The limits hold every later product below 2^31, whatever the positions (or a decoder's random bytes) are.
        mean1 += _error1;
        mean2 += _error2;
        _residual.Mean0 = mean0 > MeanMax || mean0 < -MeanMax ? Limited(mean0, MeanMax) : mean0;
        _residual.Mean1 = mean1 > MeanMax || mean1 < -MeanMax ? Limited(mean1, MeanMax) : mean1;
        _residual.Mean2 = mean2 > MeanMax || mean2 < -MeanMax ? Limited(mean2, MeanMax) : mean2;
    }

    private void Learn(int step, int intervals16, bool near)
    {
        int n = _steps;
        _steps = n + 1;
        if (n == 0)
        {
            LearnFirst(step, intervals16);
            return;
        }

        if (!near || step > StepMax || step < -StepMax)
        {
            // A jump is not a velocity: go on from the new place as before.
            _error1 = 0;
            _error2 = 0;
            return;
        }

        int beta0 = YoungBeta[n <= YoungBeta.Length ? n - 1 : YoungBeta.Length - 1];
        int alpha1 = FastAlpha;
        int alpha2 = SlowAlpha;
        int beta1 = beta0 > FastBeta ? beta0 : FastBeta;
        int beta2 = beta0 > SlowBeta ? beta0 : SlowBeta;
        if (n <= YoungAlpha.Length)
        {
            alpha2 = YoungAlpha[n - 1];
            alpha1 = alpha2 > FastAlpha ? alpha2 : FastAlpha;
        }

        int at = step << 8;
        int residual0 = at - _residual.Mean0;
        int residual1 = at - _residual.Mean1;
        int residual2 = at - _residual.Mean2;
        _error1 = -((((64 - alpha1) * residual1) + 32) >> 6);
        _error2 = -((((64 - alpha2) * residual2) + 32) >> 6);
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

    private void LearnFirst(int step, int intervals16)
    {
        int velocity = (Limited(step, StepMax) << 8) / intervals16 * OneInterval;
        velocity = Limited(velocity, MeanMax);
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
