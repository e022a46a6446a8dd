using System.Net;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Hosting;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>Knows the broker, runs the embedded one if there is none elsewhere, and makes connections to it.</summary>
public sealed class MqttConnections : IHostedService, IAsyncDisposable
{
    private readonly MqttConfiguration _configuration;
    private readonly IMqttStack _stack;
    private readonly IMqttBroker? _broker;

    public MqttConnections(MqttConfiguration configuration, IMqttStack stack)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(stack);
        _configuration = configuration;
        _stack = stack;
        _broker = configuration.Embedded is null ? null : stack.CreateBroker();
    }

    /// <summary>Host and port of the broker.</summary>
    public string Address => $"{Host}:{Port}";

    /// <summary>The library, and whether the broker is inside this process's care.</summary>
    public string Description => _broker is null ? _stack.Name : $"{_stack.Name}, embedded";

    /// <summary>How many publishes a connection has on its way at most.</summary>
    public int PublishesPendingMax => _configuration.PublishesPendingMax;

    private string Host => _configuration.Embedded is { } listen ? ReachableAddress(listen.Address) : _configuration.Host;

    private int Port => _broker?.Port ?? _configuration.Port;

    /// <inheritdoc/>
    /// <exception cref="MqttBrokerException">The embedded broker could not be started.</exception>
    public Task StartAsync(CancellationToken cancellationToken) =>
        _broker?.StartAsync(_configuration.Embedded!.Address, _configuration.Embedded.Port, cancellationToken)
        ?? Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _broker?.StopAsync() ?? Task.CompletedTask;

    /// <summary>A new connection that leaves <paramref name="will"/> with the broker.</summary>
    /// <exception cref="MqttLinkException">The broker was not reached, or refused.</exception>
    public async Task<IMqttLink> ConnectAsync(MqttMessage will, CancellationToken cancellationToken)
    {
        var link = _stack.CreateLink();
        try
        {
            await link.ConnectAsync(Options(_configuration.ClientId, will), cancellationToken);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Has the broker end the connection of another client of this name, if it has one (MQTT 5 section 3.1.4: a second
    /// CONNECT with a client id takes the session over). The other's will is published.
    /// </summary>
    /// <exception cref="MqttLinkException">The broker was not reached, or refused.</exception>
    public async Task EvictAsync(string clientId, CancellationToken cancellationToken)
    {
        await using var link = _stack.CreateLink();
        await link.ConnectAsync(Options(clientId, will: null), cancellationToken);
        await link.DisconnectAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    private MqttLinkOptions Options(string clientId, MqttMessage? will) => new()
    {
        Host = Host,
        Port = Port,
        ClientId = clientId,
        KeepAliveSeconds = _configuration.KeepAliveS,
        Will = will,
        UserName = _configuration.User,
        Password = _configuration.Password,
        Tls = _configuration.Tls,
        PublishesPendingMax = _configuration.PublishesPendingMax,
    };

    private static string ReachableAddress(IPAddress listen)
    {
        if (listen.Equals(IPAddress.Any))
            return IPAddress.Loopback.ToString();
        return (listen.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : listen).ToString();
    }
}
