using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace BoatTelemetry.Gateway.Ingest.Cellular;

// struct sockaddr_in:   2 family (macOS: 1 length, 1 family), 2 port, 4 address
// struct sockaddr_in6:  2 family, 2 port, 4 flow information, 16 address, 4 scope
// Port and address most significant byte first; the offsets are the same on Linux, macOS and Windows.

/// <summary>Address and port of a socket address, to look up by: IPv4 as IPv6 has it (::ffff:a.b.c.d).</summary>
/// <param name="Address">128 bits.</param>
/// <param name="Port">UDP port.</param>
public readonly record struct UnitEndpoint(UInt128 Address, ushort Port)
{
    private const int PortOffset = 2;
    private const int AddressOffset4 = 4;
    private const int AddressOffset6 = 8;
    private static readonly UInt128 _mapped = (UInt128)0xFFFF << 32;

    /// <summary>Reads what the socket gave.</summary>
    public static UnitEndpoint Of(SocketAddress socketAddress)
    {
        ArgumentNullException.ThrowIfNull(socketAddress);
        var bytes = socketAddress.Buffer.Span;
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        var address = socketAddress.Family == AddressFamily.InterNetworkV6
            ? BinaryPrimitives.ReadUInt128BigEndian(bytes[AddressOffset6..])
            : _mapped | BinaryPrimitives.ReadUInt32BigEndian(bytes[AddressOffset4..]);
        return new UnitEndpoint(address, port);
    }
}
