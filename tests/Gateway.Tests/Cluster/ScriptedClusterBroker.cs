using System.Collections.Concurrent;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>Brokers that are there or not as a test wants it, and keep what they were asked for.</summary>
internal sealed class ScriptedClusterBroker(int count = 1) : IClusterBroker
{
    private readonly ConcurrentQueue<(int Broker, string Name)> _asked = new();
    private int _looks;

    /// <summary>The brokers that do not answer, by their place.</summary>
    public ConcurrentDictionary<int, bool> Away { get; } = new();

    /// <summary>The connections that ended, in their order.</summary>
    public ConcurrentQueue<(int Broker, string Name)> Ended { get; } = new();

    /// <summary>All that was asked for.</summary>
    public IReadOnlyCollection<(int Broker, string Name)> Asked => _asked;

    public int Count => count;

    /// <summary>How often was asked whether it is reached.</summary>
    public int Looks => Volatile.Read(ref _looks);

    public bool IsReached
    {
        get
        {
            Interlocked.Increment(ref _looks);
            return Enumerable.Range(0, count).Any(broker => !Away.ContainsKey(broker));
        }
    }

    public Task EvictAsync(int broker, string name, CancellationToken cancellationToken)
    {
        _asked.Enqueue((broker, name));
        if (Away.ContainsKey(broker))
            throw new MqttLinkException("away");
        Ended.Enqueue((broker, name));
        return Task.CompletedTask;
    }
}
