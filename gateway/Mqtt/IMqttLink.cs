namespace BoatTelemetry.Mqtt;

/// <summary>
/// One MQTT 5 connection, from its CONNECT to its end. A link that has ended never connects again: whoever wants to
/// reconnect makes a new one (<see cref="IMqttStack.CreateLink"/>), so no message of an old life can appear in a new one.
/// All members may be called from any thread.
/// </summary>
public interface IMqttLink : IAsyncDisposable
{
    /// <summary>
    /// What receives messages; set it before <see cref="ConnectAsync"/>, since a resumed session delivers at once. Calls
    /// come one at a time in the broker's order, from the link's own thread or task, and hold up every later message:
    /// hand the message on and return. An exception from here ends the link with <see cref="MqttLinkFailure.HandlerFailed"/>.
    /// </summary>
    Action<MqttMessage>? OnMessage { get; set; }

    /// <summary>Completes once, and never with an exception, when the connection is over, whoever ended it.</summary>
    Task<MqttDisconnection> Disconnected { get; }

    /// <summary>Connects; completes with the broker's CONNACK.</summary>
    /// <exception cref="MqttLinkException">Not reached, refused (with the reason code), TLS failed, or timed out.</exception>
    /// <exception cref="InvalidOperationException">The link was connected before.</exception>
    Task<MqttConnack> ConnectAsync(MqttLinkOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// Publishes in the order of the calls. QoS 1 completes when the broker has acknowledged, QoS 0 when the bytes were
    /// handed to the socket. At most <see cref="MqttLinkOptions.PublishesPendingMax"/> publishes, and at most the broker's
    /// Receive Maximum, are on their way; further calls wait their turn, each holding its own message.
    /// Cancelling takes back a publish that waits; one that is on its way is only no longer waited for. A message is read
    /// until it has been written, which may be after the cancellation and even after the link's end: neither its payload nor
    /// its properties may change before the publish succeeded, or ever if it did not.
    /// </summary>
    /// <exception cref="MqttLinkException">
    /// Refused by the broker (topic and reason code are named), not a message of MQTT, or the connection ended first: the
    /// message may or may not have arrived then.
    /// </exception>
    Task PublishAsync(MqttMessage message, CancellationToken cancellationToken);

    /// <summary>Subscribes; completes with the broker's SUBACK.</summary>
    /// <exception cref="MqttLinkException">Refused by the broker (filter and reason code are named), or the connection ended.</exception>
    Task SubscribeAsync(string topicFilter, MqttQos qos, CancellationToken cancellationToken);

    /// <summary>
    /// Says DISCONNECT and closes; publishes still pending fail with <see cref="MqttLinkFailure.Closed"/>. Disposing without
    /// this closes the connection as a fault would, so that the broker publishes the will.
    /// </summary>
    Task DisconnectAsync();
}
