using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace BoatTelemetry.BoatUnit.Tests;

/// <summary>
/// The gateway's side of the packet-forwarder protocol, as little of it as a forwarder can see, written apart from both
/// the simulator's and the gateway's code. Says what to acknowledge.
/// </summary>
internal sealed class FakeGateway : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private volatile bool _isOver;
    private readonly Func<int, bool> _acknowledge;
    private readonly Thread _thread;
    private readonly List<byte[]> _datagrams = [];
    private readonly List<byte[]> _frames = [];
    private IPEndPoint? _forwarder;

    /// <param name="acknowledge">Whether to acknowledge the PUSH_DATA with this number, from 0 on; null for all.</param>
    public FakeGateway(Func<int, bool>? acknowledge = null)
    {
        _acknowledge = acknowledge ?? (_ => true);
        _thread = new Thread(Serve) { IsBackground = true };
        _thread.Start();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.Client.LocalEndPoint!;

    /// <summary>Everything that came, in its order.</summary>
    public IReadOnlyList<byte[]> Datagrams => Copy(_datagrams);

    /// <summary>The frames of every PUSH_DATA that came, repetitions included.</summary>
    public IReadOnlyList<byte[]> Frames => Copy(_frames);

    /// <summary>Sends to where the last datagram came from.</summary>
    public void SendToForwarder(byte[] datagram) => _socket.Send(datagram, datagram.Length, _forwarder);

    /// <summary>Waits until the condition holds; a test fails on it rather than hanging.</summary>
    public static void WaitFor(Func<bool> condition, string what, int longestMs = 20_000)
    {
        var until = Environment.TickCount64 + longestMs;
        while (!condition())
        {
            if (Environment.TickCount64 > until)
                throw new TimeoutException($"Not within {longestMs} ms: {what}");

            Thread.Yield();
        }
    }

    public void Dispose()
    {
        // The socket goes last: disposed under a call that waits in it, UdpClient may throw a NullReferenceException. An
        // empty datagram ends the wait.
        _isOver = true;
        using (var waker = new UdpClient())
            waker.Send([], 0, EndPoint);
        _thread.Join();
        _socket.Dispose();
    }

    private void Serve()
    {
        var pushes = 0;
        try
        {
            while (!_isOver)
            {
                var from = new IPEndPoint(IPAddress.Any, 0);
                var datagram = _socket.Receive(ref from);
                if (datagram.Length < 4)
                    continue;

                lock (_datagrams)
                {
                    _forwarder = from;
                    _datagrams.Add(datagram);
                    if (datagram[3] == 0)
                        AddFrames(datagram);
                }

                if (datagram[3] == 2 || (datagram[3] == 0 && _acknowledge(pushes++)))
                    _socket.Send([datagram[0], datagram[1], datagram[2], (byte)(datagram[3] == 2 ? 4 : 1)], 4, from);
            }
        }
        catch (SocketException)
        {
            // Nobody is there to answer.
        }
    }

    private void AddFrames(byte[] datagram)
    {
        using var json = JsonDocument.Parse(datagram.AsMemory(12));
        if (!json.RootElement.TryGetProperty("rxpk", out var receptions))
            return;

        foreach (var reception in receptions.EnumerateArray())
            _frames.Add(reception.GetProperty("data").GetBytesFromBase64());
    }

    private byte[][] Copy(List<byte[]> list)
    {
        lock (_datagrams)
            return [.. list];
    }
}
