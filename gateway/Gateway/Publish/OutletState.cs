using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// How the MQTT outlet is at present, for gauges and health. In a cluster one outlet follows another as shards come and go; there may be
/// none for a moment.
/// </summary>
internal sealed class OutletState
{
    private volatile JournalPublisher? _publisher;

    public OutletState(GatewayMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        metrics.Gauge("publish.behind", "Committed numbers that are not delivered.", () => _publisher?.Behind ?? 0);
        metrics.Gauge("publish.connected", "1 while a connection to a broker stands.", () => Connection?.IsConnected == true ? 1 : 0);
        metrics.Gauge(
            "publish.preferred", "1 while a connection to the most preferred broker stands.", () => Connection?.IsPreferred == true ? 1 : 0);
    }

    /// <summary>How the connection is; null while nothing is published here.</summary>
    public MqttKeeperStatus? Connection => _publisher?.Connection;

    /// <summary>Whether a connection stands and its broker has acknowledged a publish over it.</summary>
    public bool IsHeard => _publisher?.IsHeard == true;

    /// <summary>This one publishes from now on.</summary>
    public void Begins(JournalPublisher publisher) => _publisher = publisher;

    /// <summary>This one has ended.</summary>
    public void Ends(JournalPublisher publisher) => Interlocked.CompareExchange(ref _publisher, null, publisher);
}
