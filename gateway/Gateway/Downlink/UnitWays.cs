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

    // What was committed since the last answer; made when first needed, and then changed against the taker's.
    private DurableAnswer? _answer;

    /// <summary>
    /// A genuine reception. One without a way back is of no use here, nor one from before the last window opened.
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
    /// A frame is committed whose reception was told before. True if the unit is to be listed for an answer at that time, and was not for so early a one. A
    /// copy of a transmission that had its answer already, which UDP or a forwarder has made, has no other one.
    /// </summary>
    /// <param name="state">The unit's state, committed with the frame.</param>
    /// <param name="durableCounter">The frame's counter if it is to be acknowledged; null for a live one.</param>
    /// <param name="wantsCommand">Whether a command waits for the unit.</param>
    /// <param name="isDuplicate">The frame was there before.</param>
    /// <param name="dueMs">When it is to be answered.</param>
    public bool Committed(in AdmissionState state, uint? durableCounter, bool wantsCommand, bool isDuplicate, long dueMs)
    {
        lock (_lock)
        {
            var isCopy = isDuplicate && _isAnswered && _ways[0].Link == UplinkLink.Lora;
            _state = state;
            _isKnown = true;
            if (durableCounter is { } counter && !isCopy)
            {
                _owesAcknowledgement = true;
                (_answer ??= new DurableAnswer()).Add(counter);
            }

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

    /// <summary>What was taken cannot be said yet: it is owed still, and the unit is to be listed for that time. Its frames come again if need be.</summary>
    public bool Owes(long dueMs)
    {
        lock (_lock)
        {
            _owesAcknowledgement = true;
            if (dueMs >= _dueMs)
                return false;
            _dueMs = dueMs;
            return true;
        }
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
    /// <param name="ways">Filled.</param>
    /// <param name="state">As of the last commit.</param>
    /// <param name="owesAcknowledgement">Whether a durable frame is to be acknowledged.</param>
    /// <param name="answer">What was committed since the last time, for the one given, which must be empty.</param>
    public int Take(Span<Reception> ways, out AdmissionState state, out bool owesAcknowledgement, ref DurableAnswer answer)
    {
        lock (_lock)
        {
            _dueMs = NotListed;
            _isAnswered = true;
            owesAcknowledgement = _owesAcknowledgement;
            _owesAcknowledgement = false;
            state = _state;
            if (_answer is not null)
                (_answer, answer) = (answer, _answer);
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
