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

    private const long NotListed = long.MaxValue;

    private readonly Reception[] _ways = new Reception[WaysMax];
    private readonly Lock _lock = new();
    private int _count;
    private (FrameClass Class, uint Counter) _frame;
    private long _openedMs;
    private bool _owesAcknowledgement;
    private AdmissionState _state;
    private bool _isKnown;
    private long _dueMs = NotListed;
    private bool _isAnswered;

    /// <summary>
    /// A genuine reception; told once or more, by whoever comes first. One without a way back is of no use here, nor one from
    /// before the last window opened.
    /// </summary>
    public void Heard(FrameClass frameClass, uint counter, in Reception reception)
    {
        if (reception.Path is null)
            return;
        lock (_lock)
        {
            if (_count > 0 && reception.ReceivedMonotonicMs < _openedMs)
                return;
            if (!IsSameTransmission(frameClass, counter, in reception))
            {
                _count = 0;
                _isAnswered = false;
                _frame = (frameClass, counter);
                _openedMs = reception.ReceivedMonotonicMs;
            }

            Insert(in reception);
        }
    }

    /// <summary>
    /// A frame is committed. True if the unit is to be listed for an answer at that time, and was not for so early a one. A
    /// copy of a transmission that had its answer already, which UDP or a forwarder has made, has no other one.
    /// </summary>
    public bool Committed(in AdmissionState state, bool owesAcknowledgement, bool wantsCommand, bool isDuplicate, long dueMs)
    {
        lock (_lock)
        {
            var isCopy = isDuplicate && _isAnswered && _ways[0].Link == UplinkLink.Lora;
            _state = state;
            _isKnown = true;
            _owesAcknowledgement |= owesAcknowledgement && !isCopy;
            if (dueMs >= _dueMs || !(_owesAcknowledgement || wantsCommand))
                return false;
            _dueMs = dueMs;
            return true;
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
            _dueMs = NotListed;
    }

    /// <summary>
    /// Takes what is owed, and copies the ways of the last frame, best first; how many. It is not listed any more.
    /// </summary>
    public int Take(Span<Reception> ways, out AdmissionState state, out bool owesAcknowledgement)
    {
        lock (_lock)
        {
            _dueMs = NotListed;
            _isAnswered = true;
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

    // Under the lock. Another counter of the same concentrator is another transmission of the same frame.
    private bool IsSameTransmission(FrameClass frameClass, uint counter, in Reception reception)
    {
        if (_count == 0
            || _frame != (frameClass, counter)
            || _ways[0].Link != reception.Link
            || reception.ReceivedMonotonicMs - _openedMs > SameFrameMs)
        {
            return false;
        }

        foreach (ref readonly var way in _ways.AsSpan(0, _count))
        {
            if (ReferenceEquals(way.Path, reception.Path) && way.ConcentratorUs != reception.ConcentratorUs)
                return false;
        }

        return true;
    }

    private void Insert(in Reception reception)
    {
        var at = _count;
        for (var i = 0; i < _count; i++)
        {
            if (ReferenceEquals(_ways[i].Path, reception.Path))
                return;
            if (at == _count && IsBetter(in reception, in _ways[i]))
                at = i;
        }

        if (at == WaysMax)
            return;
        var moved = Math.Min(_count, WaysMax - 1) - at;
        Array.Copy(_ways, at, _ways, at + 1, moved);
        _ways[at] = reception;
        _count = Math.Min(_count + 1, WaysMax);
    }
}
