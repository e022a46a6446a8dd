using System.Buffers.Binary;
using System.Text;

namespace BoatTelemetry.Simulator.Air;

// Semtech UDP protocol version 2 (PROTOCOL.TXT of the packet forwarder), from the forwarder's side:
//
//   byte 0      version, 2
//        1..2   token, echoed by the acknowledgement
//        3      identifier
//        4..11  EUI, only on datagrams from the forwarder
//        12..   JSON, on PUSH_DATA and TX_ACK; on PULL_RESP from byte 4 on

/// <summary>What a datagram of the packet-forwarder protocol is.</summary>
public enum ForwarderDatagramKind
{
    PushData = 0,
    PushAck = 1,
    PullData = 2,
    PullResp = 3,
    PullAck = 4,
    TxAck = 5,
}

/// <summary>Writes and reads the datagrams of a packet forwarder.</summary>
public static class ForwarderDatagram
{
    public const int Version = 2;
    public const int HeaderBytes = 4;
    public const int EuiBytes = 8;

    /// <summary>A datagram from the forwarder.</summary>
    public static byte[] Write(ForwarderDatagramKind kind, ushort token, ulong eui, string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var datagram = new byte[HeaderBytes + EuiBytes + Encoding.UTF8.GetByteCount(json)];
        datagram[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(1), token);
        datagram[3] = (byte)kind;
        BinaryPrimitives.WriteUInt64BigEndian(datagram.AsSpan(HeaderBytes), eui);
        Encoding.UTF8.GetBytes(json, datagram.AsSpan(HeaderBytes + EuiBytes));
        return datagram;
    }

    /// <summary>The header of a datagram to the forwarder; false if it is none of this version.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out ForwarderDatagramKind kind, out ushort token)
    {
        kind = default;
        token = 0;
        if (datagram.Length < HeaderBytes || datagram[0] != Version)
            return false;

        kind = (ForwarderDatagramKind)datagram[3];
        token = BinaryPrimitives.ReadUInt16BigEndian(datagram[1..]);
        return true;
    }
}
