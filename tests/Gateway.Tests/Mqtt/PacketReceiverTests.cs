#if MQTTNET
using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using BoatTelemetry.Mqtt;
using BoatTelemetry.Mqtt.MqttNet;
using BoatTelemetry.TestSupport;
using MQTTnet.Channel;
using MQTTnet.Exceptions;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

public sealed class PacketReceiverTests(ITestOutputHelper output)
{
    [Fact]
    public async Task TryTake_OfPacketsInPiecesOfAnySize_GivesThemWholeAndInOrder()
    {
        var random = Seed.New(output);
        var bodies = Enumerable.Range(0, 300).Select(i => Body(i, random.Next(20) == 0 ? random.Next(100_000) : random.Next(300))).ToArray();
        var receiver = new PacketReceiver(new Pieces(bodies.SelectMany(Packet).ToArray(), random));
        var taken = 0;
        do
        {
            while (receiver.TryTake(out var type, out var body))
            {
                Assert.Equal(0x30, type);
                Assert.Equal(bodies[taken++], body.ToArray());
            }
        }
        while (await receiver.ReadAsync(default));

        Assert.Equal(bodies.Length, taken);
    }

    [Fact]
    public async Task TryTake_OfAPacketThatIsCutOff_GivesNothing()
    {
        var receiver = new PacketReceiver(new Pieces(Packet(Body(1, 200))[..^1], new Random(1)));
        while (await receiver.ReadAsync(default))
            Assert.False(receiver.TryTake(out _, out _));
        Assert.False(receiver.TryTake(out _, out _));
    }

    [Fact]
    public async Task TryTake_OfALengthOfFiveDigits_IsAViolation()
    {
        var receiver = new PacketReceiver(new Pieces([0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], new Random(1), sizeMin: 6));
        Assert.True(await receiver.ReadAsync(default));
        Assert.Throws<MqttProtocolViolationException>(() => receiver.TryTake(out _, out _));
    }

    [Fact]
    public async Task TryTake_OfAPacketOverTheLimit_IsAViolationBeforeItIsThere()
    {
        // 1 + 4 digits + 268,435,455, of which nothing has come; and the largest that is taken.
        var receiver = new PacketReceiver(new Pieces([0x30, 0xFF, 0xFF, 0xFF, 0x7F], new Random(1), sizeMin: 5));
        Assert.True(await receiver.ReadAsync(default));
        Assert.Throws<MqttProtocolViolationException>(() => receiver.TryTake(out _, out _));

        byte[] largest = Packet(Body(1, MqttLinkOptions.ReceivedPacketBytesMax - 4));
        Assert.Equal(MqttLinkOptions.ReceivedPacketBytesMax, largest.Length);
        var one = new PacketReceiver(new Pieces(largest, new Random(1), sizeMin: 5, sizeMax: 100_000));
        var taken = 0;
        while (await one.ReadAsync(default))
            taken += one.TryTake(out _, out _) ? 1 : 0;
        Assert.Equal(1, taken);
    }

    [Fact]
    public async Task TryTake_OfAcknowledgements_AllocatesNothing()
    {
        // All of them come with one read; each pass takes some.
        const int Count = 600;
        byte[] puback = [0x40, 2, 0, 1];
        var bytes = Enumerable.Repeat(puback, 6 * Count).SelectMany(b => b).ToArray();
        var receiver = new PacketReceiver(new Pieces(bytes, new Random(1), sizeMin: bytes.Length, sizeMax: bytes.Length));
        Assert.True(await receiver.ReadAsync(default));
        TakeSome();

        Assert.Equal(0, Allocated.Least(_ => TakeSome()));

        void TakeSome()
        {
            for (var i = 0; i < Count; i++)
                Assert.True(receiver.TryTake(out var _, out var _));
        }
    }

    [Fact]
    public void Identifiers_AllAround_AreNoneThatIsUnderWay()
    {
        var identifiers = new PacketIdentifiers();
        var publish = new object();
        var subscription = "subscription";
        Assert.Equal(1, identifiers.Take(publish));
        Assert.Equal(2, identifiers.Take(subscription));
        for (var id = 3; id <= ushort.MaxValue; id++)
        {
            Assert.Equal(id, identifiers.Take(publish));
            if (id != 5)
                Assert.Same(publish, identifiers.Release<object>((ushort)id));
        }

        // 1, 2 and 5 are not answered yet.
        Assert.Equal([3, 4, 6], Enumerable.Range(0, 3).Select(_ => (int)identifiers.Take(publish)));

        // An answer of another kind, and one to nothing.
        Assert.Null(identifiers.Release<string>(1));
        Assert.Null(identifiers.Release<object>(7));
        Assert.Same(subscription, identifiers.Release<string>(2));
    }

    [Fact]
    public void Identifiers_WhenAllAreUnderWay_AreMisuse()
    {
        var identifiers = new PacketIdentifiers();
        for (var i = 0; i < ushort.MaxValue; i++)
            identifiers.Take(this);
        Assert.Throws<InvalidOperationException>(() => identifiers.Take(this));
    }

    private static byte[] Body(int number, int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(number + i))];

    private static byte[] Packet(byte[] body)
    {
        List<byte> packet = [0x30];
        for (var rest = body.Length; ; rest >>= 7)
        {
            packet.Add((byte)((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0)));
            if (rest <= 0x7F)
                return [.. packet, .. body];
        }
    }

    /// <summary>Bytes that come in pieces, and then the end of the stream.</summary>
    private sealed class Pieces(byte[] bytes, Random random, int sizeMin = 1, int sizeMax = 5_000) : IMqttChannel
    {
        private int _at;

        public X509Certificate2? ClientCertificate => null;

        public EndPoint? RemoteEndPoint => null;

        public EndPoint? LocalEndPoint => null;

        public bool IsSecureConnection => false;

        public Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Assert.True(count > 0, "a read of nothing cannot be told from the end");
            var length = Math.Min(Math.Min(count, random.Next(sizeMin, sizeMax + 1)), bytes.Length - _at);
            bytes.AsSpan(_at, length).CopyTo(buffer.AsSpan(offset));
            _at += length;
            return Task.FromResult(length);
        }

        public Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task DisconnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WriteAsync(ReadOnlySequence<byte> buffer, bool isEndOfPacket, CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
#endif
