namespace BoatTelemetry.Mqtt;

/// <summary>What a <see cref="MqttKeeper"/> keeps up.</summary>
public sealed class MqttKeeperOptions
{
    /// <summary>Never empty; the most preferred first. Asked before each connection: the embedded broker's port is known late.</summary>
    public required Func<IReadOnlyList<MqttBrokerAddress>> Brokers { get; init; }

    /// <summary>The options of a new link to one of them, with a will of now.</summary>
    public required Func<MqttBrokerAddress, MqttLinkOptions> Connect { get; init; }

    /// <summary>Filters subscribed to with QoS 1 on every new link before it is used.</summary>
    public IReadOnlyList<string> Subscriptions { get; init; } = [];

    /// <summary>As <see cref="IMqttLink.OnMessage"/> of every link.</summary>
    public Action<MqttMessage>? OnMessage { get; init; }

    /// <summary>A link that stood so long was a good one: its broker is tried first again, and after little waiting.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Over a less preferred broker, how long until the more preferred ones are tried.</summary>
    public TimeSpan ReturnAfter { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>What a keeper tells as it happens. Calls come one at a time, and hold it up.</summary>
public interface IMqttKeeperObserver
{
    /// <summary>A link stands and is subscribed.</summary>
    void Connected(MqttBrokerAddress broker);

    /// <summary>A connect failed or a link ended; the next try comes after the wait, perhaps at another broker.</summary>
    void Failed(MqttBrokerAddress broker, MqttLinkException failure, TimeSpan wait);

    /// <summary>A more preferred broker has taken a link again, which replaces the present one.</summary>
    void Returning(MqttBrokerAddress left, MqttBrokerAddress taken);

    /// <summary>The broker takes no packet as large as the will; the link is made without it.</summary>
    void WillTooLarge(MqttBrokerAddress broker);
}

/// <summary>How a keeper is at present.</summary>
/// <param name="Broker">Connected to, or tried last; null before the first try.</param>
/// <param name="IsConnected">Whether a link stands.</param>
/// <param name="IsPreferred">Whether it is to the most preferred broker.</param>
/// <param name="Since">Since when it stands, or does not.</param>
/// <param name="LastFailure">Why not, or why the one before ended.</param>
public sealed record MqttKeeperStatus(
    MqttBrokerAddress? Broker, bool IsConnected, bool IsPreferred, DateTimeOffset Since, string? LastFailure);
