using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>A packet forwarder: sends PUSH_DATA and waits for its acknowledgement.</summary>
internal sealed class TestConcentrator : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly UdpClient _udp = new();
    private ushort _token;

    public TestConcentrator(int port, ulong eui = 0xAA555A0000000000)
    {
        Eui = eui;
        _udp.Connect(IPAddress.Loopback, port);
    }

    public ulong Eui { get; }

    public static byte[] PushData(ulong eui, ushort token, params IEnumerable<byte[]> frames)
    {
        var rxpk = string.Join(',', frames.Select(Rxpk));
        return Datagram(eui, token, 0, $"{{\"rxpk\":[{rxpk}]}}");
    }

    public static byte[] Datagram(ulong eui, ushort token, byte identifier, string json, byte version = 2)
    {
        var datagram = new byte[12 + Encoding.UTF8.GetByteCount(json)];
        datagram[0] = version;
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(1), token);
        datagram[3] = identifier;
        BinaryPrimitives.WriteUInt64BigEndian(datagram.AsSpan(4), eui);
        Encoding.UTF8.GetBytes(json, datagram.AsSpan(12));
        return datagram;
    }

    public static string Rxpk(byte[] frame) =>
        $$"""{"tmst":946084334,"freq":923.200000,"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/5","lsnr":-7.5,"rssi":-103,"size":{{frame.Length}},"data":"{{Convert.ToBase64String(frame)}}"}""";

    /// <summary>Sends, and returns when it was acknowledged.</summary>
    public async Task PushAsync(params IEnumerable<byte[]> frames)
    {
        var token = ++_token;
        var answer = await AskAsync(PushData(Eui, token, frames));
        Assert.Equal([2, (byte)(token >> 8), (byte)token, 1], answer);
    }

    /// <summary>Sends, and returns the answer.</summary>
    public async Task<byte[]> AskAsync(byte[] datagram)
    {
        await _udp.SendAsync(datagram);
        using var timeout = new CancellationTokenSource(_patience);
        return (await _udp.ReceiveAsync(timeout.Token)).Buffer;
    }

    /// <summary>Sends without waiting.</summary>
    public Task SendAsync(byte[] datagram) => _udp.SendAsync(datagram).AsTask();

    public void Dispose() => _udp.Dispose();
}
