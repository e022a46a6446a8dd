namespace BoatTelemetry.Mqtt;

/// <summary>What ended a link, or kept one operation from succeeding.</summary>
public enum MqttLinkFailure
{
    /// <summary>Not connected over TCP: the name does not resolve, the port is closed, no route.</summary>
    NotReached = 1,

    /// <summary>The TLS handshake failed: unknown authority, wrong name, certificate refused.</summary>
    TlsFailed,

    /// <summary>No CONNACK within <see cref="MqttLinkOptions.ConnectTimeoutMs"/>.</summary>
    TimedOut,

    /// <summary>CONNACK with a reason code of 0x80 or more.</summary>
    ConnectRefused,

    /// <summary>PUBACK with a reason code of 0x80 or more; the link goes on.</summary>
    PublishRefused,

    /// <summary>SUBACK with a reason code of 0x80 or more; the link goes on.</summary>
    SubscribeRefused,

    /// <summary>The message is larger than the broker or the library takes; the link goes on.</summary>
    MessageTooLarge,

    /// <summary>The message cannot be written as a packet, for another reason than its size; the link goes on. Only with MQTTnet.</summary>
    MessageMalformed,

    /// <summary>The connection broke, or the other side closed it without a word.</summary>
    ConnectionLost,

    /// <summary>No answer to PINGREQ.</summary>
    KeepAliveExpired,

    /// <summary>No PUBACK or SUBACK within <see cref="MqttLinkOptions.AcknowledgementTimeoutMs"/>.</summary>
    AcknowledgementTimedOut,

    /// <summary>The broker sent DISCONNECT; the reason code is its.</summary>
    DisconnectedByBroker,

    /// <summary>The other side broke the protocol.</summary>
    ProtocolError,

    /// <summary><see cref="IMqttLink.OnMessage"/> threw.</summary>
    HandlerFailed,

    /// <summary>The link was closed or disposed by its owner.</summary>
    Closed,

    /// <summary>The native library is not installed.</summary>
    LibraryMissing,
}

/// <summary>The end of a link.</summary>
/// <param name="Failure">Why; <see cref="MqttLinkFailure.Closed"/> if its owner ended it.</param>
/// <param name="ReasonCode">The broker's reason code, if it gave one.</param>
/// <param name="Detail">For people.</param>
public sealed record MqttDisconnection(MqttLinkFailure Failure, byte? ReasonCode, string Detail)
{
    internal MqttLinkException ToException(string? topic = null) =>
        new(Failure, ReasonCode, topic, topic is null ? Detail : $"publish to {topic}: {Detail}");
}

/// <summary>What the broker answered to CONNECT.</summary>
/// <param name="SessionPresent">Whether it goes on with a session it held.</param>
/// <param name="ReceiveMaximum">How many QoS 1 publishes it takes before it acknowledges the first.</param>
public readonly record struct MqttConnack(bool SessionPresent, int ReceiveMaximum);

/// <summary>An operation of a link failed.</summary>
public sealed class MqttLinkException : Exception
{
    public MqttLinkException()
    {
    }

    public MqttLinkException(string message)
        : base(message)
    {
    }

    public MqttLinkException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal MqttLinkException(
        MqttLinkFailure failure, byte? reasonCode, string? topic, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Failure = failure;
        ReasonCode = reasonCode;
        Topic = topic;
    }

    public MqttLinkFailure Failure { get; }

    /// <summary>Whether the message as it is cannot be sent over this connection, nor over another to the same broker; the link goes on.</summary>
    public bool IsUnsendable => Failure is MqttLinkFailure.MessageTooLarge or MqttLinkFailure.MessageMalformed;

    /// <summary>The broker's reason code (MQTT 5 section 2.4), if it gave one.</summary>
    public byte? ReasonCode { get; }

    /// <summary>The topic published to, or the filter subscribed to.</summary>
    public string? Topic { get; }
}
