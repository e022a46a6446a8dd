using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Links;

/// <summary>
/// Decides what goes over which link, in this order: an SOS and other events on every link at once until they are
/// acknowledged; the newest position on the cheapest link; the record on the cheapest link.
/// </summary>
/// <remarks>
/// <para>Whether a link is up is what the shore's answers say. A link on which answers stay out carries one frame at a
/// time at growing intervals, and no more, until one is answered; an SOS alone is sent regardless.</para>
/// <para>It is the <see cref="ILink"/> of live reporters: a position goes into a place for one, where the newest wins.
/// One thread; nothing is allocated after construction.</para>
/// </remarks>
public sealed class LinkDispatcher : ILink, IStoredFrames, IBacklogRequest
{
    /// <summary>In place of a counter where there is none.</summary>
    public const long NoCounter = -1;

    /// <summary>Events of the record looked at in one poll, while those of an earlier life are searched.</summary>
    public const int SearchMovesEachPollMax = 4;

    /// <summary>Urgent frames beside which events of an earlier life wait: the other places are for new ones.</summary>
    public const int SearchedFramesMax = Links.UrgentFrames.FramesMax - 2;

    private readonly IFrameJournal _journal;
    private readonly DispatchOptions _options;
    private readonly UnitRandom _random;
    private readonly LinkLane[] _lanes;
    private readonly UrgentFrames _urgent;
    private readonly JournalCursor _asked = new JournalCursor();
    private readonly JournalCursor _progress = new JournalCursor();
    private readonly JournalCursor _searched = new JournalCursor();
    private readonly byte[] _live = new byte[LiveFrame.WorldBytes];
    private readonly byte[] _frame = new byte[FrameLimits.FrameBytesMax];
    private readonly FrameHeader _header = new FrameHeader();
    private int _liveBytes;
    private bool _liveIsNew;
    private long _liveSinceMs;
    private long _nowMs;
    private long _journalIdleUntilMs;
    private bool _isAsked;
    private uint _askedFrom;
    private uint _askedTo;
    private bool _isSearchingSos = true;
    private bool _isSearching = true;
    private long _searchFrom;
    private long _firstCounter = NoCounter;
    private long _unstoredCounter = NoCounter;

    /// <param name="links">All links of this unit.</param>
    /// <param name="journal">The record.</param>
    /// <param name="options">Times and limits.</param>
    /// <param name="seed">This unit's own.</param>
    public LinkDispatcher(IUnitLink[] links, IFrameJournal journal, DispatchOptions options, uint seed)
    {
        if (links == null || journal == null || options == null)
        {
            throw new ArgumentNullException(nameof(links));
        }

        _journal = journal;
        _options = options;
        _random = new UnitRandom(seed);
        _lanes = new LinkLane[links.Length];
        _urgent = new UrgentFrames(links.Length);
        int at = 0;
        for (int kind = (int)LinkKind.Wifi; kind >= 0; kind--)
        {
            for (int i = 0; i < links.Length; i++)
            {
                if ((int)links[i].Kind == kind)
                {
                    _lanes[at++] = new LinkLane(links[i], options, _random);
                }
            }
        }
    }

    /// <summary>Of a live frame.</summary>
    public int FrameBytesMax => LiveFrame.WorldBytes;

    /// <summary>Positions that a newer one replaced before any link took them.</summary>
    public long LiveReplaced { get; private set; }

    /// <summary>Positions that grew too old before any link took them.</summary>
    public long LiveExpired { get; private set; }

    /// <summary>Events that are still being sent on their own.</summary>
    public int UrgentFrames => _urgent.Count;

    /// <summary>Calls for help among them: they share the hour's pace.</summary>
    public int UrgentSos => _urgent.SosCount;

    /// <summary>Events for which there was no place; they are frames of the record.</summary>
    public long UrgentRefused { get; private set; }

    /// <summary>Events that were sent often enough on their own; they are frames of the record.</summary>
    public long UrgentGivenUp { get; private set; }

    public long UrgentAcknowledged { get; private set; }

    /// <summary>Events of an earlier life that were still held, and are or were sent on their own again.</summary>
    public long UrgentFromRecord { get; private set; }

    /// <summary>
    /// The newest SOS of an earlier life that was still held at the start, or <see cref="NoCounter"/>; known with the first
    /// poll.
    /// </summary>
    public long SosFromRecord { get; private set; } = NoCounter;

    /// <summary>
    /// The newest durable counter used since the start, or <see cref="NoCounter"/>: as long as there is none, no
    /// acknowledgement can be known to speak of counters beyond it. What the journal holds does not tell: newer frames may
    /// have been acknowledged already.
    /// </summary>
    public long NewestCounter { get; private set; } = NoCounter;

    /// <summary>Times that a frame of the record waited for a link that carries longer ones.</summary>
    public long WaitsForWiderLink { get; private set; }

    /// <summary>Frames whose turn came when they were held no more, or could not be read.</summary>
    public long PassedOver { get; private set; }

    /// <summary>
    /// The longest frame that a link carries now which is up and on which the shore answers, bytes; 0 while there is none. Who
    /// makes frames cuts them for it: what is sealed is not cut again.
    /// </summary>
    public int WidestUpBytes
    {
        get
        {
            int most = 0;
            for (int i = 0; i < _lanes.Length; i++)
            {
                int bytes = _lanes[i].IsUp ? _lanes[i].Link.FrameBytesMax : 0;
                most = bytes > most ? bytes : most;
            }

            return most;
        }
    }

    /// <summary>Whether such a link is another than LoRa.</summary>
    public bool IsNetworkUp
    {
        get
        {
            bool up = false;
            for (int i = 0; i < _lanes.Length; i++)
            {
                up |= _lanes[i].IsUp && _lanes[i].Link.Kind != LinkKind.LoRa;
            }

            return up;
        }
    }

    /// <summary>Whether nobody answers on this kind of link, and only probes go out.</summary>
    public bool IsSilent(LinkKind kind) => LaneOf(kind) is LinkLane lane && lane.Silent;

    public long SentLive(LinkKind kind) => LaneOf(kind) is LinkLane lane ? lane.SentLive : 0;

    public long SentDurable(LinkKind kind) => LaneOf(kind) is LinkLane lane ? lane.SentDurable : 0;

    public long Acknowledged(LinkKind kind) => LaneOf(kind) is LinkLane lane ? lane.Acknowledged : 0;

    public long Unacknowledged(LinkKind kind) => LaneOf(kind) is LinkLane lane ? lane.Unacknowledged : 0;

    public long AnswersMissed(LinkKind kind) => LaneOf(kind) is LinkLane lane ? lane.AnswersMissed : 0;

    public int SilentPeriods(LinkKind kind) => LaneOf(kind) is LinkLane lane ? lane.SilentPeriods : 0;

    public long Refused(LinkKind kind) => LaneOf(kind) is LinkLane lane ? lane.Refused : 0;

    /// <summary>Takes a live frame; it replaces the one before. Always <see cref="LinkResult.Sent"/>, but for a length.</summary>
    public LinkResult Send(byte[] frame, int offset, int length)
    {
        if (length < 1 || length > _live.Length)
        {
            return LinkResult.TooLong;
        }

        LiveReplaced += _liveBytes > 0 ? 1 : 0;
        Array.Copy(frame, offset, _live, 0, length);
        _liveBytes = length;
        _liveIsNew = true;
        return LinkResult.Sent;
    }

    /// <summary>
    /// Takes an event, which is in the journal already or could not be put there. False if there is no place for it or it
    /// is no event: then the record's turn brings it.
    /// </summary>
    public bool OfferUrgent(byte[] frame, int offset, int length, uint counter, bool sos)
    {
        if (_urgent.TryAdd(frame, offset, length, counter, sos, _nowMs))
        {
            return true;
        }

        UrgentRefused++;
        return false;
    }

    /// <inheritdoc/>
    public void Stored(byte[] frame, int length, uint counter, FrameKind kind, bool isSos)
    {
        Used(counter);
        if (kind == FrameKind.Event)
        {
            OfferUrgent(frame, 0, length, counter, isSos);
        }
        else if (kind == FrameKind.Status)
        {
            for (int i = 0; i < _lanes.Length; i++)
            {
                _lanes[i].Pass.GoAhead(counter);
            }
        }
    }

    /// <summary>
    /// Takes an SOS that could not be put into the journal; to be offered again as long as that is so. The same frame is
    /// taken once, a newer one takes the place of the one before. False if there is no place or it is no event.
    /// </summary>
    public bool OfferUnstored(byte[] frame, int length)
    {
        if (_header.Read(frame, 0, length, FrameDirection.Uplink) != FrameRejection.None || _header.Kind != FrameKind.Event)
        {
            return false;
        }

        uint counter = _header.Counter;
        if (counter == _unstoredCounter)
        {
            return true;
        }

        if (_unstoredCounter != NoCounter)
        {
            _urgent.Remove((uint)_unstoredCounter);
        }

        bool taken = OfferUrgent(frame, 0, length, counter, true);
        _unstoredCounter = taken ? counter : NoCounter;
        if (taken)
        {
            Used(counter);
        }

        return taken;
    }

    /// <summary>See <see cref="Ask"/>. It can always; what is not held is not sent.</summary>
    public bool TryRequest(uint fromCounter, uint toCounter)
    {
        Ask(fromCounter, toCounter);
        return true;
    }

    /// <summary>The shore asks for these frames of the record; what is not held is not sent. It replaces an earlier wish.</summary>
    public void Ask(uint fromCounter, uint toCounter)
    {
        _isAsked = toCounter >= fromCounter;
        _askedFrom = fromCounter;
        _askedTo = toCounter;
    }

    /// <summary>The crew's SOS was seen ashore; it is not sent on its own any more.</summary>
    public bool SosSeen(uint counter)
    {
        return _urgent.Remove(counter);
    }

    /// <summary>
    /// How far the event with this counter has come. May read flash where the event is no longer among the urgent ones, so
    /// it is for once a second, not for every turn.
    /// </summary>
    public UrgentProgress ProgressOf(uint counter)
    {
        int index = _urgent.IndexOf(counter);
        if (index >= 0)
        {
            return _urgent.Sends(index) > 0 ? UrgentProgress.Sent : UrgentProgress.Waiting;
        }

        // Given up as urgent it goes on in the record, and what the record does not hold has been acknowledged.
        bool isHeld = _journal.MoveTo(_progress, counter) && _progress.Counter == counter;
        return isHeld ? UrgentProgress.Sent : UrgentProgress.Acknowledged;
    }

    /// <summary>An authenticated frame came over this link.</summary>
    public void Heard(IUnitLink link)
    {
        for (int i = 0; i < _lanes.Length; i++)
        {
            if (_lanes[i].Link == link)
            {
                _lanes[i].Heard();
            }
        }
    }

    /// <summary>Takes over what the shore has, from whichever link.</summary>
    public void Take(Acknowledgement acknowledgement)
    {
        _journal.Acknowledge(acknowledgement);
        UrgentAcknowledged += _urgent.Take(acknowledgement);
        for (int i = 0; i < _lanes.Length; i++)
        {
            _lanes[i].Take(acknowledgement);
        }

        _journalIdleUntilMs = _nowMs;
    }

    /// <summary>Gives the links what they are to send now: at most one frame each.</summary>
    public void Poll(long monotonicMs)
    {
        _nowMs = monotonicMs;
        for (int i = 0; i < _lanes.Length; i++)
        {
            _lanes[i].Link.Poll(monotonicMs);
            _lanes[i].Poll(monotonicMs);
        }

        SearchRecord();
        SendUrgent();
        SendLive();
        SendRecord();
    }

    private void Used(uint counter)
    {
        _firstCounter = _firstCounter == NoCounter ? counter : _firstCounter;
        NewestCounter = counter > NewestCounter ? counter : NewestCounter;
    }

    // Once after a start: what was on its way when the unit lost power is urgent still. First the calls for help, which the
    // record tells apart, then the other events as long as there are places.
    private void SearchRecord()
    {
        for (int i = 0; i < SearchMovesEachPollMax && (_isSearchingSos || _isSearching); i++)
        {
            if (_isSearchingSos ? _urgent.SosCount == Links.UrgentFrames.FramesMax : _urgent.Count >= SearchedFramesMax)
            {
                return;
            }

            // From the first counter of this life on, events were offered when they were stored.
            bool found = _searchFrom <= uint.MaxValue && _journal.MoveToEvent(_searched, (uint)_searchFrom, _isSearchingSos)
                && (_firstCounter == NoCounter || _searched.Counter < _firstCounter);
            if (found)
            {
                _searchFrom = (long)_searched.Counter + 1;
                OfferHeld();
                continue;
            }

            _isSearching = _isSearchingSos;
            _isSearchingSos = false;
            _searchFrom = 0;
        }
    }

    private void OfferHeld()
    {
        if (_urgent.Holds(_searched.Counter))
        {
            return;
        }

        SosFromRecord = _searched.IsSos ? _searched.Counter : SosFromRecord;
        int length = _searched.LengthBytes > _frame.Length ? 0 : _journal.Read(_searched, _frame, 0);
        if (length == 0)
        {
            PassedOver++;
        }
        else if (OfferUrgent(_frame, 0, length, _searched.Counter, _searched.IsSos))
        {
            UrgentFromRecord++;
        }
    }

    private void SendUrgent()
    {
        for (int i = 0; i < _lanes.Length && _urgent.Count > 0; i++)
        {
            LinkLane lane = _lanes[i];
            bool events = lane.TakesNow(_nowMs) && (!lane.Silent || lane.ProbeIsDue(_nowMs));

            // A link may take an SOS while it waits for an answer to another frame.
            bool sosOnly = !events;
            if (lane.Link.State == LinkState.Down || lane.Link.State == LinkState.Starting)
            {
                continue;
            }

            int due = _urgent.Due(i, sosOnly, _nowMs);
            if (due >= 0)
            {
                SendUrgent(due, i);
            }
        }
    }

    private void SendUrgent(int index, int laneIndex)
    {
        LinkLane lane = _lanes[laneIndex];
        bool sos = _urgent.IsSos(index);
        int length = _urgent.Copy(index, _frame);
        AirtimePurpose purpose = sos ? AirtimePurpose.Sos : AirtimePurpose.Current;
        LinkResult result = lane.SendDurable(_frame, length, _urgent.CounterOf(index), purpose, _nowMs);
        switch (result)
        {
            case LinkResult.Sent:
                int delayMs = RetryDelayMs(lane, sos, length, _urgent.LaneSends(index, laneIndex));
                _urgent.NotBefore(index, laneIndex, _nowMs + _random.Jittered(delayMs));
                _urgent.Sent(index, laneIndex);
                if (!sos && _urgent.Sends(index) >= _options.EventSendsMax)
                {
                    _urgent.RemoveAt(index);
                    UrgentGivenUp++;
                }

                break;
            case LinkResult.Busy:
                break;
            case LinkResult.TooLong:
                _urgent.NotBefore(index, laneIndex, _nowMs + _options.ProbeDelayMs);
                break;
            default:
                _urgent.NotBefore(index, laneIndex, _nowMs + _options.RefusedDelayMs);
                break;
        }
    }

    private int RetryDelayMs(LinkLane lane, bool sos, int length, int sends)
    {
        if (sos && sends >= _options.SosBurstSends)
        {
            // All that are being sent share the hour.
            int paceMs = lane.SosPaceMs(length) * _urgent.SosCount;
            return paceMs > _options.SosRetryMaxMs ? paceMs : _options.SosRetryMaxMs;
        }

        long delayMs = (long)(sos ? _options.SosRetryMs : _options.EventRetryMs) << (sends > 16 ? 16 : sends);
        int maxMs = sos ? _options.SosRetryMaxMs : _options.EventRetryMaxMs;
        return delayMs > maxMs ? maxMs : (int)delayMs;
    }

    private void SendLive()
    {
        // Counted from the first poll behind it: only a poll brings the time.
        _liveSinceMs = _liveIsNew ? _nowMs : _liveSinceMs;
        _liveIsNew = false;
        if (_liveBytes > 0 && _nowMs - _liveSinceMs >= _options.LiveAgeMaxMs)
        {
            _liveBytes = 0;
            LiveExpired++;
        }

        if (_liveBytes == 0)
        {
            return;
        }

        bool taken = false;
        for (int i = 0; i < _lanes.Length; i++)
        {
            LinkLane lane = _lanes[i];
            if (!lane.IsUp)
            {
                continue;
            }

            taken |= lane.TakesNow(_nowMs) && lane.SendLive(_live, _liveBytes, _nowMs) == LinkResult.Sent;

            // Where an answer is missing already, the next link carries it as well.
            if (taken && lane.Misses == 0)
            {
                break;
            }
        }

        for (int i = 0; i < _lanes.Length && !taken; i++)
        {
            LinkLane lane = _lanes[i];
            taken = lane.LiveProbeIsDue(_nowMs)
                && lane.TakesNow(_nowMs)
                && lane.SendLive(_live, _liveBytes, _nowMs) == LinkResult.Sent;
        }

        _liveBytes = taken ? 0 : _liveBytes;
    }

    private void SendRecord()
    {
        if (_nowMs < _journalIdleUntilMs || _journal.HeldFrames == 0)
        {
            return;
        }

        bool sent = false;
        bool cheapest = true;
        for (int i = 0; i < _lanes.Length; i++)
        {
            LinkLane lane = _lanes[i];
            bool probe = lane.ProbeIsDue(_nowMs);
            if ((probe || (lane.IsUp && cheapest)) && lane.TakesNow(_nowMs) && !lane.IsFull)
            {
                sent |= SendRecord(lane);
            }

            cheapest &= !lane.IsUp;
        }

        if (!sent)
        {
            _journalIdleUntilMs = _nowMs + _options.IdleDelayMs;
        }
    }

    private bool SendRecord(LinkLane lane)
    {
        if (_isAsked && SendAsked(lane))
        {
            return true;
        }

        if (!lane.Pass.TryFind(_journal, lane.Outstanding, _nowMs))
        {
            return false;
        }

        JournalCursor candidate = lane.Pass.Candidate;
        AirtimePurpose purpose = lane.Pass.CandidateIsNew ? AirtimePurpose.Current : AirtimePurpose.Backlog;
        bool elsewhere = lane.IsUnderWay(candidate.Counter) || _urgent.Holds(candidate.Counter);
        LinkResult result = elsewhere ? LinkResult.Sent : SendFrame(lane, candidate, purpose);
        if (result == LinkResult.Sent || result == LinkResult.TooLong)
        {
            lane.Pass.Done(_journal, _nowMs);
            return true;
        }

        return false;
    }

    private bool SendAsked(LinkLane lane)
    {
        if (!_journal.MoveTo(_asked, _askedFrom) || _asked.Counter > _askedTo)
        {
            _isAsked = false;
            return false;
        }

        LinkResult result = SendFrame(lane, _asked, AirtimePurpose.Backlog);
        if (result != LinkResult.Sent && result != LinkResult.TooLong)
        {
            return false;
        }

        _isAsked = _asked.Counter < _askedTo;
        _askedFrom = _asked.Counter + 1;
        return true;
    }

    // What cannot be read is passed over as if it were sent; if the journal still holds it, a later round comes to it.
    private LinkResult SendFrame(LinkLane lane, JournalCursor cursor, AirtimePurpose purpose)
    {
        if (cursor.LengthBytes > lane.Link.FrameBytesMax)
        {
            WaitsForWiderLink++;
            return LinkResult.TooLong;
        }

        int length = cursor.LengthBytes > _frame.Length ? 0 : _journal.Read(cursor, _frame, 0);
        if (length == 0)
        {
            PassedOver++;
            return LinkResult.Sent;
        }

        return lane.SendDurable(_frame, length, cursor.Counter, purpose, _nowMs);
    }

    private LinkLane LaneOf(LinkKind kind)
    {
        for (int i = 0; i < _lanes.Length; i++)
        {
            if (_lanes[i].Link.Kind == kind)
            {
                return _lanes[i];
            }
        }

        return null;
    }
}
