using System.Buffers.Binary;
using System.Text;

namespace BoatTelemetry.Decoders.Tests.Wireshark;

/// <summary>
/// Writes a capture file: https://www.ietf.org/archive/id/draft-gharris-opsawg-pcap-01.html, link type 101 (raw IP), one UDP
/// datagram a packet.
/// </summary>
internal sealed class Capture : IDisposable
{
    public const int FramesPort = 47_110;
    public const int ForwarderPort = 1_700;

    private const uint Magic = 0xA1B2C3D4;
    private const int LinkTypeRaw = 101;
    private const int IpBytes = 20;
    private const int UdpBytes = 8;

    private readonly BinaryWriter _writer;

    public Capture(string path)
    {
        _writer = new BinaryWriter(File.Create(path));
        _writer.Write(Magic);
        _writer.Write((ushort)2);
        _writer.Write((ushort)4);
        _writer.Write(0L);
        _writer.Write(65_535);
        _writer.Write(LinkTypeRaw);
    }

    /// <summary>Frames in one datagram, each behind its length.</summary>
    public void AddFrames(params IReadOnlyList<byte[]> frames) =>
        AddDatagram(FramesPort + 1, FramesPort, [0, .. frames.SelectMany(frame => frame.Prepend((byte)frame.Length))]);

    /// <summary>A PUSH_DATA with an rxpk, or a PULL_RESP with a txpk.</summary>
    public void AddForwarded(byte[] frame, bool isUplink, bool urlSafe = false)
    {
        var data = Convert.ToBase64String(frame);
        if (urlSafe)
            data = data.Replace('+', '-').Replace('/', '_').TrimEnd('=');
        var packet = $$"""{"freq":923.200000,"datr":"SF7BW125","size":{{frame.Length}},"data":"{{data}}"}""";
        AddForwarder(isUplink ? 0 : 3, isUplink ? $"{{\"rxpk\":[{packet}]}}" : $"{{\"txpk\":{packet}}}");
    }

    /// <summary>A datagram of the packet-forwarder protocol; uplink ones have the gateway's EUI.</summary>
    public void AddForwarder(int identifier, string json)
    {
        byte[] eui = identifier is 0 or 2 or 5 ? [0xAA, 0x55, 0x5A, 0, 0, 0, 0, 1] : [];
        AddDatagram(50_001, ForwarderPort, [2, 0x12, 0x34, (byte)identifier, .. eui, .. Encoding.UTF8.GetBytes(json)]);
    }

    public void AddDatagram(int from, int to, byte[] payload)
    {
        var packet = new byte[IpBytes + UdpBytes + payload.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = 17;
        byte[] loopback = [127, 0, 0, 1];
        loopback.CopyTo(packet, 12);
        loopback.CopyTo(packet, 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), (ushort)from);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), (ushort)to);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(24), (ushort)(UdpBytes + payload.Length));
        payload.CopyTo(packet, IpBytes + UdpBytes);
        _writer.Write(1_772_593_445); // 2026-03-04T03:04:05Z
        _writer.Write(0);
        _writer.Write(packet.Length);
        _writer.Write(packet.Length);
        _writer.Write(packet);
    }

    public void Dispose() => _writer.Dispose();
}
