using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace BoatTelemetry.TestSupport;

/// <summary>
/// Ports of the loopback interface that nobody uses now. Below those that a system gives to outgoing connections (Linux from 32768, Windows and
/// macOS from 49152), one of which could otherwise sit on a server's port while that is killed and started again.
/// </summary>
public static class FreePorts
{
    private const int First = 20_000;
    private const int Last = 32_000;
    private const int TriesMax = 1_000;

    private static readonly ConcurrentDictionary<int, bool> _given = new();

    public static int Tcp() => Take(ProtocolType.Tcp);

    public static int Udp() => Take(ProtocolType.Udp);

    private static int Take(ProtocolType protocol)
    {
        for (var tries = 0; tries < TriesMax; tries++)
        {
            var port = Random.Shared.Next(First, Last);
            if (_given.TryAdd(port, true) && IsFree(port, protocol))
                return port;
        }

        throw new InvalidOperationException($"No free port was found from {First} to {Last}.");
    }

    private static bool IsFree(int port, ProtocolType protocol)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
