namespace BoatTelemetry.Core.Sensors;

/// <summary>How an alarm is raised with a button and taken back.</summary>
public sealed class AlarmButtonOptions
{
    /// <summary>So many short presses raise it.</summary>
    public int PressesToRaise = 1;

    /// <summary>The presses must begin within this time.</summary>
    public int PressesWithinMs = 3_000;

    /// <summary>
    /// SOS: held for 2 s, or three presses within 3 s. A knock or a hand that slips raises nothing; a hand that can only
    /// hit it again and again does. A button whose wire is shorted by sea water raises it too: that is the safe side,
    /// and the fault is flagged after <see cref="PressOptions.StuckAfterMs"/>.
    /// </summary>
    public static AlarmButtonOptions Sos()
    {
        AlarmButtonOptions options = new AlarmButtonOptions();
        options.PressesToRaise = 3;
        return options;
    }

    /// <summary>Man overboard: one press, since every second counts and a false one costs a turn of the wheel.</summary>
    public static AlarmButtonOptions ManOverboard()
    {
        return new AlarmButtonOptions();
    }
}

/// <summary>
/// An alarm and its button. Raised by a long press or by presses enough; taken back by a hold
/// (<see cref="PressOptions.HoldMs"/>) that begins after it was raised, so that the press that raised it, however long,
/// never takes it back. What was sent stays sent: taking back ends the alarm, it does not unsay it.
/// </summary>
public sealed class AlarmButton
{
    /// <summary>
    /// Presses count as another call from so long after the last one on, milliseconds; before, they are nerves. A long
    /// press does not call again: it may be about to become the hold that takes the alarm back.
    /// </summary>
    public const int RaiseAgainMs = 10_000;

    private readonly ButtonLatch _latch;
    private readonly AlarmButtonOptions _options;
    private readonly long[] _pressesAtMs;
    private int _presses;
    private long _raisedAtMs;
    private bool _isRaisedPending;
    private bool _isCancelledPending;

    /// <summary>How often it was raised since start.</summary>
    public int RaisedCount;

    /// <summary>How often it was taken back at the button since start.</summary>
    public int CancelledCount;

    public AlarmButton(ButtonLatch latch, AlarmButtonOptions options)
    {
        _latch = latch;
        _options = options;
        _pressesAtMs = new long[options.PressesToRaise];
    }

    /// <summary>The alarm is on.</summary>
    public bool IsRaised { get; private set; }

    /// <summary>Takes what the button has been told since the last call.</summary>
    public void Poll(long nowMs)
    {
        while (_latch.TryTakeShort(out long shortAtMs))
        {
            NoteShort(shortAtMs, nowMs);
        }

        if (_latch.TryTakeLong(out _))
        {
            Raise(nowMs);
        }

        if (_latch.TryTakeHold(out long holdAtMs) && IsRaised && holdAtMs > _raisedAtMs)
        {
            IsRaised = false;
            _isCancelledPending = true;
            CancelledCount++;
        }
    }

    /// <summary>It was raised before the power failed, and nobody has taken it back: it is on, and calls nobody again.</summary>
    public void Restore(long nowMs)
    {
        if (!IsRaised)
        {
            IsRaised = true;
            _raisedAtMs = nowMs;
        }
    }

    /// <summary>Whether it was raised since the last call.</summary>
    public bool TakeRaised()
    {
        bool pending = _isRaisedPending;
        _isRaisedPending = false;
        return pending;
    }

    /// <summary>Whether it was taken back at the button since the last call.</summary>
    public bool TakeCancelled()
    {
        bool pending = _isCancelledPending;
        _isCancelledPending = false;
        return pending;
    }

    private void NoteShort(long atMs, long nowMs)
    {
        int last = _options.PressesToRaise - 1;
        if (_presses > last)
        {
            // The oldest makes room.
            for (int i = 0; i < last; i++)
            {
                _pressesAtMs[i] = _pressesAtMs[i + 1];
            }

            _presses = last;
        }

        _pressesAtMs[_presses] = atMs;
        _presses++;
        if (_presses > last && atMs - _pressesAtMs[0] <= _options.PressesWithinMs)
        {
            _presses = 0;
            if (IsRaised && nowMs - _raisedAtMs >= RaiseAgainMs)
            {
                // Whoever presses again in need is heard again, whether or not the first call was ever taken back.
                IsRaised = false;
            }

            Raise(nowMs);
        }
    }

    private void Raise(long nowMs)
    {
        if (IsRaised)
        {
            return;
        }

        IsRaised = true;
        _raisedAtMs = nowMs;
        _isRaisedPending = true;
        RaisedCount++;
    }
}
