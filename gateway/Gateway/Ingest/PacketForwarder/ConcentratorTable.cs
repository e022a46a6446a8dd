using System.Collections.Concurrent;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>
/// Every concentrator that has been heard, registered or not. The ingest's thread adds; anyone may look.
/// </summary>
internal sealed class ConcentratorTable(DownlinkServices services)
{
    /// <summary>Named limit. When it is reached, the one that was silent longest makes room, if it was for <see cref="SilentMs"/>.</summary>
    public const int ConcentratorsMax = 1024;

    /// <summary>A concentrator that was silent for so long may be forgotten, ms.</summary>
    public const int SilentMs = 600_000;

    private readonly ConcurrentDictionary<ulong, ConcentratorPeer> _peers = new();

    /// <summary>All of them.</summary>
    public IEnumerable<ConcentratorPeer> All => _peers.Select(pair => pair.Value);

    /// <summary>The one of an identity, or null.</summary>
    public ConcentratorPeer? Find(ulong eui) => _peers.GetValueOrDefault(eui);

    /// <summary>The one of an identity, made if there is room; null if there is none.</summary>
    public ConcentratorPeer? FindOrAdd(ulong eui)
    {
        if (_peers.TryGetValue(eui, out var known))
            return known;
        if (_peers.Count >= ConcentratorsMax && !TryForgetOne())
            return null;
        return _peers[eui] = new ConcentratorPeer(eui, services);
    }

    private bool TryForgetOne()
    {
        var oldest = _peers.Values.MinBy(peer => peer.HeardMs);
        return oldest is not null && services.NowMs() - oldest.HeardMs >= SilentMs && _peers.TryRemove(oldest.Eui, out _);
    }
}
