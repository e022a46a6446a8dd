using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Ingest;

public sealed class UdpReceiverTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = UdpPort.Open("test", new IPEndPoint(IPAddress.Loopback, 0), 4 * 1024 * 1024);
    private readonly Socket _sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentQueue<byte[]> _taken = new();
    private readonly List<SocketException> _failures = [];
    private readonly UdpReceiver _receiver;

    public UdpReceiverTests()
    {
        _sender.Connect(_socket.LocalEndPoint!);
        _receiver = new UdpReceiver(_socket, 1500, (datagram, _) => _taken.Enqueue(datagram.ToArray()), _failures.Add, TimeProvider.System);
    }

    public void Dispose()
    {
        _receiver.Dispose();
        _sender.Dispose();
    }

    // The rests between are longer than the datagrams are apart: the kernel's buffer holds what comes meanwhile.
    [Fact]
    public async Task Run_OfAStream_TakesEachInItsOrder()
    {
        const int Count = 5_000;
        const int AheadMax = 100;
        var run = _receiver.RunAsync();
        for (var i = 0; i < Count; i++)
        {
            await Eventually.TrueAsync(() => i - _taken.Count < AheadMax, "taken");
            var datagram = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(datagram, i);
            _sender.Send(datagram);
        }

        await Eventually.TrueAsync(() => _taken.Count == Count, () => $"{_taken.Count} of {Count} taken");
        Assert.Equal(Enumerable.Range(0, Count), _taken.Select(datagram => BinaryPrimitives.ReadInt32BigEndian(datagram)));
        _receiver.Stop();
        await run.WaitAsync(_patience);
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task Run_OfADatagramWithoutBytes_TakesItAndTheNext()
    {
        var run = _receiver.RunAsync();
        _sender.Send(Array.Empty<byte>());
        await Eventually.TrueAsync(() => _taken.Count == 1, "the first");
        _sender.Send((byte[])[7]);
        await Eventually.TrueAsync(() => _taken.Count == 2, "the second");

        Assert.Equal([[], [7]], _taken);
        _receiver.Stop();
        await run.WaitAsync(_patience);
    }

    [Fact]
    public async Task Stop_WhileNothingComes_EndsTheLoopAndClosesThePort()
    {
        var port = (IPEndPoint)_socket.LocalEndPoint!;
        var run = _receiver.RunAsync();

        _receiver.Stop();

        await run.WaitAsync(_patience);
        Assert.Empty(_failures);
        using var again = UdpPort.Open("test", port, 65_536);
    }
}
