using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatUnit.Links;

/// <summary>Frames as MQTT messages over Wi-Fi: one frame a message, one message on its way at a time.</summary>
public sealed class WifiLink : NetworkLink
{
    /// <param name="options">Not to be changed afterwards.</param>
    /// <param name="factory">Makes clients: <see cref="MqttClientFactory"/>.</param>
    /// <param name="network">The network under it: <see cref="WifiStation"/>.</param>
    public WifiLink(MqttOptions options, IMqttClientFactory factory, INetworkJoin network)
    {
        Uplink = new MqttUplink(options, factory, network, Received);
    }

    /// <summary>The worker, to be started and stopped, for its heartbeat and counters.</summary>
    public MqttUplink Uplink { get; }

    /// <inheritdoc/>
    public override LinkKind Kind => LinkKind.Wifi;

    /// <inheritdoc/>
    public override LinkState State
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
    public override int RssiDbm => RadioLevel.Unknown;

    /// <summary>Nothing to do: the worker goes on by itself.</summary>
    public override void Poll(long monotonicMs)
    {
    }

    /// <inheritdoc/>
    protected override bool TryHand(byte[] frame, int offset, int length)
    {
        return Uplink.Send(frame, offset, length);
    }
}
