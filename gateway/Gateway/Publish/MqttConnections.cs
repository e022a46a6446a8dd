using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>Knows the brokers, runs the embedded one if there is none elsewhere, and has connections kept up to them.</summary>
public sealed class MqttConnections : IHostedService, IAsyncDisposable
{
    private readonly MqttConfiguration _configuration;
    private readonly IMqttStack _stack;
    private readonly IMqttBroker? _broker;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<MqttConnections> _log;

    public MqttConnections(
        MqttConfiguration configuration, IMqttStack stack, GatewayMetrics metrics, TimeProvider time, ILogger<MqttConnections> log)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(stack);
        _configuration = configuration;
        _stack = stack;
        _metrics = metrics;
        _time = time;
        _log = log;
        _broker = configuration.Embedded is null ? null : stack.CreateBroker();
    }

    /// <summary>Host and port of the broker, of the preferred one if there are several.</summary>
    public string Address => Brokers[0].ToString();

    /// <summary>The library, and whether the broker is inside this process's care.</summary>
    public string Description => _broker is null ? _stack.Name : $"{_stack.Name}, embedded";

    /// <summary>How many brokers there are to connect to, of which each keeper uses one at a time.</summary>
    public int BrokerCount => _configuration.Embedded is null ? _configuration.Brokers.Count : 1;

    /// <summary>How many publishes a connection has on its way at most.</summary>
    public int PublishesPendingMax => _configuration.PublishesPendingMax;

    private IReadOnlyList<MqttBrokerAddress> Brokers => _configuration.Embedded is { } listen
        ? [new MqttBrokerAddress(ReachableHost.Of(listen.Address), _broker!.Port)]
        : _configuration.Brokers;

    /// <inheritdoc/>
    /// <exception cref="MqttBrokerException">The embedded broker could not be started.</exception>
    public Task StartAsync(CancellationToken cancellationToken) =>
        _broker?.StartAsync(_configuration.Embedded!.Address, _configuration.Embedded.Port, cancellationToken)
        ?? Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _broker?.StopAsync() ?? Task.CompletedTask;

    /// <summary>Keeps one more connection up; nothing happens until it is run.</summary>
    /// <param name="will">Makes what the broker publishes if the connection breaks.</param>
    /// <param name="clientIdSuffix">Each keeper needs a client id of its own: what follows "-" behind the configured one.</param>
    /// <param name="subscriptions">Filters to subscribe to on every connection.</param>
    /// <param name="onMessage">Takes what comes in; see <see cref="IMqttLink.OnMessage"/>.</param>
    public MqttKeeper Keeper(
        Func<MqttMessage>? will = null,
        string? clientIdSuffix = null,
        IReadOnlyList<string>? subscriptions = null,
        Action<MqttMessage>? onMessage = null)
    {
        var clientId = clientIdSuffix is null ? _configuration.ClientId : $"{_configuration.ClientId}-{clientIdSuffix}";
        var options = new MqttKeeperOptions
        {
            Brokers = () => Brokers,
            Connect = broker => Options(broker, clientId, will?.Invoke()),
            Subscriptions = subscriptions ?? [],
            OnMessage = onMessage,
            ReturnAfter = TimeSpan.FromSeconds(_configuration.ReturnAfterS),
        };
#pragma warning disable CA5394 // Spreads reconnections; nothing secret depends on it.
        return new MqttKeeper(options, _stack, new MqttKeeperLog(clientId, _metrics, _log), _time, Random.Shared);
#pragma warning restore CA5394
    }

    /// <summary>
    /// Has a broker end the connection of another client of this name, if it has one (MQTT 5 section 3.1.4: a second
    /// CONNECT with a client id takes the session over). The other's will is published.
    /// </summary>
    /// <param name="broker">Which, from 0 on; see <see cref="BrokerCount"/>.</param>
    /// <param name="clientId">The other's.</param>
    /// <param name="cancellationToken">Ends the trying.</param>
    /// <exception cref="MqttLinkException">The broker was not reached, or refused.</exception>
    public async Task EvictAsync(int broker, string clientId, CancellationToken cancellationToken)
    {
        await using var link = _stack.CreateLink();
        await link.ConnectAsync(Options(Brokers[broker], clientId, will: null), cancellationToken);
        await link.DisconnectAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    private MqttLinkOptions Options(MqttBrokerAddress broker, string clientId, MqttMessage? will) => new()
    {
        Host = broker.Host,
        Port = broker.Port,
        ClientId = clientId,
        KeepAliveSeconds = _configuration.KeepAliveS,
        AcknowledgementTimeoutMs = _configuration.PublishTimeoutS * 1000,
        Will = will,
        UserName = broker.UserName,
        Password = broker.Password,
        Tls = broker.Tls,
        PublishesPendingMax = _configuration.PublishesPendingMax,
    };
}
