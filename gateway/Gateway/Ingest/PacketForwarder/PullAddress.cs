using System.Net;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>What a PULL_DATA did to the address that a concentrator's downlinks go to.</summary>
public enum PullOutcome
{
    /// <summary>It came from there, as before.</summary>
    Same = 0,

    /// <summary>The first one, or the first after a silence.</summary>
    Learned,

    /// <summary>Another port of the same address: the forwarder has started again, or a router has renumbered it.</summary>
    PortMoved,

    /// <summary>Another address while the one known is in use: not believed, the protocol has no authentication.</summary>
    Contested,
}

/// <summary>
/// Where a concentrator's downlinks go: learned from PULL_DATA alone, since that is what keeps a router's way back open.
/// Its owner's lock guards it.
/// </summary>
internal sealed class PullAddress
{
    private SocketAddress? _to;
    private SourceEndPoint _source;
    private long _heardMs;

    /// <summary>The protocol version that the forwarder speaks.</summary>
    public byte Version { get; private set; }

    /// <summary>Where to, for logs.</summary>
    public SourceEndPoint Source => _source;

    /// <summary>Where to send, or null if no PULL_DATA is fresh.</summary>
    public SocketAddress? At(long nowMs, int freshMs) => nowMs - _heardMs <= freshMs ? _to : null;

    /// <summary>Takes a PULL_DATA from a source that may speak for the concentrator.</summary>
    public PullOutcome Take(SocketAddress from, byte version, long nowMs, int freshMs)
    {
        var source = SourceEndPoint.Of(from);
        var isFresh = At(nowMs, freshMs) is not null;
        if (isFresh && source.Address != _source.Address)
            return PullOutcome.Contested;
        var outcome = !isFresh ? PullOutcome.Learned : source == _source ? PullOutcome.Same : PullOutcome.PortMoved;
        if (_to is null || source != _source)
        {
            // A new object: a send under way keeps the old one.
            _to = new SocketAddress(from.Family, from.Size);
            from.Buffer.Span[..from.Size].CopyTo(_to.Buffer.Span);
            _source = source;
        }

        Version = version;
        _heardMs = nowMs;
        return outcome;
    }
}
