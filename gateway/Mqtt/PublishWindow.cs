namespace BoatTelemetry.Mqtt;

/// <summary>One publish between its call and its outcome.</summary>
internal sealed class PendingPublish(MqttMessage message)
{
    // Continuations run elsewhere: the outcome is set by the thread that reads the socket.
    private readonly TaskCompletionSource _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MqttMessage Message { get; } = message;

    public Task Outcome => _outcome.Task;

    public void Acknowledge(int reasonCode, string? reasonText)
    {
        if (!MqttReasons.IsFailure(reasonCode))
        {
            _outcome.TrySetResult();
            return;
        }

        var reason = MqttReasons.Describe(reasonCode) + (reasonText is null ? "" : $": {reasonText}");
        Fail(new MqttLinkException(
            MqttLinkFailure.PublishRefused, (byte)reasonCode, Message.Topic, $"publish to {Message.Topic} refused: {reason}"));
    }

    public void Fail(Exception exception) => _outcome.TrySetException(exception);

    public void Cancel(CancellationToken cancellationToken) => _outcome.TrySetCanceled(cancellationToken);
}

/// <summary>
/// The order and the bound of publishes, the same for both stacks. Sending happens under the lock by whoever makes room,
/// so the order on the wire is the order of the calls, also of those that had to wait. MQTTnet itself does not honour the
/// broker's Receive Maximum (MQTT 5 section 4.9), and libmosquitto queues without a bound; both are done here.
/// </summary>
/// <param name="send">
/// Starts one publish without blocking, and later calls <see cref="Acknowledged"/> or <see cref="Failed"/> for it.
/// </param>
internal sealed class PublishWindow(Action<PendingPublish> send)
{
    private readonly Lock _lock = new();
    private readonly Queue<PendingPublish> _waiting = new();
    private readonly HashSet<PendingPublish> _onWire = [];
    private int _onWireMax;
    private bool _isSending;
    private MqttDisconnection? _end;

    public void Open(int onWireMax)
    {
        lock (_lock)
            _onWireMax = onWireMax;
    }

    public Task PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        MqttChecks.Message(message);
        cancellationToken.ThrowIfCancellationRequested();
        var publish = new PendingPublish(message);
        lock (_lock)
        {
            if (_end is not null)
                return Task.FromException(_end.ToException(message.Topic));
            if (_onWireMax == 0)
                throw new InvalidOperationException("The link is not connected.");
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

    /// <summary>Fails everything pending and whatever comes later; nothing is sent any more when this returns.</summary>
    public void End(MqttDisconnection end)
    {
        lock (_lock)
        {
            _end ??= end;
            foreach (var publish in _onWire.Concat(_waiting))
                publish.Fail(_end.ToException(publish.Message.Topic));
            _onWire.Clear();
            _waiting.Clear();
        }
    }

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
            if (_onWire.Remove(publish))
                SendWaiting();
        }
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
                send(publish);
            }
        }
        finally
        {
            _isSending = false;
        }
    }
}
