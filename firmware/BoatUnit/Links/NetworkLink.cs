using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatUnit.Links;

/// <summary>
/// A link through somebody else's network: it carries the longest frame, one at a time, has no signal to noise of its own,
/// and what comes from shore waits in a ring. What the network is, a derived class says.
/// </summary>
public abstract class NetworkLink : IUnitLink
{
    /// <inheritdoc/>
    public abstract LinkKind Kind { get; }

    /// <inheritdoc/>
    public abstract LinkState State { get; }

    /// <inheritdoc/>
    public abstract int RssiDbm { get; }

    /// <inheritdoc/>
    public int FrameBytesMax => FrameLimits.FrameBytesMax;

    /// <inheritdoc/>
    public int SnrCdb => RadioLevel.Unknown;

    /// <summary>What waits to be received, for its counters.</summary>
    public FrameRing Received { get; } = new FrameRing();

    /// <inheritdoc/>
    public LinkResult Send(byte[] frame, int offset, int length)
    {
        if (length > FrameBytesMax)
        {
            return LinkResult.TooLong;
        }

        switch (State)
        {
            case LinkState.Ready:
                return TryHand(frame, offset, length) ? LinkResult.Sent : LinkResult.Busy;
            case LinkState.Busy:
                return LinkResult.Busy;
            default:
                return LinkResult.Down;
        }
    }

    /// <inheritdoc/>
    public abstract void Poll(long monotonicMs);

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset)
    {
        return Received.Take(buffer, offset);
    }

    /// <summary>Hands a frame to the network's driver, which said that it is ready; false if it has become busy since.</summary>
    protected abstract bool TryHand(byte[] frame, int offset, int length);
}
