using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Links;

/// <summary>
/// Takes frames from shore, from whichever link: opens them, refuses what is forged or was heard before, lets
/// acknowledgements empty the journal and hands on commands, each at most once.
/// </summary>
/// <remarks>One thread. Nothing is allocated after construction but what the native AES returns.</remarks>
public sealed class DownlinkReceiver : IFrameOpener
{
    /// <summary>Frames taken from one link in one poll.</summary>
    public const int FramesEachPollMax = 4;

    /// <summary>Between two statuses that the base of an acknowledgement over LoRa asks for, ms.</summary>
    public const int StatusIntervalMinMs = 600_000;

    /// <summary>
    /// The same over a network, where a status costs nothing and moves the base over the gaps of a record (sketched tracks,
    /// resets).
    /// </summary>
    public const int StatusIntervalOverNetworkMinMs = 10_000;

    private readonly int _unit;
    private readonly UnitKeys _keys;
    private readonly IUnitLink[] _links;
    private readonly LinkDispatcher _dispatcher;
    private readonly IFrameJournal _journal;
    private readonly ICommandSink _commandSink;
    private readonly IKeyUser _keyUser;
    private readonly IStatusRequest _status;
    private readonly IClock _clock;
    private readonly FrameCodec _codec = new FrameCodec();
    private readonly DownlinkWindow _acknowledgements = new DownlinkWindow(LiveCounter.None);
    private readonly DownlinkWindow _commands;
    private readonly JournalCursor _cursor = new JournalCursor();
    private readonly byte[] _frame = new byte[FrameLimits.FrameBytesMax];
    private readonly long[] _outcomes = new long[(int)DownlinkOutcome.BeyondOurs + 1];
    private IFrameCipher _current;
    private IFrameCipher _previous;
    private bool _underPrevious;
    private long _statusAskedMs = -StatusIntervalMinMs;

    /// <param name="unit">This unit's number.</param>
    /// <param name="keys">Loaded; they also remember the last command.</param>
    /// <param name="links">The links that frames come from, polled by the dispatcher: what they take in now is read at the next poll.</param>
    /// <param name="dispatcher">Told what was heard and acknowledged; it knows the newest counter used.</param>
    /// <param name="journal">The record.</param>
    /// <param name="commands">Carries out commands.</param>
    /// <param name="keyUser">Told when the key before is good no more.</param>
    /// <param name="status">Asked for a status where only that can move the shore's base.</param>
    /// <param name="clock">For the counters of acknowledgements.</param>
    public DownlinkReceiver(
        int unit,
        UnitKeys keys,
        IUnitLink[] links,
        LinkDispatcher dispatcher,
        IFrameJournal journal,
        ICommandSink commands,
        IKeyUser keyUser,
        IStatusRequest status,
        IClock clock)
    {
        if (unit < 0 || unit > FrameHeader.UnitMax)
        {
            throw new ArgumentOutOfRangeException(nameof(unit));
        }

        _unit = unit;
        _keys = keys;
        _links = links;
        _dispatcher = dispatcher;
        _journal = journal;
        _commandSink = commands;
        _keyUser = keyUser;
        _status = status;
        _clock = clock;
        _commands = new DownlinkWindow(keys.LastCommand);
    }

    /// <summary>How many frames had this outcome since the start.</summary>
    public long Count(DownlinkOutcome outcome)
    {
        return _outcomes[(int)outcome];
    }

    /// <summary>The ciphers under the key in use and, or null, the key before. Before the first poll, and when they change.</summary>
    public void UseKeys(IFrameCipher current, IFrameCipher previous)
    {
        if (current == null)
        {
            throw new ArgumentNullException(nameof(current));
        }

        _current = current;
        _previous = previous;
    }

    /// <summary>Takes what the links have received.</summary>
    public void Poll(long monotonicMs)
    {
        for (int i = 0; i < _links.Length; i++)
        {
            for (int n = 0; n < FramesEachPollMax; n++)
            {
                int length = _links[i].Receive(_frame, 0);
                if (length == 0)
                {
                    break;
                }

                Take(_frame, 0, length, _links[i], monotonicMs);

                // That may write as often as it has bits.
                if (_codec.Acknowledgement.SelectiveBitmap != 0)
                {
                    _codec.Acknowledgement.Clear();
                    break;
                }
            }
        }
    }

    /// <summary>Takes one frame that came over a link.</summary>
    public DownlinkOutcome Take(byte[] frame, int offset, int length, IUnitLink link, long monotonicMs)
    {
        DownlinkOutcome outcome = Judge(frame, offset, length, link, monotonicMs);
        _outcomes[(int)outcome]++;
        return outcome;
    }

    /// <summary>For the windows: whether the frame in hand opens under the key in use, or the one before.</summary>
    bool IFrameOpener.Opens(uint counter)
    {
        _underPrevious = false;
        if (_codec.Open(_current, null, counter) == FrameRejection.None)
        {
            return true;
        }

        _underPrevious = _previous != null && _codec.Open(_previous, null, counter) == FrameRejection.None;
        return _underPrevious;
    }

    private DownlinkOutcome Judge(byte[] frame, int offset, int length, IUnitLink link, long monotonicMs)
    {
        if (_current == null)
        {
            throw new InvalidOperationException("There is no key.");
        }

        if (_codec.ReadHeader(frame, offset, length, FrameDirection.Downlink) != FrameRejection.None)
        {
            return DownlinkOutcome.NotAFrame;
        }

        if (_codec.Header.Unit != _unit)
        {
            return DownlinkOutcome.NotOurs;
        }

        bool isCommand = _codec.Header.Kind == FrameKind.Command;
        DownlinkVerdict verdict = isCommand
            ? _commands.JudgeWhole(_codec.Header.Counter, this)
            : _acknowledgements.Judge(_codec.Header.CounterLow, _clock.UtcMs, this, out _);
        if (verdict != DownlinkVerdict.Accepted)
        {
            return Refused(verdict);
        }

        _dispatcher.Heard(link);
        ForgetPreviousKey();
        bool understood = _codec.ReadBody() == FrameRejection.None;
        if (isCommand)
        {
            return OnCommand(understood);
        }

        return understood ? OnAcknowledgement(link.Kind, monotonicMs) : DownlinkOutcome.BadField;
    }

    private static DownlinkOutcome Refused(DownlinkVerdict verdict)
    {
        switch (verdict)
        {
            case DownlinkVerdict.Replayed:
                return DownlinkOutcome.Replayed;
            case DownlinkVerdict.Older:
                return DownlinkOutcome.Older;
            case DownlinkVerdict.TimeUnknown:
                return DownlinkOutcome.TimeUnknown;
            default:
                return DownlinkOutcome.TagMismatch;
        }
    }

    // The gateway uses the new key only when it has seen it in use, and from then on no other.
    private void ForgetPreviousKey()
    {
        if (!_underPrevious && _keys.HasPrevious)
        {
            _keys.OpenedUnderCurrent();
            _previous = null;
            _keyUser.KeysChanged();
        }
    }

    private DownlinkOutcome OnAcknowledgement(LinkKind kind, long monotonicMs)
    {
        Acknowledgement acknowledgement = _codec.Acknowledgement;
        long newest = _dispatcher.NewestCounter;
        if (newest != LinkDispatcher.NoCounter && acknowledgement.BaseCounter > newest + 1)
        {
            WantStatus(kind, monotonicMs);
            return DownlinkOutcome.BeyondOurs;
        }

        _dispatcher.Take(acknowledgement);

        // The shore waits for a number that will never come, dropped or skipped: only a status moves its base.
        if (_journal.HeldFrames > 0
            && _journal.MoveTo(_cursor, acknowledgement.BaseCounter)
            && _cursor.Counter != acknowledgement.BaseCounter)
        {
            WantStatus(kind, monotonicMs);
        }

        return DownlinkOutcome.Acknowledged;
    }

    // Until that status has arrived, every acknowledgement would ask for another one.
    private void WantStatus(LinkKind kind, long monotonicMs)
    {
        int intervalMs = kind == LinkKind.LoRa ? StatusIntervalMinMs : StatusIntervalOverNetworkMinMs;
        if (monotonicMs - _statusAskedMs >= intervalMs)
        {
            _statusAskedMs = monotonicMs;
            _status.Request(StatusCause.BaseUnknown, false);
        }
    }

    private DownlinkOutcome OnCommand(bool understood)
    {
        uint counter = _codec.Header.Counter;
        Command command = _codec.Command;
        if (understood)
        {
            bool done = _commandSink.Execute(command, counter, _underPrevious) == CommandResult.Done;
            if (done && command.Kind == CommandKind.SosAcknowledged)
            {
                _dispatcher.SosSeen(command.EventCounter);
            }
        }
        else
        {
            _commandSink.NotUnderstood(counter);
        }

        command.Clear();
        return understood ? DownlinkOutcome.Commanded : DownlinkOutcome.BadField;
    }
}
