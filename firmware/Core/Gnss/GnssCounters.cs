namespace BoatTelemetry.Core.Gnss;

/// <summary>What became of everything a receiver sent, since start.</summary>
public sealed class GnssCounters
{
    /// <summary>Sentences that were read and given to an epoch.</summary>
    public long SentencesUsed;

    /// <summary>Starts of sentences ('$' or '!') of a type, or of a maker, that is not needed.</summary>
    public long SentencesIgnored;

    /// <summary>Epochs that became positions.</summary>
    public long FixesAccepted;

    /// <summary>Times that a new history was begun because the old one had become untenable. See <c>FixGate</c>.</summary>
    public long Reanchorings;

    /// <summary>Speeds beyond <see cref="GnssOptions.SpeedMaxMilliknots"/>, which became unknown.</summary>
    public long SpeedsDropped;

    private readonly long[] _sentencesRefused = new long[(int)NmeaRefusal.Letter + 1];
    private readonly long[] _fixesRefused = new long[(int)FixRefusal.Contradictory + 1];

    /// <summary>Sentences of a needed type that were dropped for this reason.</summary>
    public long SentencesRefused(NmeaRefusal reason)
    {
        return _sentencesRefused[(int)reason];
    }

    /// <summary>Epochs that were refused for this reason.</summary>
    public long FixesRefused(FixRefusal reason)
    {
        return _fixesRefused[(int)reason];
    }

    /// <summary>Bytes or sentences lost, so that the parser had to look for the next start.</summary>
    public long Resynchronisations
    {
        get { return _sentencesRefused[(int)NmeaRefusal.BrokenOff]; }
    }

    internal void Count(NmeaRefusal reason)
    {
        _sentencesRefused[(int)reason]++;
    }

    internal void Count(FixRefusal reason)
    {
        _fixesRefused[(int)reason]++;
    }
}
