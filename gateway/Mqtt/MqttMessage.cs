namespace BoatTelemetry.Mqtt;

/// <summary>Quality of service (MQTT 5 section 4.3). QoS 2 is left out: what must arrive once is told apart by its content.</summary>
public enum MqttQos
{
    AtMostOnce = 0,
    AtLeastOnce = 1,
}

/// <summary>One PUBLISH of MQTT 5 (section 3.3), to be sent or as received.</summary>
public sealed class MqttMessage
{
    public required string Topic { get; init; }

    /// <summary>The application's bytes. Those of a message to be sent must not change until its publish has completed.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    public MqttQos Qos { get; init; } = MqttQos.AtLeastOnce;

    /// <summary>To be sent: the broker keeps it for later subscribers. Received: it is such a kept one (section 3.3.1.3).</summary>
    public bool Retain { get; init; }

    public string? ContentType { get; init; }

    /// <summary>Seconds after which the broker no longer delivers it; at least 1. Received: what is left of them.</summary>
    public uint? ExpirySeconds { get; init; }

    public string? ResponseTopic { get; init; }

    /// <summary>At most 65,535 bytes; empty is the same as absent.</summary>
    public ReadOnlyMemory<byte> CorrelationData { get; init; }

    /// <summary>In their order; a name may occur more than once (section 3.3.2.3.7).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> UserProperties { get; init; } = [];
}
