namespace BoatTelemetry.Gateway.Journal;

/// <summary>
/// What waits for the journal's thread. Bounded by what may be in it: one operation for each datagram of the buffer, a flush for
/// each publisher that stops; of cursors and notes one of a name, a newer one in the place of its elder.
/// </summary>
internal sealed class JournalInbox
{
    // A Lock cannot be waited on.
#pragma warning disable MA0064, IDE0330
    private readonly object _gate = new();
#pragma warning restore MA0064, IDE0330
    private readonly Queue<JournalOperation> _operations = new();
    private readonly Dictionary<string, KeptNumber> _numbers = [];
    private bool _expires;
    private bool _isClosed;

    // How many operations the waiting thread wants to be woken for.
    private int _wakeAt = int.MaxValue;

    /// <summary>Operations, cursors and notes that nobody has taken.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _operations.Count + _numbers.Count + (_expires ? 1 : 0);
        }
    }

    /// <summary>Adds one; false after <see cref="Close"/>.</summary>
    public bool Post(in JournalOperation operation)
    {
        lock (_gate)
        {
            if (_isClosed)
                return false;
            _operations.Enqueue(operation);
            if (_operations.Count >= _wakeAt)
                Wake();
            return true;
        }
    }

    public void PostNumber(string name, KeptNumber number)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            _numbers[name] = number;
            if (_wakeAt == 1)
                Wake();
        }
    }

    public void PostExpire()
    {
        lock (_gate)
        {
            _expires = !_isClosed;
            if (_wakeAt == 1)
                Wake();
        }
    }

    /// <summary>Nothing more comes in.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Wake();
        }
    }

    /// <summary>Waits for anything; false when it is closed and empty.</summary>
    public bool Wait()
    {
        lock (_gate)
        {
            while (_operations.Count == 0 && _numbers.Count == 0 && !_expires)
            {
                if (_isClosed)
                    return false;
                _wakeAt = 1;
                Monitor.Wait(_gate);
            }

            return true;
        }
    }

    /// <summary>Waits until there are so many operations, or the time is over, or it is closed.</summary>
    public void WaitFor(int operations, TimeSpan time)
    {
        lock (_gate)
        {
            if (_operations.Count >= operations || _isClosed)
                return;
            _wakeAt = operations;
            Monitor.Wait(_gate, time);
            _wakeAt = int.MaxValue;
        }
    }

    /// <summary>Moves the oldest operations behind those of the batch, and all numbers; true if an expiry is due.</summary>
    public bool Take(List<JournalOperation> batch, int operationsMax, Dictionary<string, KeptNumber> numbers)
    {
        lock (_gate)
        {
            while (batch.Count < operationsMax && _operations.TryDequeue(out var operation))
                batch.Add(operation);
            TakeNumbers(numbers);
            var expires = _expires;
            _expires = false;
            return expires;
        }
    }

    /// <summary>Moves the cursors and notes alone.</summary>
    public void TakeNumbers(Dictionary<string, KeptNumber> numbers)
    {
        lock (_gate)
        {
            foreach (var (name, number) in _numbers)
                numbers[name] = number;
            _numbers.Clear();
        }
    }

    private void Wake()
    {
        _wakeAt = int.MaxValue;
        Monitor.Pulse(_gate);
    }
}
