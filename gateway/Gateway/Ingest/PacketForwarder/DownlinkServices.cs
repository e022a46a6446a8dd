using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>What every concentrator's downlinks share.</summary>
internal sealed class DownlinkServices(
    PacketForwarderOptions packetForwarder,
    DownlinkOptions options,
    DownlinkStore store,
    FleetSource fleet,
    PacketForwarderMetrics metrics,
    GatewayMetrics gatewayMetrics,
    TimeProvider time)
{
    private Socket? _socket;

    public DownlinkOptions Options => options;

    public DownlinkStore Store => store;

    public PacketForwarderMetrics Metrics => metrics;

    public TimeProvider Time => time;

    public int FreshMs => packetForwarder.DownlinkFreshS * 1000;

    /// <summary>The clock of <see cref="Reception.ReceivedMonotonicMs"/>.</summary>
    public long NowMs() => time.MonotonicMs();

    /// <summary>What orders go out by: the ingest's own socket, whose port the forwarder knows. Null once it is closed.</summary>
    public void Use(Socket? socket) => Volatile.Write(ref _socket, socket);

    /// <summary>Whose law and whose antenna a concentrator has: its own in the fleet file, or the gateway's for all.</summary>
    public (string Region, int AntennaGainCdb) AirtimeOf(ulong eui)
    {
        var registered = fleet.Current.FindConcentrator(eui);
        var gainCdb = registered is { AntennaGainDecibelE1: not 0 } ? registered.AntennaGainDecibelE1 * 10 : options.AntennaGainDb * 100;
        return (registered?.Region ?? options.Region, gainCdb);
    }

    /// <summary>Sends a datagram; false if the network does not take it.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram, SocketAddress to)
    {
        if (Volatile.Read(ref _socket) is not { } socket)
            return false;
        try
        {
            // Not by an asynchronous call (UdpReceiver).
            socket.SendTo(datagram, SocketFlags.None, to);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            gatewayMetrics.SocketErrors.Add();
            return false;
        }
    }
}
