using System.Runtime.InteropServices;
using static BoatTelemetry.Mqtt.Mosquitto.LibMosquitto;

namespace BoatTelemetry.Mqtt.Mosquitto;

/// <summary>
/// A link over libmosquitto. One thread of its own connects, runs mosquitto_loop, and destroys the native client. The
/// library's own thread (mosquitto_loop_start) is not used because it reconnects by itself, because it ends without any
/// callback when a TLS handshake fails (2.0.11, lib/loop.c: mosquitto_loop_read returns before mosquitto__loop_rc_handle),
/// and because the Windows library is built without it.
/// </summary>
internal sealed class MosquittoLink : IMqttLink
{
    // How soon an idle link notices that it was disposed: sends and arrivals wake the loop at once, this does not.
    private const int LoopTimeoutMs = 50;

    // A peer that no longer reads must not hold up a clean end.
    private const int DisconnectTimeoutMs = 2_000;

    private static readonly Lazy<int> _library = new(mosquitto_lib_init);

    private readonly TaskCompletionSource<MqttConnack> _connack = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MqttDisconnection> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PublishWindow _publishes;

    // Both by packet identifier. The library holds no lock that its publish or subscribe needs while it calls back
    // (2.0.11: callback_mutex and, for QoS 0, current_out_packet_mutex), so these locks may be held around either.
    private readonly Lock _publishedLock = new();
    private readonly Dictionary<int, PendingPublish> _published = [];
    private readonly Dictionary<int, PendingSubscribe> _subscribes = [];

    // Guards _subscribes, and the native client against its end; publishes are kept from an ended client by the window.
    private readonly Lock _clientLock = new();
    private nint _client;
    private int _started;
    private volatile bool _isClosing;
    private volatile bool _isOver;
    private MqttDisconnection? _reason;
    private MqttLinkOptions? _options;

    public MosquittoLink()
    {
        _publishes = new PublishWindow(Send, Abort);
    }

    public Action<MqttMessage>? OnMessage { get; set; }

    public Task<MqttDisconnection> Disconnected => _end.Task;

    public async Task<MqttConnack> ConnectAsync(MqttLinkOptions options, CancellationToken cancellationToken)
    {
        MqttChecks.Options(options);
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _started, 1) != 0)
            throw new InvalidOperationException("A link connects once.");
        _options = options;
        new Thread(Run) { IsBackground = true, Name = "libmosquitto" }.Start();
        try
        {
            return await _connack.Task.WaitAsync(TimeSpan.FromMilliseconds(options.ConnectTimeoutMs), cancellationToken);
        }
        catch (TimeoutException)
        {
            Abort(new MqttDisconnection(MqttLinkFailure.TimedOut, null, $"no CONNACK within {options.ConnectTimeoutMs} ms"));
            throw (await _end.Task).ToException();
        }
        catch (OperationCanceledException)
        {
            Abort(new MqttDisconnection(MqttLinkFailure.Closed, null, "the connect was cancelled"));
            throw;
        }
    }

    public Task PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        if (_options?.Version == MqttVersion.Mqtt311)
            MqttChecks.NoProperties(message);
        return _publishes.PublishAsync(message, cancellationToken);
    }

    public async Task SubscribeAsync(string topicFilter, MqttQos qos, CancellationToken cancellationToken)
    {
        MqttChecks.Filter(topicFilter);
        cancellationToken.ThrowIfCancellationRequested();
        var subscribe = new PendingSubscribe(topicFilter);
        lock (_clientLock)
        {
            ThrowIfNotConnected();
            var error = mosquitto_subscribe_v5(_client, out var messageId, topicFilter, (int)qos, 0, 0);
            if (error != MosquittoError.Success)
                throw Failure(error, topicFilter, "subscribe to");
            _subscribes[messageId] = subscribe;
        }

        try
        {
            await subscribe.Outcome.Task.WaitAsync(TimeSpan.FromMilliseconds(_options!.AcknowledgementTimeoutMs), cancellationToken);
        }
        catch (TimeoutException)
        {
            Abort(new MqttDisconnection(MqttLinkFailure.AcknowledgementTimedOut, null, $"no SUBACK for {topicFilter}"));
            throw (await _end.Task).ToException();
        }
    }

    public async Task DisconnectAsync()
    {
        lock (_clientLock)
        {
            if (_client == 0 || !_connack.Task.IsCompletedSuccessfully)
                return;
            _isClosing = true;
            _ = mosquitto_disconnect_v5(_client, MqttReasons.Success, 0);
        }

        await Task.WhenAny(_released.Task, Task.Delay(DisconnectTimeoutMs));
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            _end.TrySetResult(new MqttDisconnection(MqttLinkFailure.Closed, null, "disposed before it was connected"));
            return;
        }

        Abort(new MqttDisconnection(MqttLinkFailure.Closed, null, "the link was disposed"));

        // The thread may still be in name resolution or a blocking connect, which cannot be broken off; it then frees the
        // client itself when that returns.
        if (_connack.Task.IsCompletedSuccessfully)
            await _released.Task;
    }

    internal void Connected(
        int reasonCode, bool sessionPresent, ushort? receiveMaximum, uint? maximumPacketSize, string? reasonText)
    {
        if (_options!.Version == MqttVersion.Mqtt311)
            reasonCode = MqttReasons.OfReturnCode311(reasonCode);
        if (MqttReasons.IsFailure(reasonCode))
        {
            var text = reasonText is null ? "" : $": {reasonText}";
            _reason ??= new MqttDisconnection(
                MqttLinkFailure.ConnectRefused, (byte)reasonCode, $"connect refused: {MqttReasons.Describe(reasonCode)}{text}");
            return;
        }

        // Absent means 65,535 (MQTT 5 section 3.2.2.3.3).
        var brokerMax = receiveMaximum ?? ushort.MaxValue;
        _publishes.Open(
            Math.Min(_options.PublishesPendingMax, brokerMax), maximumPacketSize, _options.AcknowledgementTimeoutMs);
        _connack.TrySetResult(new MqttConnack(sessionPresent, brokerMax));
    }

    internal void ConnectionEnded(int reason)
    {
        _isOver = true;
        _reason ??= reason switch
        {
            0 when _isClosing => new(MqttLinkFailure.Closed, null, "disconnected"),
            0 => new(MqttLinkFailure.DisconnectedByBroker, 0, $"the broker disconnected: {MqttReasons.Describe(0)}"),
            _ when MqttReasons.IsFailure(reason) =>
                new(MqttLinkFailure.DisconnectedByBroker, (byte)reason, $"the broker disconnected: {MqttReasons.Describe(reason)}"),
            _ => new(FailureOf(reason), null, Describe(reason)),
        };
    }

    internal void CallbackFailed(Exception exception)
    {
        _isOver = true;
        _reason ??= new(MqttLinkFailure.HandlerFailed, null, $"the message handler failed: {exception.Message}");
    }

    internal void Published(int messageId, int reasonCode, string? reasonText)
    {
        PendingPublish? publish;
        lock (_publishedLock)
            _published.Remove(messageId, out publish);
        if (publish is not null)
            _publishes.Acknowledged(publish, reasonCode, reasonText);
    }

    internal void Subscribed(int messageId, int reasonCode, string? reasonText)
    {
        PendingSubscribe? subscribe;
        lock (_clientLock)
            _subscribes.Remove(messageId, out subscribe);
        subscribe?.Acknowledge(reasonCode, reasonText);
    }

    // Called by the window, in order and never after its end, so the client is there. The identifier must be known before
    // the acknowledgement can look for it, hence one lock around both.
    private void Send(PendingPublish publish)
    {
        int error;
        var message = publish.Message;
        using (var properties = MosquittoProperties.Of(message))
        {
            lock (_publishedLock)
            {
                error = mosquitto_publish_v5(
                    _client, out var messageId, message.Topic, message.Payload.Length, message.Payload.Span,
                    (int)message.Qos, message.Retain, properties.List);
                if (error == MosquittoError.Success)
                    _published[messageId] = publish;
            }
        }

        if (error != MosquittoError.Success)
            _publishes.Failed(publish, Failure(error, message.Topic, "publish to"));
    }

    private void Run()
    {
        var self = GCHandle.Alloc(this);
        try
        {
            _client = Create(GCHandle.ToIntPtr(self));
            var error = Connect();
            while (error == MosquittoError.Success && !_isOver)
                error = mosquitto_loop(_client, LoopTimeoutMs, maxPackets: 1);
            if (error != MosquittoError.Success)
                _reason ??= new MqttDisconnection(FailureOf(error), null, DescribeEnd(error));
        }
        catch (DllNotFoundException exception)
        {
            _reason ??= new MqttDisconnection(MqttLinkFailure.LibraryMissing, null, exception.Message);
        }
        catch (InvalidOperationException exception)
        {
            _reason ??= new MqttDisconnection(MqttLinkFailure.ProtocolError, null, exception.Message);
        }
        finally
        {
            End();
            self.Free();
            _released.TrySetResult();
        }
    }

    private nint Create(nint userData)
    {
        var options = _options!;
        _ = _library.Value;
        var client = mosquitto_new(options.ClientId, options.CleanStart, userData);
        if (client == 0)
            throw new InvalidOperationException("libmosquitto did not make a client.");
        _ = mosquitto_int_option(client, MosquittoOption.ProtocolVersion, (int)options.Version);
        _ = mosquitto_int_option(client, MosquittoOption.TcpNoDelay, 1);
        if (options.Version == MqttVersion.Mqtt5)
            _ = mosquitto_int_option(client, MosquittoOption.ReceiveMaximum, options.ReceivesPendingMax);
        // The window bounds what is under way; the library's own bound (20) would only make it wait a second time.
        _ = mosquitto_int_option(client, MosquittoOption.SendMaximum, ushort.MaxValue);
        _ = mosquitto_threaded_set(client, true);
        MosquittoCallbacks.Set(client);
        return client;
    }

    private int Connect()
    {
        var options = _options!;
        if (options.UserName is not null || options.Password is not null)
            Check(mosquitto_username_pw_set(_client, options.UserName, options.Password));
        if (options.Tls is not null)
            SetTls(options.Tls);
        if (options.Will is { } will)
            SetWill(will);
        using var properties = MosquittoProperties.OfConnect(options);
        var error = mosquitto_connect_bind_v5(
            _client, options.Host, options.Port, options.KeepAliveSeconds, null, properties.List);
        if (error == MosquittoError.Errno || error == MosquittoError.NameResolution)
        {
            var why = error == MosquittoError.Errno ? Marshal.GetLastPInvokeErrorMessage() : Describe(error);
            _reason ??= new MqttDisconnection(MqttLinkFailure.NotReached, null, $"{options.Host}:{options.Port} not reached: {why}");
        }

        return error;
    }

    private void SetTls(MqttTlsOptions tls)
    {
        if (tls.CaFile is null)
            Check(mosquitto_int_option(_client, MosquittoOption.TlsUseOsCertificates, 1));
        else
            Check(mosquitto_tls_set(_client, tls.CaFile, null, tls.CertificateFile, tls.KeyFile, 0));
    }

    private void SetWill(MqttMessage will)
    {
        using var properties = MosquittoProperties.Of(will);
        Check(mosquitto_will_set_v5(
            _client, will.Topic, will.Payload.Length, will.Payload.Span, (int)will.Qos, will.Retain, properties.List));
        properties.HandOver();
    }

    // From another thread: the link's thread sees it after at most LoopTimeoutMs.
    private void Abort(MqttDisconnection reason)
    {
        _isOver = true;
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null)
            EndOutward();
    }

    private void End()
    {
        _reason ??= new MqttDisconnection(MqttLinkFailure.ConnectionLost, null, "the connection ended");
        EndOutward();
        nint client;
        lock (_clientLock)
            (client, _client) = (_client, 0);
        if (client != 0)
            mosquitto_destroy(client);
    }

    private void EndOutward()
    {
        var reason = _reason!;
        _publishes.End(reason);
        PendingSubscribe[] subscribes;
        lock (_clientLock)
        {
            subscribes = [.. _subscribes.Values];
            _subscribes.Clear();
        }

        foreach (var subscribe in subscribes)
            subscribe.Outcome.TrySetException(reason.ToException());
        _connack.TrySetException(reason.ToException());
        _ = _connack.Task.Exception;
        _end.TrySetResult(reason);
    }

    private void ThrowIfNotConnected()
    {
        if (_reason is { } reason)
            throw reason.ToException();
        if (_client == 0 || !_connack.Task.IsCompletedSuccessfully)
            throw new InvalidOperationException("The link is not connected.");
    }

    private static MqttLinkFailure FailureOf(int error) => error switch
    {
        MosquittoError.Tls or MosquittoError.TlsHandshake => MqttLinkFailure.TlsFailed,
        MosquittoError.KeepAlive => MqttLinkFailure.KeepAliveExpired,
        MosquittoError.Protocol or MosquittoError.MalformedPacket => MqttLinkFailure.ProtocolError,
        MosquittoError.OversizePacket or MosquittoError.PayloadSize => MqttLinkFailure.MessageTooLarge,
        _ => MqttLinkFailure.ConnectionLost,
    };

    // select() takes no file descriptor above 1,023; the library says no more than "invalid".
    private static string DescribeEnd(int error) => error == MosquittoError.Invalid
        ? "libmosquitto cannot use its socket: this process has 1,024 or more files open"
        : Describe(error);

    private static MqttLinkException Failure(int error, string topic, string what) =>
        new(FailureOf(error), null, topic, $"{what} {topic}: {Describe(error)}");

    private static void Check(int error)
    {
        if (error != MosquittoError.Success)
            throw new InvalidOperationException($"libmosquitto did not take the connection's settings: {Describe(error)}");
    }

    private sealed class PendingSubscribe(string filter)
    {
        public TaskCompletionSource Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Acknowledge(int reasonCode, string? reasonText)
        {
            if (!MqttReasons.IsFailure(reasonCode))
            {
                Outcome.TrySetResult();
                return;
            }

            var reason = MqttReasons.Describe(reasonCode) + (reasonText is null ? "" : $": {reasonText}");
            Outcome.TrySetException(new MqttLinkException(
                MqttLinkFailure.SubscribeRefused, (byte)reasonCode, filter, $"subscribe to {filter} refused: {reason}"));
        }
    }
}
