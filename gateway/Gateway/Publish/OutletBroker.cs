using BoatTelemetry.Gateway.Cluster;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>The brokers of the MQTT outlet, for the cluster.</summary>
internal sealed class OutletBroker(OutletState outlet, MqttConnections connections) : IClusterBroker
{
    /// <inheritdoc/>
    public bool IsReached => outlet.IsHeard;

    /// <inheritdoc/>
    public int Count => connections.BrokerCount;

    /// <inheritdoc/>
    public Task EvictAsync(int broker, string name, CancellationToken cancellationToken) => connections.EvictAsync(broker, name, cancellationToken);
}
