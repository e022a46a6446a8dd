namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// The probability of one yes-or-no question. It moves by 1/n while it is young and by a fixed share later: a block has
/// a few hundred fixes, so the first dozen answers must count.
/// </summary>
internal sealed class AdaptiveBit
{
    /// <summary>No answer ever costs more than 11 bits or, being certain, less than 1/1400 of a bit.</summary>
    private const int Least = 32;

    private const int ExperienceMax = 126;

    private readonly int _prior;
    private readonly int _priorExperience;
    private int _yes;
    private int _experience;

    /// <param name="prior">Probability of yes, of <see cref="RangeEncoder.Total"/>.</param>
    /// <param name="priorExperience">How many answers that prior is worth.</param>
    internal AdaptiveBit(int prior, int priorExperience)
    {
        _prior = prior;
        _priorExperience = priorExperience;
        Reset();
    }

    internal void Reset()
    {
        _yes = _prior;
        _experience = _priorExperience;
    }

    internal void Encode(RangeEncoder coder, bool answer)
    {
        if (answer)
        {
            coder.Encode(0, _yes);
        }
        else
        {
            coder.Encode(_yes, RangeEncoder.Total - _yes);
        }

        Learn(answer);
    }

    internal bool Decode(RangeDecoder coder)
    {
        bool answer = coder.Peek() < _yes;
        if (answer)
        {
            coder.Take(0, _yes);
        }
        else
        {
            coder.Take(_yes, RangeEncoder.Total - _yes);
        }

        Learn(answer);
        return answer;
    }

    private void Learn(bool answer)
    {
        int target = answer ? RangeEncoder.Total - Least : Least;
        _yes += (target - _yes) / (_experience + 2);
        if (_experience < ExperienceMax)
        {
            _experience++;
        }
    }
}
