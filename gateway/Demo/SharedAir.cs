using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace BoatTelemetry.Demo;

/// <summary>
/// Stands where a boat's frames leave the air: each is heard by concentrators of several gateways, by some better than by others, and what one
/// of these gateways sends goes back to the boat. Speaks the packet-forwarder protocol (Semtech UDP, version 2) to both sides.
/// </summary>
internal sealed class SharedAir : IDisposable
{
    private const int HeaderBytes = 4;
    private const int EuiBytes = 8;
    private const byte PushData = 0;
    private const byte PushAck = 1;
    private const byte PullData = 2;
    private const byte PullResp = 3;
    private const byte PullAck = 4;
    private const byte TxAck = 5;

    private readonly UdpClient _boatSide = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly List<UdpClient> _gatewaySides = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Random _random;
    private readonly int[] _heardPercent;
    private readonly ulong _euiBase;
    private readonly List<Task> _loops = [];
    private IPEndPoint? _pullsFrom;
    private int _sends;

    /// <param name="unit">Whose it is; gives the concentrators' identities.</param>
    /// <param name="forwarders">The gateways' packet-forwarder ports.</param>
    /// <param name="heardPercent">How many of the frames each of them hears.</param>
    public SharedAir(int unit, IReadOnlyList<IPEndPoint> forwarders, int[] heardPercent)
    {
        _random = new Random(unit);
        _heardPercent = heardPercent;
        _euiBase = 0xAA555A0000000000 + ((ulong)unit << 8);
        foreach (var forwarder in forwarders)
        {
            var side = new UdpClient();
            side.Connect(forwarder);
            _gatewaySides.Add(side);
        }
    }

    /// <summary>Where the boat sends to.</summary>
    public IPEndPoint LocalEndPoint => (IPEndPoint)_boatSide.Client.LocalEndPoint!;

    public void Start()
    {
        _loops.Add(Task.Run(FromBoatAsync));
        for (var gateway = 0; gateway < _gatewaySides.Count; gateway++)
        {
            var number = gateway;
            _loops.Add(Task.Run(() => FromGatewayAsync(number)));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        Task.WaitAll([.. _loops]);
        _boatSide.Dispose();
        _gatewaySides.ForEach(static side => side.Dispose());
        _end.Dispose();
    }

    private async Task FromBoatAsync()
    {
        while (await ReceiveAsync(_boatSide) is { } received)
        {
            var datagram = received.Buffer;
            if (datagram.Length < HeaderBytes + EuiBytes)
                continue;
            var kind = datagram[3];
            if (kind == PullData)
                _pullsFrom = received.RemoteEndPoint;
            if (kind is PushData or PullData)
                await SendAsync(_boatSide, [datagram[0], datagram[1], datagram[2], kind == PushData ? PushAck : PullAck], received.RemoteEndPoint);
            for (var gateway = 0; gateway < _gatewaySides.Count; gateway++)
            {
                if ((kind == PushData && _random.Next(100) >= _heardPercent[gateway]) || (kind == TxAck && gateway != _sends))
                    continue;
                BinaryPrimitives.WriteUInt64BigEndian(datagram.AsSpan(HeaderBytes), _euiBase + (ulong)gateway);
                await SendAsync(_gatewaySides[gateway], datagram, null);
            }
        }
    }

    private async Task FromGatewayAsync(int gateway)
    {
        while (await ReceiveAsync(_gatewaySides[gateway]) is { } received)
        {
            if (received.Buffer.Length < HeaderBytes || received.Buffer[3] != PullResp || _pullsFrom is not { } boat)
                continue;
            _sends = gateway;
            await SendAsync(_boatSide, received.Buffer, boat);
        }
    }

    // Null at the end. A gateway that was killed has no port any more, which the kernel tells here.
    private async Task<UdpReceiveResult?> ReceiveAsync(UdpClient side)
    {
        while (true)
        {
            try
            {
                return await side.ReceiveAsync(_end.Token);
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    private async Task SendAsync(UdpClient side, byte[] datagram, IPEndPoint? to)
    {
        try
        {
            await side.Client.SendToAsync(datagram, to ?? side.Client.RemoteEndPoint!, _end.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Lost, as on the air.
        }
    }
}
