using System.Net;
using System.Net.Sockets;

namespace BoatTelemetry.Gateway.Ingest;

/// <summary>A UDP port that an ingest receives at and answers from.</summary>
internal static class UdpPort
{
    // Answers and downlinks are sent by calls that block while it is full.
    private const int SendBufferBytes = 1 << 20;

    /// <summary>Opens it.</summary>
    /// <param name="key">The configuration's key of where it listens.</param>
    /// <param name="listen">What stands there.</param>
    /// <param name="receiveBufferBytes">Asked of the kernel, which may give less.</param>
    /// <exception cref="ListenException">The port is taken, or the address is not this machine's.</exception>
    public static Socket Open(string key, IPEndPoint listen, int receiveBufferBytes)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
            {
                ReceiveBufferSize = receiveBufferBytes,
                SendBufferSize = SendBufferBytes,
            };
            if (OperatingSystem.IsWindows())
            {
                // SIO_UDP_CONNRESET: without this, Windows reports an ICMP "port unreachable" after a datagram to somebody
                // who is gone as an error of the next receive.
                socket.IOControl(unchecked((int)0x9800000C), [0], null);
            }

            socket.Bind(listen);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new ListenException(key, listen, e);
        }
    }
}
