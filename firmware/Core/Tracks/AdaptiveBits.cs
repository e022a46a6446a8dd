namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// The probabilities of a set of yes-or-no questions. Each moves by 1/n while it is young and by a fixed share later: a
/// block has a few hundred fixes, so the first dozen answers must count.
/// </summary>
internal sealed class AdaptiveBits
{
    /// <summary>No answer ever costs more than 11 bits or, being certain, less than 1/1400 of a bit.</summary>
    private const int Least = 32;

    private const int ExperienceMax = 126;

    private readonly ushort[] _prior;
    private readonly int _priorExperience;
    private readonly int[] _yes;
    private readonly byte[] _experience;

    /// <param name="prior">Probability of yes to each question, of <see cref="RangeEncoder.Total"/>.</param>
    /// <param name="priorExperience">How many answers that prior is worth.</param>
    internal AdaptiveBits(ushort[] prior, int priorExperience)
    {
        _prior = prior;
        _priorExperience = priorExperience;
        _yes = new int[prior.Length];
        _experience = new byte[prior.Length];
        Reset();
    }

    internal void Reset()
    {
        for (int i = 0; i < _yes.Length; i++)
        {
            _yes[i] = _prior[i];
            _experience[i] = (byte)_priorExperience;
        }
    }

    internal void Encode(RangeEncoder coder, int question, bool answer)
    {
        int yes = _yes[question];
        if (answer)
        {
            coder.Encode(0, yes);
        }
        else
        {
            coder.Encode(yes, RangeEncoder.Total - yes);
        }

        Learn(question, yes, answer);
    }

    internal bool Decode(RangeDecoder coder, int question)
    {
        int yes = _yes[question];
        bool answer = coder.Peek() < yes;
        if (answer)
        {
            coder.Take(0, yes);
        }
        else
        {
            coder.Take(yes, RangeEncoder.Total - yes);
        }

        Learn(question, yes, answer);
        return answer;
    }

    private void Learn(int question, int yes, bool answer)
    {
        int target = answer ? RangeEncoder.Total - Least : Least;
        int experience = _experience[question];
        _yes[question] = yes + ((target - yes) / (experience + 2));
        if (experience < ExperienceMax)
        {
            _experience[question] = (byte)(experience + 1);
        }
    }
}
