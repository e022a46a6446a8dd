using System;
using System.Threading.Tasks;

namespace BoatTelemetry.Facade.Wires;

/// <summary>The board's way to MQTT brokers; stands at the place <see cref="Place"/>.</summary>
public interface IMqttWire
{
    /// <summary>Where the facade looks for it.</summary>
    const string Place = "MQTT";

    /// <summary>A connection that is not made yet.</summary>
    IMqttConnection Create();
}

/// <summary>One MQTT 5 connection, used once.</summary>
public interface IMqttConnection
{
    /// <summary>Topic, payload, quality of service, retained; set before connecting.</summary>
    Action<string, byte[], int, bool>? OnMessage { get; set; }

    /// <summary>Told once when a connection that was made is over, whoever ended it.</summary>
    Action? OnClosed { get; set; }

    /// <summary>Connects; the CONNACK's reason code.</summary>
    /// <exception cref="System.IO.IOException">There was no CONNACK.</exception>
    Task<byte> ConnectAsync(MqttWireOptions options);

    /// <summary>Publishes; whether the broker took it. False too when the connection ends before it says.</summary>
    Task<bool> PublishAsync(string topic, byte[] payload, int qos, bool retain);

    /// <summary>Subscribes; the SUBACK's reason code.</summary>
    Task<byte> SubscribeAsync(string filter, int qos);

    /// <summary>Ends it; with a DISCONNECT if it is to be polite.</summary>
    Task CloseAsync(bool isPolite);
}

/// <summary>How a connection is made.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="ClientId">Unique at the broker.</param>
/// <param name="UserName">Or null.</param>
/// <param name="Password">Or null.</param>
/// <param name="CleanStart">Whether the broker is to forget an earlier session.</param>
/// <param name="KeepAliveSeconds">Between two signs of life.</param>
/// <param name="CaCertificate">DER or PEM of the only authority trusted; null for plain TCP.</param>
public sealed record MqttWireOptions(
    string Host, int Port, string ClientId, string? UserName, string? Password, bool CleanStart, int KeepAliveSeconds, byte[]? CaCertificate);
