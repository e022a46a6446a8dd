using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>
/// The downstream side of a packet forwarder: asks for downlinks, keeps every order, and answers each with what the test
/// wants.
/// </summary>
internal sealed class TestForwarder : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentQueue<Order> _orders = new();
    private readonly Thread _receiver;
    private readonly byte _version;
    private int _pullAcks;
    private ushort _token;

    public TestForwarder(int port, ulong eui = 0xAA555A0000000000, string from = "127.0.0.1", byte version = 2)
    {
        Eui = eui;
        _version = version;
        _socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        _socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        _receiver = new Thread(Receive) { IsBackground = true, Name = "test forwarder" };
        _receiver.Start();
    }

    public ulong Eui { get; }

    /// <summary>Body of TX_ACK for an order; null for none.</summary>
    public Func<Order, byte[]?> Answer { get; set; } = _ => [];

    public IReadOnlyList<Order> Orders => [.. _orders];

    public int PullAcks => Volatile.Read(ref _pullAcks);

    /// <summary>Asks for downlinks, and returns when that was acknowledged.</summary>
    public async Task PullAsync()
    {
        var before = PullAcks;
        SendPull();
        await Eventually.TrueAsync(() => PullAcks > before, "PULL_ACK");
    }

    public void SendPull() => _socket.Send(TestConcentrator.Datagram(Eui, ++_token, 2, "", _version));

    /// <summary>Sends a TX_ACK that nobody asked for.</summary>
    public void SendTxAck(ushort token) => _socket.Send(TestConcentrator.Datagram(Eui, token, 5, "", _version));

    public void Dispose()
    {
        _socket.Dispose();
        _receiver.Join();
    }

    private void Receive()
    {
        var buffer = new byte[65_536];
        try
        {
            while (true)
            {
                var length = _socket.Receive(buffer);
                if (length >= 4 && buffer[3] == 4)
                    Interlocked.Increment(ref _pullAcks);
                if (length > 4 && buffer[3] == 3)
                    Take(buffer.AsSpan(0, length));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed, or the gateway is gone.
        }
    }

    private void Take(ReadOnlySpan<byte> datagram)
    {
        var txpk = JsonDocument.Parse(datagram[4..].ToArray()).RootElement.GetProperty("txpk");
        var order = new Order(datagram[0], BinaryPrimitives.ReadUInt16BigEndian(datagram[1..]), txpk, _orders.Count);
        _orders.Enqueue(order);
        if (Answer(order) is not { } body)
            return;
        byte[] answer = [_version, datagram[1], datagram[2], 5, 0, 0, 0, 0, 0, 0, 0, 0, .. body];
        BinaryPrimitives.WriteUInt64BigEndian(answer.AsSpan(4), Eui);
        _socket.Send(answer);
    }

    public static byte[] Error(string error) => Encoding.UTF8.GetBytes($$$"""{"txpk_ack":{"error":"{{{error}}}"}}""");

    /// <summary>A PULL_RESP as it came.</summary>
    public sealed record Order(byte Version, ushort Token, JsonElement Txpk, int Number)
    {
        public byte[] Frame => Convert.FromBase64String(Txpk.GetProperty("data").GetString()!);

        public uint StartUs => Txpk.GetProperty("tmst").GetUInt32();
    }
}
