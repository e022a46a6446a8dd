using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

/// <summary>This part: packets as bytes of a stream, which come together, in pieces, or not at all.</summary>
public abstract partial class MqttLinkContract
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Publish_OfEverySizeAtOnce_ArriveWholeAndInOrder(bool isTls)
    {
        // Around the sizes of buffers on the way.
        int[] sizes = [0, 1, 4_000, 16_383, 16_384, 16_500, 65_400, 65_535, 65_536, 65_600, 150_000];
        var messages = Enumerable.Range(0, 5 * sizes.Length).Select(i => Patterned(i, sizes[i % sizes.Length])).ToArray();
        using var certificates = new TestCertificates();
        await using var broker = isTls ? await StartTlsAsync(certificates) : await MosquittoProcess.StartAsync();
        MqttLinkOptions To(string clientId) => isTls
            ? TlsOptions(broker, certificates.CaFile, certificates.ClientFile, certificates.ClientKeyFile, clientId: clientId)
            : Options(broker.Port, clientId);
        var inbox = new Inbox();
        await using var receiver = stack.CreateLink();
        receiver.OnMessage = inbox.Add;
        await receiver.ConnectAsync(To("receiver"), default);
        await receiver.SubscribeAsync("n/+", MqttQos.AtLeastOnce, default);
        await using var link = stack.CreateLink();
        await link.ConnectAsync(To("sender"), default);

        await Task.WhenAll(messages.Select(message => link.PublishAsync(message, default))).WaitAsync(_patience);

        foreach (var sent in messages)
        {
            var message = await inbox.NextAsync();
            Assert.Equal(sent.Topic, message.Topic);
            Assert.Equal(sent.Payload.ToArray(), message.Payload.ToArray());
        }
    }

    [Fact]
    public async Task Publish_WhoseWriteBreaksMidway_FailsWithAllBehindIt()
    {
        const int Count = 40;
        await using var link = stack.CreateLink();
        using var peer = await AcceptAsync(link);
        var publishes = await PublishIntoABlockedWriteAsync(link, peer, Count);

        // Without lingering, with bytes unread: a reset, in the middle of a packet.
        peer.Close(timeout: 0);

        Assert.Equal(MqttLinkFailure.ConnectionLost, (await link.Disconnected.WaitAsync(_patience)).Failure);
        for (var i = 0; i < Count; i++)
        {
            var failure = await Assert.ThrowsAsync<MqttLinkException>(() => publishes[i].WaitAsync(_patience));
            Assert.Equal((MqttLinkFailure.ConnectionLost, $"n/{i}"), (failure.Failure, failure.Topic));
        }
    }

    // The DISCONNECT stands behind a write that never ends well.
    [Fact]
    public async Task Disconnect_BehindAWriteThatBreaks_IsCleanAndFailsWhatWasPending()
    {
        await using var link = stack.CreateLink();
        using var peer = await AcceptAsync(link);
        var publishes = await PublishIntoABlockedWriteAsync(link, peer, count: 40);

        var disconnect = link.DisconnectAsync();
        peer.Close(timeout: 0);

        await disconnect.WaitAsync(_patience);
        var ends = new[] { MqttLinkFailure.Closed, MqttLinkFailure.ConnectionLost };
        Assert.Contains((await link.Disconnected.WaitAsync(_patience)).Failure, ends);
        foreach (var publish in publishes)
            Assert.Contains((await Assert.ThrowsAsync<MqttLinkException>(() => publish.WaitAsync(_patience))).Failure, ends);
        await Assert.ThrowsAsync<MqttLinkException>(() => link.PublishAsync(Message("t"), default));
    }

    [Fact]
    public async Task Publish_MoreThanTheSystemTakesForASuspendedMosquitto_EndsTheLinkAndFailsAll()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectImpatientAsync(broker.Port, acknowledgementTimeoutMs: 500);
        broker.Suspend();

        var publishes = Enumerable.Range(0, 40).Select(i => link.PublishAsync(Patterned(i, 1_000_000), default)).ToArray();

        Assert.Equal(MqttLinkFailure.AcknowledgementTimedOut, (await link.Disconnected.WaitAsync(_patience)).Failure);
        foreach (var publish in publishes)
        {
            var failure = await Assert.ThrowsAsync<MqttLinkException>(() => publish.WaitAsync(_patience));
            Assert.Equal(MqttLinkFailure.AcknowledgementTimedOut, failure.Failure);
        }
    }

    // Behind what is under way over a slow line a PINGREQ is late. The PUBACKs say that the peer lives.
    [Fact]
    public async Task Publish_AcknowledgedWhilePingsAreNot_KeepsTheLink()
    {
        const int KeepAliveMs = 5_000;
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack(), id => ScriptedBroker.Puback(id, 0));
        await using var link = await ConnectImpatientAsync(broker.Port, acknowledgementTimeoutMs: 60_000);
        for (var begin = Environment.TickCount64; Environment.TickCount64 - begin < 2 * KeepAliveMs;)
        {
            await link.PublishAsync(Message("t"), default).WaitAsync(_patience);
            await Task.Delay(KeepAliveMs / 20);
        }

        Assert.False(link.Disconnected.IsCompleted);
    }

    [Fact]
    public async Task Subscribe_BesidePublishesUnderWay_HasAnIdentifierOfItsOwn()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack());
        await using var link = await ConnectAsync(broker.Port);
        var publishes = Enumerable.Range(0, 3).Select(_ => link.PublishAsync(Message("t"), default)).ToList();

        await link.SubscribeAsync("a", MqttQos.AtLeastOnce, default).WaitAsync(_patience);
        publishes.Add(link.PublishAsync(Message("t"), default));
        await link.SubscribeAsync("b", MqttQos.AtLeastOnce, default).WaitAsync(_patience);

        for (var i = 0; i < publishes.Count; i++)
            await broker.WaitForPublishAsync();
        Assert.Equal(6, broker.Identifiers.Distinct().Count());
        foreach (var id in broker.Identifiers)
            await broker.SendAsync(ScriptedBroker.Puback(id, 0));
        await Task.WhenAll(publishes).WaitAsync(_patience);
    }

    // A broker at its limit of connections may do so. The end may come before or after the connect is known to have succeeded.
    [Fact]
    public async Task Connect_ToABrokerThatLeavesAtOnce_EndsTheLink()
    {
        await using var broker = new ScriptedBroker([.. ScriptedBroker.Connack(), 0xE0, 2, 0x97, 0]);
        for (var i = 0; i < 200; i++)
        {
            await using var link = stack.CreateLink();
            try
            {
                await link.ConnectAsync(Options(broker.Port), default).WaitAsync(_patience);
            }
            catch (MqttLinkException e)
            {
                // Known in time.
                Assert.Equal((MqttLinkFailure.DisconnectedByBroker, (byte?)0x97), (e.Failure, e.ReasonCode));
            }

            var end = await link.Disconnected.WaitAsync(_patience);
            Assert.Equal((MqttLinkFailure.DisconnectedByBroker, (byte?)0x97), (end.Failure, end.ReasonCode));
        }
    }

    // The publish has the identifier 1, which is nobody's subscription; the library behind may number its own by itself.
    [Fact]
    public async Task Subscribe_WhileASubackOfAnotherIdentifierComes_WaitsForItsOwn()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack(), answerSubscribe: _ => null);
        await using var link = await ConnectAsync(broker.Port);
        var publish = link.PublishAsync(Message("t"), default);
        await broker.WaitForPublishAsync();
        var subscribe = link.SubscribeAsync("a", MqttQos.AtLeastOnce, default);
        await broker.WaitForSubscribeAsync();
        Assert.Equal([1, 2], broker.Identifiers.Select(id => (int)id));

        await broker.SendAsync(ScriptedBroker.Suback(1, 0x87));
        await broker.SendAsync(ScriptedBroker.Suback(2, 1));
        await broker.SendAsync(ScriptedBroker.Puback(1, 0));

        await subscribe.WaitAsync(_patience);
        await publish.WaitAsync(_patience);
    }

    // MQTT 5 section 3.1.2.11.4: the broker must not send it, and the link goes on.
    [Fact]
    public async Task Subscribe_ToAMessageOverTheLimit_LeavesItOutAndGoesOn()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        var inbox = new Inbox();
        await using var receiver = await ConnectAsync(broker.Port, inbox.Add);
        await receiver.SubscribeAsync("n/+", MqttQos.AtLeastOnce, default);
        await using var link = await ConnectAsync(broker.Port);

        await link.PublishAsync(Patterned(1, MqttLinkOptions.ReceivedPacketBytesMax), default).WaitAsync(_patience);
        await link.PublishAsync(Patterned(2, MqttLinkOptions.ReceivedPacketBytesMax - 100), default).WaitAsync(_patience);

        Assert.Equal("n/2", (await inbox.NextAsync()).Topic);
        Assert.False(receiver.Disconnected.IsCompleted);
    }

    [Fact]
    public async Task Publish_AcknowledgedTwiceOrNeverSent_ChangesNothing()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack());
        await using var link = await ConnectAsync(broker.Port);
        var first = link.PublishAsync(Message("t"), default);
        await broker.WaitForPublishAsync();
        foreach (var id in new ushort[] { 1, 1, 77 })
            await broker.SendAsync(ScriptedBroker.Puback(id, 0));
        await first.WaitAsync(_patience);

        var second = link.PublishAsync(Message("t"), default);
        await broker.WaitForPublishAsync();
        Assert.False(second.IsCompleted);
        await broker.SendAsync(ScriptedBroker.Puback(2, 0));
        await second.WaitAsync(_patience);
    }

    // The other side of a link: it took CONNECT, and reads as it is told.
    private static async Task<Socket> AcceptAsync(IMqttLink link)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connect = link.ConnectAsync(Options(((IPEndPoint)listener.LocalEndpoint).Port), default);
        var peer = await listener.AcceptSocketAsync();
        Assert.True(await peer.ReceiveAsync(new byte[10_000]) > 0);
        await peer.SendAsync(ScriptedBroker.Connack());
        await connect.WaitAsync(_patience);
        return peer;
    }

    private static async Task<Task[]> PublishIntoABlockedWriteAsync(IMqttLink link, Socket peer, int count)
    {
        var bytes = new byte[10_000];
        var publishes = Enumerable.Range(0, count).Select(i => link.PublishAsync(Patterned(i, 1_000_000), default)).ToArray();
        for (var received = 0; received < 1_500_000;)
            received += await peer.ReceiveAsync(bytes);
        return publishes;
    }

    private static MqttMessage Patterned(int number, int bytes)
    {
        var payload = new byte[bytes];
        for (var i = 0; i < bytes; i++)
            payload[i] = (byte)(number + (i * 7) + (i >> 8));
        return new MqttMessage { Topic = $"n/{number}", Payload = payload };
    }
}
