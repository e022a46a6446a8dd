using System.Net;
using System.Net.Sockets;
using MQTTnet.Server;

namespace BoatTelemetry.Mqtt.MqttNet;

/// <summary>MQTTnet's server in this process.</summary>
internal sealed class MqttNetBroker : IMqttBroker
{
    // For each client; past it the oldest message is dropped. MQTTnet's default of 1,000 is less than one second of a fleet.
    private const int PendingMessagesMax = 100_000;

    private MqttServer? _server;

    public int Port { get; private set; }

    public async Task StartAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        cancellationToken.ThrowIfCancellationRequested();
        if (_server is not null)
            throw new InvalidOperationException("The broker was started before.");
        var isV6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var options = new MqttServerOptionsBuilder()
            .WithDefaultEndpoint()
            .WithDefaultEndpointPort(port)
            .WithDefaultEndpointBoundIPAddress(isV6 ? IPAddress.None : address)
            .WithDefaultEndpointBoundIPV6Address(isV6 ? address : IPAddress.None)
            .WithMaxPendingMessagesPerClient(PendingMessagesMax)
            .Build();
        var factory = new MqttServerFactory();
        var server = factory.CreateMqttServer(
            options, [.. factory.DefaultServerAdapters.Select(make => new MqttNetServerAdapter(make(factory)))]);
        server.ValidatingConnectionAsync += AssignClientIdentifier;
        try
        {
            await server.StartAsync();
        }
        catch (SocketException exception)
        {
            server.Dispose();
            throw new MqttBrokerException($"The built-in broker cannot listen on {address}:{port}: {exception.Message}", exception);
        }

        // MQTTnet writes the port it was given by the system back into the options.
        (_server, Port) = (server, options.DefaultEndpointOptions.Port);
    }

    public async Task StopAsync()
    {
        var server = Interlocked.Exchange(ref _server, null);
        if (server is null)
            return;
        await server.StopAsync();
        server.Dispose();
        Port = 0;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>For a client that leaves the choice to the broker.</summary>
    internal static string NewClientId() => $"auto-{Guid.NewGuid():N}";

    // MQTT 5 section 3.1.3.1; the CONNACK then tells the client.
    private static Task AssignClientIdentifier(ValidatingConnectionEventArgs connection)
    {
        if (string.IsNullOrEmpty(connection.ClientId))
            connection.AssignedClientIdentifier = NewClientId();
        return Task.CompletedTask;
    }
}
