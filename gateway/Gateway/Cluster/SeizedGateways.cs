namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// The gateways whose shards were taken over while they may still speak: paused and not dead, or cut off from the broker with messages
/// under way. Each stays until every broker has ended its connection, whatever has become of its shards meanwhile. Any thread.
/// </summary>
/// <param name="metrics">Is told of one that found no room.</param>
internal sealed class SeizedGateways(ClusterMetrics metrics)
{
    /// <summary>Named limit: all others of a cluster, and as many again under names that they had before. The oldest gives way.</summary>
    public const int NamesMax = 2 * ClusterOptions.GatewaysMax;

    private readonly Lock _lock = new();
    private readonly List<SeizedGateway> _waiting = [];

    /// <summary>Those that are not done, the oldest first.</summary>
    public IReadOnlyList<SeizedGateway> Waiting
    {
        get
        {
            lock (_lock)
                return [.. _waiting];
        }
    }

    /// <summary>How many are not done.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>Shards of these were taken over just now. What was ended of an earlier connection says nothing of one since.</summary>
    public void Add(IEnumerable<string> names)
    {
        lock (_lock)
        {
            foreach (var name in names)
            {
                _waiting.RemoveAll(gateway => gateway.Name == name);
                if (_waiting.Count == NamesMax)
                {
                    _waiting.RemoveAt(0);
                    metrics.EvictionsDropped.Add();
                }

                _waiting.Add(new SeizedGateway(name));
            }
        }
    }

    /// <summary>No broker has a connection of it any more; one that was seized again meanwhile is another.</summary>
    public void Done(SeizedGateway gateway)
    {
        lock (_lock)
            _waiting.Remove(gateway);
    }
}

/// <summary>One of them, since one takeover. Whoever has its turn at the brokers changes it.</summary>
/// <param name="name">Its name in the cluster, and at the broker.</param>
internal sealed class SeizedGateway(string name)
{
    public string Name { get; } = name;

    /// <summary>Whether the brokers were asked at all.</summary>
    public bool IsTried { get; set; }

    /// <summary>The brokers that have ended its connection, by their place in the configuration.</summary>
    public HashSet<int> EndedAt { get; } = [];
}
