using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>What the cluster needs to know of the broker, and to have done by it.</summary>
internal interface IClusterBroker
{
    /// <summary>Whether a connection of this gateway's outlets stands and a publish over it was acknowledged.</summary>
    bool IsReached { get; }

    /// <summary>How many brokers are configured, of which a gateway uses one at a time.</summary>
    int Count { get; }

    /// <summary>
    /// Has one of them end the connection of a gateway, if it has one. A paused process knows nothing of its lease; what it finds in its
    /// buffers when it wakes must not reach anybody.
    /// </summary>
    /// <param name="broker">Which, from 0 on.</param>
    /// <param name="name">The gateway's name at the broker.</param>
    /// <param name="cancellationToken">Ends the trying.</param>
    /// <exception cref="MqttLinkException">The broker was not reached, or refused.</exception>
    Task EvictAsync(int broker, string name, CancellationToken cancellationToken);
}
