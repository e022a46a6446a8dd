using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatUnit.Links;

/// <summary>Frames as MQTT messages over Wi-Fi: one frame a message, one message on its way at a time.</summary>
public sealed class WifiLink : IUnitLink
{
    private readonly FrameRing _received = new FrameRing();

    /// <param name="options">Not to be changed afterwards.</param>
    /// <param name="factory">Makes clients: <see cref="MqttClientFactory"/>.</param>
    /// <param name="network">The network under it: <see cref="WifiStation"/>.</param>
    public WifiLink(MqttOptions options, IMqttClientFactory factory, INetworkJoin network)
    {
        Uplink = new MqttUplink(options, factory, network, _received);
    }

    /// <summary>The worker, to be started and stopped, for its heartbeat and counters.</summary>
    public MqttUplink Uplink { get; }

    /// <summary>What waits to be received, for its counters.</summary>
    public FrameRing Received => _received;

    /// <inheritdoc/>
    public LinkKind Kind => LinkKind.Wifi;

    /// <inheritdoc/>
    public int FrameBytesMax => FrameLimits.FrameBytesMax;

    /// <inheritdoc/>
    public LinkState State
    {
        get
        {
            switch (Uplink.State)
            {
                case UplinkState.Ready:
                    return Uplink.IsSending ? LinkState.Busy : LinkState.Ready;
                case UplinkState.Joining:
                case UplinkState.Connecting:
                    return LinkState.Starting;
                default:
                    return LinkState.Down;
            }
        }
    }

    /// <inheritdoc/>
    public int RssiDbm => RadioLevel.Unknown;

    /// <inheritdoc/>
    public int SnrCdb => RadioLevel.Unknown;

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
                return Uplink.Send(frame, offset, length) ? LinkResult.Sent : LinkResult.Busy;
            case LinkState.Busy:
                return LinkResult.Busy;
            default:
                return LinkResult.Down;
        }
    }

    /// <summary>Nothing to do: the worker goes on by itself.</summary>
    public void Poll(long monotonicMs)
    {
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset)
    {
        return _received.Take(buffer, offset);
    }
}
