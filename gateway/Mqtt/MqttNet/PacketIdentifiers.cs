namespace BoatTelemetry.Mqtt.MqttNet;

/// <summary>
/// The packet identifiers under way, and what each stands for. PUBLISH and SUBSCRIBE have them in common: none may be used again
/// before it was answered (MQTT 5 section 2.2.1). All members may be called from any thread.
/// </summary>
internal sealed class PacketIdentifiers
{
    /// <summary>Named limit: publishes under way. Of the 65,535 identifiers there are, the rest is for subscriptions.</summary>
    public const int PublishesMax = ushort.MaxValue - 255;

    private readonly Lock _lock = new();
    private readonly Dictionary<ushort, object> _owners = [];
    private ushort _last;

    /// <summary>Takes the next one that is free.</summary>
    /// <exception cref="InvalidOperationException">There is none, since more is under way than the limits allow.</exception>
    public ushort Take(object owner)
    {
        lock (_lock)
        {
            if (_owners.Count == ushort.MaxValue)
                throw new InvalidOperationException("Every packet identifier is under way.");
            do
                _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
            while (!_owners.TryAdd(_last, owner));
            return _last;
        }
    }

    /// <summary>
    /// Frees one that was answered and gives what it stood for; null if it is not under way, or stands for something of another kind:
    /// such an answer is the broker's mistake and means nothing.
    /// </summary>
    public T? Release<T>(ushort identifier)
        where T : class
    {
        lock (_lock)
        {
            if (!_owners.TryGetValue(identifier, out var owner) || owner is not T released)
                return null;
            _owners.Remove(identifier);
            return released;
        }
    }
}
