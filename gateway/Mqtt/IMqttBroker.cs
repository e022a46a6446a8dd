using System.Net;

namespace BoatTelemetry.Mqtt;

/// <summary>
/// A broker that lives and ends with the gateway: retained messages are kept in memory only, and everyone who reaches the
/// port may publish and subscribe. It is meant for a demonstration or one machine; give it a loopback address.
/// </summary>
public interface IMqttBroker : IAsyncDisposable
{
    /// <summary>The port it listens on; 0 until it has started.</summary>
    int Port { get; }

    /// <summary>Starts and completes when clients are accepted.</summary>
    /// <param name="address">The local address to listen on.</param>
    /// <param name="port">The port, or 0 for any free one.</param>
    /// <param name="cancellationToken">Gives up the start; nothing is left running.</param>
    /// <exception cref="MqttBrokerException">The program is missing, or the port is taken.</exception>
    Task StartAsync(IPAddress address, int port, CancellationToken cancellationToken);

    /// <summary>Disconnects all clients and releases the port; without effect if it does not run.</summary>
    Task StopAsync();
}

/// <summary>The broker could not be started; the message says what to do about it.</summary>
public sealed class MqttBrokerException : Exception
{
    public MqttBrokerException()
    {
    }

    public MqttBrokerException(string message)
        : base(message)
    {
    }

    public MqttBrokerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
