namespace BoatTelemetry.Mqtt;

/// <summary>One publish between its call and its outcome.</summary>
internal sealed class PendingPublish(MqttMessage message)
{
    // Continuations run elsewhere: the outcome is set by the thread that reads the socket.
    private readonly TaskCompletionSource _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MqttMessage Message { get; } = message;

    public Task Outcome => _outcome.Task;

    /// <summary>Whether the broker has answered it, or it was never sent: the window's own mark, under its lock.</summary>
    public bool IsOffWire { get; set; }

    public void Acknowledge(int reasonCode, string? reasonText)
    {
        if (!MqttReasons.IsFailure(reasonCode))
        {
            _outcome.TrySetResult();
            return;
        }

        var reason = MqttReasons.Describe(reasonCode) + (reasonText is null ? "" : $": {reasonText}");
        var failure = reasonCode == MqttReasons.PacketTooLarge ? MqttLinkFailure.MessageTooLarge : MqttLinkFailure.PublishRefused;
        Fail(new MqttLinkException(
            failure, (byte)reasonCode, Message.Topic, $"publish to {Message.Topic} refused: {reason}"));
    }

    public void Fail(Exception exception) => _outcome.TrySetException(exception);

    public void Cancel(CancellationToken cancellationToken) => _outcome.TrySetCanceled(cancellationToken);
}

/// <summary>
/// The order and the bound of publishes, the same for both stacks. Sending happens under the lock by whoever makes room,
/// so the order on the wire is the order of the calls, also of those that had to wait. MQTTnet itself does not honour the
/// broker's Receive Maximum (MQTT 5 section 4.9), and libmosquitto queues without a bound; both are done here. So is the
/// broker's Maximum Packet Size: a broker ends the connection over a larger one (section 3.2.2.3.6).
/// </summary>
/// <param name="send">
/// Starts one publish without blocking, and later calls <see cref="Acknowledged"/> or <see cref="Failed"/> for it.
/// </param>
/// <param name="stalled">
/// Ends the link; called once, if the oldest publish under way was not acknowledged in the time given to <see cref="Open"/>.
/// </param>
#pragma warning disable CA1001 // The watch ends in End, to which every link comes.
internal sealed class PublishWindow(Action<PendingPublish> send, Action<MqttDisconnection> stalled)
#pragma warning restore CA1001
{
    // The watch looks so often in one timeout: the end comes that much later at the most.
    private const int LooksPerTimeout = 8;

    // mosquitto takes some 4 ms for so many (30 us for each on one core, November 2026).
    private const int GatherFrom = 128;

    // With fewer somebody may be waiting for each before he gives the next: own messages, and a gap's few.
    private const int StreamFrom = 16;

    private readonly Lock _lock = new();
    private readonly Queue<PendingPublish> _waiting = new();

    // In the order they were sent, which is the order a broker acknowledges them in (MQTT 5 section 4.6).
    private readonly Queue<PendingPublish> _inOrder = new();
    private readonly HashSet<PendingPublish> _onWire = [];
    private int _timeoutMs;
    private long _oldestSinceMs;
    private Timer? _watch;
    private int _onWireMax;
    private long _packetBytesMax;
    private bool _isSending;
    private MqttDisconnection? _end;

    /// <summary>
    /// Whether what was written and what comes in may wait a moment for more, so that the wait costs no rate: many are under way and nothing
    /// stands behind the window, or the broker has enough to do.
    /// </summary>
    public bool MayGather
    {
        get
        {
            lock (_lock)
                return _onWire.Count >= (_waiting.Count == 0 ? StreamFrom : GatherFrom);
        }
    }

    /// <summary>Lets publishes out.</summary>
    /// <param name="onWireMax">How many at once.</param>
    /// <param name="maximumPacketSize">The broker's; null or 0, which it may not say, is the protocol's own limit.</param>
    /// <param name="timeoutMs">How long the oldest publish under way may stay the oldest.</param>
    public void Open(int onWireMax, uint? maximumPacketSize, int timeoutMs)
    {
        lock (_lock)
        {
            if (_end is not null)
                return;
            _timeoutMs = timeoutMs;
            var lookMs = Math.Max(1, timeoutMs / LooksPerTimeout);
            _watch = new Timer(static window => ((PublishWindow)window!).Look(), this, lookMs, lookMs);
            _packetBytesMax = maximumPacketSize is { } given and > 0 ? Math.Min(given, MqttPacketSize.Max) : MqttPacketSize.Max;
            _onWireMax = onWireMax;
        }
    }

    public Task PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        MqttChecks.Message(message);
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = MqttPacketSize.OfPublish(message);
        var publish = new PendingPublish(message);
        lock (_lock)
        {
            if (_end is not null)
                return Task.FromException(_end.ToException(message.Topic));
            if (_onWireMax == 0)
                throw new InvalidOperationException("The link is not connected.");
            if (bytes > _packetBytesMax)
                return Task.FromException(TooLarge(message.Topic, bytes));
            _waiting.Enqueue(publish);
            SendWaiting();
        }

        return cancellationToken.CanBeCanceled ? OutcomeOrCancelAsync(publish, cancellationToken) : publish.Outcome;
    }

    public void Acknowledged(PendingPublish publish, int reasonCode, string? reasonText)
    {
        publish.Acknowledge(reasonCode, reasonText);
        TakeOffWire(publish);
    }

    public void Failed(PendingPublish publish, Exception exception)
    {
        publish.Fail(exception);
        TakeOffWire(publish);
    }

    /// <summary>
    /// Fails everything pending and whatever comes later. No publish is started any more when this returns; one that was started
    /// may still be written, until the connection is closed.
    /// </summary>
    public void End(MqttDisconnection end)
    {
        lock (_lock)
        {
            _end ??= end;
            _watch?.Dispose();
            foreach (var publish in _onWire.Concat(_waiting))
                publish.Fail(_end.ToException(publish.Message.Topic));
            _onWire.Clear();
            _inOrder.Clear();
            _waiting.Clear();
        }
    }

    private MqttLinkException TooLarge(string topic, long bytes) => new(
        MqttLinkFailure.MessageTooLarge, null, topic,
        $"publish to {topic}: the packet has {bytes} bytes, the broker takes at most {_packetBytesMax}");

    private static async Task OutcomeOrCancelAsync(PendingPublish publish, CancellationToken cancellationToken)
    {
        // One that is on the wire keeps its place until the broker answers: the broker counts it, too.
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((PendingPublish)state!).Cancel(token), publish);
        await publish.Outcome;
    }

    private void TakeOffWire(PendingPublish publish)
    {
        lock (_lock)
        {
            if (!_onWire.Remove(publish))
                return;
            publish.IsOffWire = true;
            while (_inOrder.TryPeek(out var oldest) && oldest.IsOffWire)
            {
                _inOrder.Dequeue();
                _oldestSinceMs = Environment.TickCount64;
            }

            SendWaiting();
        }
    }

    // By the oldest, not by each one's own age: a full window over a slow link takes long to empty though all goes well.
    private void Look()
    {
        lock (_lock)
        {
            if (_end is not null || _inOrder.Count == 0 || Environment.TickCount64 - _oldestSinceMs < _timeoutMs)
                return;
        }

        stalled(new MqttDisconnection(
            MqttLinkFailure.AcknowledgementTimedOut, null, $"no PUBACK within {_timeoutMs} ms"));
    }

    // A send may finish, and so come back here, before it returns.
    private void SendWaiting()
    {
        if (_isSending)
            return;
        _isSending = true;
        try
        {
            while (_onWire.Count < _onWireMax && _waiting.TryDequeue(out var publish))
            {
                if (publish.Outcome.IsCompleted)
                    continue;
                _onWire.Add(publish);
                if (_inOrder.Count == 0)
                    _oldestSinceMs = Environment.TickCount64;
                _inOrder.Enqueue(publish);
                send(publish);
            }
        }
        finally
        {
            _isSending = false;
        }
    }
}
