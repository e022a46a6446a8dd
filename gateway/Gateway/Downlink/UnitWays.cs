using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>
/// By which ways one unit was heard just now, and what it is owed. Filled by the admission's and the journal's threads, taken
/// by the downlinks'; allocates once.
/// </summary>
internal sealed class UnitWays
{
    /// <summary>Named limit: ways kept of one frame, the best ones.</summary>
    public const int WaysMax = 4;

    /// <summary>The same frame after this time, ms, is another transmission of it: another window.</summary>
    public const int SameFrameMs = 2_000;

    private readonly Reception[] _ways = new Reception[WaysMax];
    private readonly Lock _lock = new();
    private int _count;
    private (FrameClass Class, uint Counter) _frame;
    private long _openedMs;
    private bool _owesAcknowledgement;
    private AdmissionState _state;
    private bool _isKnown;
    private bool _isListed;

    /// <summary>A genuine reception. One without a way back is of no use here.</summary>
    public void Heard(FrameClass frameClass, uint counter, in Reception reception)
    {
        if (reception.Path is null)
            return;
        lock (_lock)
        {
            var isSame = _count > 0
                && _frame == (frameClass, counter)
                && _ways[0].Link == reception.Link
                && reception.ReceivedMonotonicMs - _openedMs <= SameFrameMs;
            if (!isSame)
            {
                _count = 0;
                _frame = (frameClass, counter);
                _openedMs = reception.ReceivedMonotonicMs;
            }

            Insert(in reception);
        }
    }

    /// <summary>A frame is committed. True if the unit is to be listed for an answer, and was not.</summary>
    public bool Committed(in AdmissionState state, bool owesAcknowledgement, bool wantsCommand)
    {
        lock (_lock)
        {
            _state = state;
            _isKnown = true;
            _owesAcknowledgement |= owesAcknowledgement;
            if (_isListed || !(_owesAcknowledgement || wantsCommand))
                return false;
            return _isListed = true;
        }
    }

    /// <summary>Whether a commit tells another key than the one before it. Asked before <see cref="Committed"/>.</summary>
    public bool HasNewKey(in AdmissionState state)
    {
        lock (_lock)
            return _isKnown && state.Keys.Epoch != _state.Keys.Epoch;
    }

    /// <summary>It could not be listed.</summary>
    public void Unlist()
    {
        lock (_lock)
            _isListed = false;
    }

    /// <summary>
    /// Takes what is owed, and copies the ways of the last frame, best first; how many. It is not listed any more.
    /// </summary>
    public int Take(Span<Reception> ways, out AdmissionState state, out bool owesAcknowledgement)
    {
        lock (_lock)
        {
            _isListed = false;
            owesAcknowledgement = _owesAcknowledgement;
            _owesAcknowledgement = false;
            state = _state;
            _ways.AsSpan(0, _count).CopyTo(ways);
            return _count;
        }
    }

    /// <summary>Better first: by signal to noise, then by strength; what nobody told is worst.</summary>
    internal static bool IsBetter(in Reception one, in Reception other) =>
        one.SnrDecibelE1 != other.SnrDecibelE1 ? one.SnrDecibelE1 > other.SnrDecibelE1 : one.RssiDbm > other.RssiDbm;

    private void Insert(in Reception reception)
    {
        var at = 0;
        while (at < _count && !IsBetter(in reception, in _ways[at]))
        {
            if (ReferenceEquals(_ways[at].Path, reception.Path))
                return;
            at++;
        }

        if (at == WaysMax)
            return;
        var moved = Math.Min(_count, WaysMax - 1) - at;
        Array.Copy(_ways, at, _ways, at + 1, moved);
        _ways[at] = reception;
        _count = Math.Min(_count + 1, WaysMax);
    }
}
