using System.Net.Sockets;
using System.Security.Authentication;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Diagnostics.PacketInspection;
using MQTTnet.Exceptions;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace BoatTelemetry.Mqtt.MqttNet;

/// <summary>
/// A link over MQTTnet's client, which could connect again but here never does. Publishes go past the client: <see cref="MqttNetConnection"/>.
/// </summary>
internal sealed class MqttNetLink : IMqttLink, IMqttClientAdapterFactory
{
    // A peer that no longer reads must not hold up a clean end.
    private const int DisconnectTimeoutMs = 2_000;

    // The library tells the reason of an end by an event of its own, which a busy machine may bring late.
    private const int ReasonTimeoutMs = 10_000;

    private readonly MqttClient _client;
    private readonly TaskCompletionSource<MqttDisconnection> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MqttDisconnection> _clientEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PublishWindow _publishes;
    private int _started;
    private int _disposed;
    private MqttNetConnection? _connection;
    private volatile bool _isConnected;
    private MqttVersion _version;

    public MqttNetLink()
    {
        // Under the window's lock, so that they are sent in the order of the calls.
        _publishes = new PublishWindow(publish => _connection!.Publish(publish), Abandon);
        _client = new MqttClient(this, MqttNetNullLogger.Instance);
        _client.ApplicationMessageReceivedAsync += ReceivedAsync;
        _client.DisconnectedAsync += DisconnectedAsync;
    }

    public Action<MqttMessage>? OnMessage { get; set; }

    public Task<MqttDisconnection> Disconnected => _end.Task;

    public async Task<MqttConnack> ConnectAsync(MqttLinkOptions options, CancellationToken cancellationToken)
    {
        MqttChecks.Options(options);
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _started, 1) != 0)
            throw new InvalidOperationException("A link connects once.");
        _version = options.Version;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.ConnectTimeoutMs);
        try
        {
            var result = await _client.ConnectAsync(MqttNetMessages.ToMqttNet(options), timeout.Token);
            return await ConnectedAsync(options, result);
        }
        catch (Exception exception) when (exception is not MqttLinkException)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                End(new MqttDisconnection(MqttLinkFailure.Closed, null, "the connect was cancelled"));
                cancellationToken.ThrowIfCancellationRequested();
            }

            var end = timeout.IsCancellationRequested
                ? new MqttDisconnection(MqttLinkFailure.TimedOut, null, $"no CONNACK within {options.ConnectTimeoutMs} ms")
                : await OfConnectAsync(exception, options);
            End(end);
            throw new MqttLinkException(end.Failure, end.ReasonCode, null, end.Detail, exception);
        }
    }

    public Task PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        if (_version == MqttVersion.Mqtt311)
            MqttChecks.NoProperties(message);
        return _publishes.PublishAsync(message, cancellationToken);
    }

    public async Task SubscribeAsync(string topicFilter, MqttQos qos, CancellationToken cancellationToken)
    {
        MqttChecks.Filter(topicFilter);
        cancellationToken.ThrowIfCancellationRequested();
        if (_end.Task.IsCompleted)
            throw (await _end.Task).ToException();
        if (!_isConnected)
            throw new InvalidOperationException("The link is not connected.");
        var options = new MqttClientSubscribeOptions
        {
            TopicFilters = [new MqttTopicFilter { Topic = topicFilter, QualityOfServiceLevel = (MqttQualityOfServiceLevel)qos }],
        };
        MqttClientSubscribeResult result;
        try
        {
            // Not cancelled inside: the SUBACK comes whether or not it is waited for.
            result = await _client.SubscribeAsync(options, CancellationToken.None).WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (IsTimeout(exception) && !cancellationToken.IsCancellationRequested && !_end.Task.IsCompleted)
        {
            Abandon(new MqttDisconnection(MqttLinkFailure.AcknowledgementTimedOut, null, $"no SUBACK for {topicFilter}"));
            throw (await _end.Task).ToException();
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw (await EndOrLostAsync(exception)).ToException();
        }

        var reason = (int)result.Items.First().ResultCode;
        if (MqttReasons.IsFailure(reason))
        {
            var text = string.IsNullOrEmpty(result.ReasonString) ? "" : $": {result.ReasonString}";
            throw new MqttLinkException(
                MqttLinkFailure.SubscribeRefused, (byte)reason, topicFilter,
                $"subscribe to {topicFilter} refused: {MqttReasons.Describe(reason)}{text}");
        }
    }

    public async Task DisconnectAsync()
    {
        if (!_isConnected || _end.Task.IsCompleted)
            return;
        using var timeout = new CancellationTokenSource(DisconnectTimeoutMs);
        End(new MqttDisconnection(MqttLinkFailure.Closed, null, "disconnected"));
        try
        {
            await _client.DisconnectAsync(new MqttClientDisconnectOptions(), timeout.Token);
        }
        catch (Exception exception) when (exception is MqttCommunicationException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side went first, or does not read: it is closed either way.
        }
        finally
        {
            await DisposeAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        End(new MqttDisconnection(MqttLinkFailure.Closed, null, "the link was disposed"));
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _client.Dispose();
        return ValueTask.CompletedTask;
    }

    IMqttChannelAdapter IMqttClientAdapterFactory.CreateClientAdapter(
        MqttClientOptions options, MqttPacketInspector packetInspector, IMqttNetLogger logger) =>
        _connection = new MqttNetConnection(options, _publishes, exception => _ = LostAsync(exception));

    private async Task<MqttConnack> ConnectedAsync(MqttLinkOptions options, MqttClientConnectResult result)
    {
        var reason = (int)result.ResultCode;
        if (MqttReasons.IsFailure(reason))
        {
            var text = string.IsNullOrEmpty(result.ReasonString) ? "" : $": {result.ReasonString}";
            var end = new MqttDisconnection(
                MqttLinkFailure.ConnectRefused, (byte)reason, $"connect refused: {MqttReasons.Describe(reason)}{text}");
            End(end);
            throw end.ToException();
        }

        // Absent means 65,535 (MQTT 5 section 3.2.2.3.3).
        var brokerMax = result.ReceiveMaximum is { } given and > 0 ? given : ushort.MaxValue;
        _isConnected = true;
        _publishes.Open(
            Math.Min(Math.Min(options.PublishesPendingMax, PacketIdentifiers.PublishesMax), brokerMax), result.MaximumPacketSize, options.AcknowledgementTimeoutMs);

        // Ended before it was known to stand: the event, which may have come before, says why.
        if (!_client.IsConnected)
        {
            if (await Task.WhenAny(_clientEnd.Task, Task.Delay(ReasonTimeoutMs)) == _clientEnd.Task)
                End(await _clientEnd.Task);
            End(new MqttDisconnection(MqttLinkFailure.ConnectionLost, null, "the other side closed the connection at once"));
            throw (await _end.Task).ToException();
        }

        return new MqttConnack(result.IsSessionPresent, brokerMax);
    }

    // Of a broker that leaves right behind its CONNACK the library's connect may only say that the connection is gone; its event says why.
    private async Task<MqttDisconnection> OfConnectAsync(Exception exception, MqttLinkOptions options)
    {
        var end = MqttNetFailures.OfConnect(exception, options);
        if (end.Failure != MqttLinkFailure.ConnectionLost)
            return end;
        await Task.WhenAny(_clientEnd.Task, Task.Delay(DisconnectTimeoutMs));
        return _clientEnd.Task is { IsCompletedSuccessfully: true, Result: { Failure: MqttLinkFailure.DisconnectedByBroker } told } ? told : end;
    }

    // What cannot be written on may still be read from: perhaps the broker's reason.
    private async Task LostAsync(Exception exception)
    {
        await EndOrLostAsync(exception);
        DisposeElsewhere();
    }

    private async Task<MqttDisconnection> EndOrLostAsync(Exception exception)
    {
        // The operation may learn of the end before the Disconnected event tells its reason.
        if (exception is MqttClientUnexpectedDisconnectReceivedException { ReasonCode: { } reason })
            End(MqttNetFailures.OfBroker((byte)reason));
        else
            await Task.WhenAny(_end.Task, Task.Delay(ReasonTimeoutMs));
        End(MqttNetFailures.OfLoss(exception));
        return await _end.Task;
    }

    private Task ReceivedAsync(MqttApplicationMessageReceivedEventArgs received)
    {
        try
        {
            OnMessage?.Invoke(MqttNetMessages.FromMqttNet(received.ApplicationMessage));
        }
        catch (Exception exception)
        {
            received.ProcessingFailed = true;
            End(new MqttDisconnection(MqttLinkFailure.HandlerFailed, null, $"the message handler failed: {exception.Message}"));
            DisposeElsewhere();
        }

        return Task.CompletedTask;
    }

    private Task DisconnectedAsync(MqttClientDisconnectedEventArgs args)
    {
        var end = args.Exception is { } exception ? MqttNetFailures.OfLoss(exception) : MqttNetFailures.OfEnd(args);
        _clientEnd.TrySetResult(end);

        // A connect that failed says so itself. MQTTnet's own word is not enough: of a connection that ended while its client was about to
        // call it connected it says that there was none, and then calls it connected.
        if (args.ClientWasConnected || _isConnected)
            End(end);
        return Task.CompletedTask;
    }

    private static bool IsTimeout(Exception exception) => exception is OperationCanceledException or MqttCommunicationTimedOutException;

    // As a fault would: without DISCONNECT, so that the broker, if it lives, publishes the will.
    private void Abandon(MqttDisconnection reason)
    {
        End(reason);
        DisposeElsewhere();
    }

    // Not from inside the client's own receive loop, which disposing would wait for.
    private void DisposeElsewhere() => _ = Task.Run(DisposeAsync);

    private void End(MqttDisconnection end)
    {
        if (_end.TrySetResult(end))
            _publishes.End(end);
    }
}
