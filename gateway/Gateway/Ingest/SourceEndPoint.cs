using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace BoatTelemetry.Gateway.Ingest;

// A SocketAddress holds the sockaddr_in or sockaddr_in6 of the system: port at byte 2 in both, the address at byte 4 for
// IPv4 and at byte 8 for IPv6 (behind the flow label). So it is on Linux, macOS and Windows; port and address have their most
// significant byte first.

/// <summary>
/// Where a datagram came from, as a value to look up by: nothing is allocated to look at it. IPv4 is written as IPv6
/// (::ffff:a.b.c.d).
/// </summary>
/// <param name="Address">All 128 bits of the address.</param>
/// <param name="Port">Its port.</param>
internal readonly record struct SourceEndPoint(UInt128 Address, ushort Port)
{
    private const int PortAt = 2;
    private const int AddressAt = 4;
    private const int Address6At = 8;
    private static readonly UInt128 _mappedPrefix = new(0, 0xFFFF_0000_0000);

    /// <summary>The source that a receive has told.</summary>
    public static SourceEndPoint Of(SocketAddress from)
    {
        var bytes = from.Buffer.Span;
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortAt..]);
        return from.Family == AddressFamily.InterNetworkV6
            ? new SourceEndPoint(BinaryPrimitives.ReadUInt128BigEndian(bytes[Address6At..]), port)
            : new SourceEndPoint(_mappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes[AddressAt..]), port);
    }

    /// <summary>The address as .NET has it.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <inheritdoc/>
    public override string ToString() => new IPEndPoint(ToIPAddress(), Port).ToString();
}
