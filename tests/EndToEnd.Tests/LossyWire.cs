using System.Net;
using System.Net.Sockets;

namespace BoatTelemetry.EndToEnd.Tests;

/// <summary>A network between one packet forwarder and the gateway that loses datagrams, both ways alike.</summary>
internal sealed class LossyWire : IDisposable
{
    private readonly Socket _outside = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _inside = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Random _random;
    private readonly int _lossPercent;
    private readonly Thread _up;
    private readonly Thread _down;
    private EndPoint? _forwarder;
    private long _carried;
    private long _lost;

    public LossyWire(IPEndPoint gateway, int lossPercent, Random random)
    {
        _lossPercent = lossPercent;
        _random = random;
        _outside.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _inside.Connect(gateway);
        _up = Start(Up);
        _down = Start(Down);
    }

    /// <summary>Where the forwarder sends to.</summary>
    public EndPoint Address => _outside.LocalEndPoint!;

    public long Carried => Interlocked.Read(ref _carried);

    public long Lost => Interlocked.Read(ref _lost);

    public void Dispose()
    {
        _outside.Dispose();
        _inside.Dispose();
        _up.Join();
        _down.Join();
    }

    private static Thread Start(Action<byte[]> carry)
    {
        var thread = new Thread(() => Forever(carry)) { IsBackground = true, Name = "lossy wire" };
        thread.Start();
        return thread;
    }

    // A gateway that is not there yet shows as an error of the socket; only its closing ends the loop.
    private static void Forever(Action<byte[]> carry)
    {
        var buffer = new byte[65_536];
        while (true)
        {
            try
            {
                carry(buffer);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset)
            {
                continue;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Up(byte[] buffer)
    {
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        var length = _outside.ReceiveFrom(buffer, ref from);
        Volatile.Write(ref _forwarder, from);
        if (!IsLost())
            _inside.Send(buffer, length, SocketFlags.None);
    }

    private void Down(byte[] buffer)
    {
        var length = _inside.Receive(buffer);
        if (Volatile.Read(ref _forwarder) is { } to && !IsLost())
            _outside.SendTo(buffer, length, SocketFlags.None, to);
    }

    private bool IsLost()
    {
        bool isLost;
        lock (_random)
            isLost = _random.Next(100) < _lossPercent;
        Interlocked.Increment(ref isLost ? ref _lost : ref _carried);
        return isLost;
    }
}
