using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Ingest.Mqtt;

/// <summary>A broker that an ingest takes messages from. Every ingest has its own, which need not be the gateway's.</summary>
public sealed record MqttServerOptions
{
    /// <summary>For logs, metrics and captures.</summary>
    public required string Name { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string ClientId { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public MqttTlsOptions? Tls { get; init; }

    public required int KeepAliveS { get; init; }

    public MqttVersion Version { get; init; } = MqttVersion.Mqtt5;

    /// <summary>How long the broker keeps what comes while the gateway is away; 0 is not at all.</summary>
    public int SessionExpiryS { get; init; }

    private const int PlainPort = 1883;
    private const int TlsPort = 8883;

    /// <summary>Reads the keys that all ingests over MQTT share.</summary>
    /// <param name="server">An object of the ingest's array.</param>
    /// <param name="gatewayClientId">The gateway's own name, which the default client id begins with.</param>
    public static MqttServerOptions Read(ConfigurationSection server, string gatewayClientId)
    {
        ArgumentNullException.ThrowIfNull(server);
        var name = server.Text("name", "1 to 64 letters, digits, '.', '_' and '-'", GatewayConfigurationFile.IsTopicLevel);
        var tls = MqttConfiguration.ReadTls(server.Section("tls"));
        return new MqttServerOptions
        {
            Name = name,
            Host = server.Text("host", "the name or address of a broker", static text => text.Length > 0),
            Port = server.Number("port", 1, 65_535, tls is null ? PlainPort : TlsPort),
            ClientId = server.Text(
                "clientId", "1 to 64 letters, digits, '.', '_' and '-'", GatewayConfigurationFile.IsTopicLevel, $"{gatewayClientId}-{name}"),
            User = server.OptionalText("user", "a user name", static text => text.Length > 0),
            Password = MqttConfiguration.ReadPassword(server),
            Tls = tls,
            KeepAliveS = server.Number("keepAliveS", 5, 3600, 10),
        };
    }

    /// <summary>How a link to it connects.</summary>
    internal MqttLinkOptions ToLink() => new()
    {
        Host = Host,
        Port = Port,
        ClientId = ClientId,
        Version = Version,
        CleanStart = SessionExpiryS == 0,
        SessionExpirySeconds = (uint)SessionExpiryS,
        KeepAliveSeconds = KeepAliveS,
        UserName = User,
        Password = Password,
        Tls = Tls,
    };

    // A record prints its members; the password must not end up in a log.
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(Name).Append(": ").Append(ClientId).Append(" at ").Append(Host).Append(':').Append(Port);
        return true;
    }
}
