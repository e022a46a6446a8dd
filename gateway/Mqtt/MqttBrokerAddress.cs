namespace BoatTelemetry.Mqtt;

/// <summary>A broker and how it lets this client in.</summary>
public sealed class MqttBrokerAddress(string host, int port)
{
    public string Host { get; } = host;

    public int Port { get; } = port;

    public string? UserName { get; init; }

    public string? Password { get; init; }

    /// <summary>Null for plain TCP.</summary>
    public MqttTlsOptions? Tls { get; init; }

    /// <summary>Host and port, and nothing secret.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
