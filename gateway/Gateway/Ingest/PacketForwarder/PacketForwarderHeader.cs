using System.Buffers.Binary;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

// Semtech UDP protocol, PROTOCOL.TXT of the packet forwarder, sections 3 and 5:
//
//   byte 0      protocol version, 1 or 2
//        1..2   token, chosen by who asks and repeated by who answers
//        3      identifier: 0 PUSH_DATA, 1 PUSH_ACK, 2 PULL_DATA, 3 PULL_RESP, 4 PULL_ACK, 5 TX_ACK
//        4..11  EUI of the concentrator (PUSH_DATA, PULL_DATA, TX_ACK)
//        12..   JSON (PUSH_DATA; TX_ACK where there is something to tell)

/// <summary>What a datagram of the packet-forwarder protocol is.</summary>
public enum PacketForwarderIdentifier : byte
{
    PushData = 0,
    PushAck = 1,
    PullData = 2,
    PullResp = 3,
    PullAck = 4,
    TxAck = 5,
}

/// <summary>The first bytes of a datagram from a packet forwarder.</summary>
public readonly record struct PacketForwarderHeader(
    byte Version, ushort Token, PacketForwarderIdentifier Identifier, ulong Concentrator)
{
    /// <summary>Bytes before the JSON.</summary>
    public const int Bytes = 12;

    /// <summary>Bytes of PUSH_ACK and PULL_ACK.</summary>
    public const int AckBytes = 4;

    /// <summary>The largest payload of a UDP datagram over IPv4, bytes: 65,535 less 20 of IP and 8 of UDP.</summary>
    public const int DatagramBytesMax = 65_507;

    /// <summary>Reads the header of what a forwarder sends to a server.</summary>
    public static PacketForwarderRejection Read(ReadOnlySpan<byte> datagram, out PacketForwarderHeader header)
    {
        header = default;
        if (datagram.Length < AckBytes)
            return PacketForwarderRejection.TooShort;
        if (datagram[0] is not (1 or 2))
            return PacketForwarderRejection.WrongVersion;
        var identifier = (PacketForwarderIdentifier)datagram[3];
        if (identifier > PacketForwarderIdentifier.TxAck)
            return PacketForwarderRejection.UnknownIdentifier;
        if (identifier is PacketForwarderIdentifier.PushAck or PacketForwarderIdentifier.PullAck or PacketForwarderIdentifier.PullResp)
            return PacketForwarderRejection.ServersIdentifier;
        if (datagram.Length < Bytes)
            return PacketForwarderRejection.TooShort;
        header = new PacketForwarderHeader(
            datagram[0],
            BinaryPrimitives.ReadUInt16BigEndian(datagram[1..]),
            identifier,
            BinaryPrimitives.ReadUInt64BigEndian(datagram[4..]));
        return PacketForwarderRejection.None;
    }

    /// <summary>
    /// Writes the acknowledgement that this header asks for, <see cref="AckBytes"/> long; false if it asks for none.
    /// </summary>
    public bool TryWriteAck(Span<byte> ack)
    {
        if (Identifier is not (PacketForwarderIdentifier.PushData or PacketForwarderIdentifier.PullData))
            return false;
        ack[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(ack[1..], Token);
        ack[3] = (byte)(Identifier == PacketForwarderIdentifier.PushData
            ? PacketForwarderIdentifier.PushAck
            : PacketForwarderIdentifier.PullAck);
        return true;
    }
}
