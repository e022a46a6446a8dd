using System.Threading;

namespace BoatTelemetry.Core.Sensors;

/// <summary>What counts as a press.</summary>
public sealed class PressOptions
{
    /// <summary>
    /// A level that lasts so long is meant. Contacts of marine push buttons bounce for up to about 10 ms; nobody presses
    /// for less than 50.
    /// </summary>
    public int DebounceMs = 30;

    /// <summary>Held so long, a press is a long one.</summary>
    public int LongPressMs = 2_000;

    /// <summary>Held so long, it is a hold as well.</summary>
    public int HoldMs = 5_000;

    /// <summary>Down for so long, the button is stuck or its wire is wet.</summary>
    public int StuckAfterMs = 60_000;
}

/// <summary>
/// The presses of one button. Its edges come from an interrupt with their times and are judged there and then, so that
/// no press waits for the loop: however long the loop is busy, it finds every press that was made, with its time.
/// </summary>
/// <remarks>
/// Judging needs no list of edges: an edge that comes <see cref="PressOptions.DebounceMs"/> or more after the one before
/// proves that the level in between was meant. Bounce of any length takes no memory.
/// </remarks>
public sealed class ButtonLatch
{
    /// <summary>Short presses that wait to be taken; more are counted in <see cref="ShortPressesLost"/>.</summary>
    public const int ShortPressesMax = 16;

    // Entered by hand: for a lock statement .NET's compiler calls an overload that nanoFramework does not have.
    private readonly object _gate = new object();
    private readonly PressOptions _options;
    private readonly long[] _shortAtMs = new long[ShortPressesMax];
    private int _shortFirst;
    private int _shortCount;
    private bool _isRawDown;
    private long _rawSinceMs;
    private bool _isDown;
    private long _downAtMs;
    private bool _isLongTold;
    private bool _isHoldTold;
    private bool _isLongPending;
    private long _longAtMs;
    private bool _isHoldPending;
    private long _holdAtMs;

    /// <summary>Short presses for which there was no room.</summary>
    public int ShortPressesLost;

    /// <summary>Edges that were seen, bounce included.</summary>
    public int Edges;

    public ButtonLatch(PressOptions options)
    {
        _options = options;
    }

    /// <summary>The contact is closed, bounce left out.</summary>
    public bool IsDown
    {
        get
        {
            Monitor.Enter(_gate);
            try
            {
                return _isDown;
            }
            finally
            {
                Monitor.Exit(_gate);
            }
        }
    }

    /// <summary>The interrupt: the contact closed or opened.</summary>
    public void Edge(bool isDown, long nowMs)
    {
        Monitor.Enter(_gate);
        try
        {
            Edges++;
            Change(isDown, nowMs);
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    /// <summary>The loop: the contact's level now, which puts right what a lost interrupt left wrong.</summary>
    public void Poll(bool isDown, long nowMs)
    {
        Monitor.Enter(_gate);
        try
        {
            Change(isDown, nowMs);
            Settle(nowMs);
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    /// <summary>Takes the oldest short press; when it began.</summary>
    public bool TryTakeShort(out long atMs)
    {
        Monitor.Enter(_gate);
        try
        {
            atMs = 0;
            if (_shortCount == 0)
            {
                return false;
            }

            atMs = _shortAtMs[_shortFirst];
            _shortFirst = (_shortFirst + 1) % ShortPressesMax;
            _shortCount--;
            return true;
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    /// <summary>Takes the long press; when the newest of them began.</summary>
    public bool TryTakeLong(out long atMs)
    {
        Monitor.Enter(_gate);
        try
        {
            bool pending = _isLongPending;
            atMs = _longAtMs;
            _isLongPending = false;
            return pending;
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    /// <summary>Takes the hold; when the newest of them began.</summary>
    public bool TryTakeHold(out long atMs)
    {
        Monitor.Enter(_gate);
        try
        {
            bool pending = _isHoldPending;
            atMs = _holdAtMs;
            _isHoldPending = false;
            return pending;
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    /// <summary>Whether it has been down for longer than anyone holds it.</summary>
    public bool IsStuck(long nowMs)
    {
        Monitor.Enter(_gate);
        try
        {
            return _isDown && nowMs - _downAtMs >= _options.StuckAfterMs;
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    private void Change(bool isDown, long nowMs)
    {
        if (isDown == _isRawDown)
        {
            return;
        }

        Settle(nowMs);
        _isRawDown = isDown;
        _rawSinceMs = nowMs;
    }

    private void Settle(long nowMs)
    {
        if (_isRawDown != _isDown && nowMs - _rawSinceMs >= _options.DebounceMs)
        {
            if (_isRawDown)
            {
                _isDown = true;
                _downAtMs = _rawSinceMs;
                _isLongTold = false;
                _isHoldTold = false;
            }
            else
            {
                Release(_rawSinceMs);
            }
        }

        if (_isDown && _isRawDown)
        {
            TellHeld(nowMs);
        }
    }

    private void Release(long atMs)
    {
        TellHeld(atMs);
        _isDown = false;
        if (_isLongTold)
        {
            return;
        }

        if (_shortCount == ShortPressesMax)
        {
            ShortPressesLost++;
            return;
        }

        _shortAtMs[(_shortFirst + _shortCount) % ShortPressesMax] = _downAtMs;
        _shortCount++;
    }

    private void TellHeld(long untilMs)
    {
        if (!_isLongTold && untilMs - _downAtMs >= _options.LongPressMs)
        {
            _isLongTold = true;
            _isLongPending = true;
            _longAtMs = _downAtMs;
        }

        if (!_isHoldTold && untilMs - _downAtMs >= _options.HoldMs)
        {
            _isHoldTold = true;
            _isHoldPending = true;
            _holdAtMs = _downAtMs;
        }
    }
}
