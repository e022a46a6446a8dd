using System.Text;
using System.Text.Json;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

/// <summary>This part: messages out and in.</summary>
public abstract partial class MqttLinkContract
{
    [Fact]
    public async Task Publish_WithoutPuback_DoesNotComplete()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack());
        await using var link = await ConnectAsync(broker.Port);
        var publish = link.PublishAsync(Message("t"), default);
        await broker.WaitForPublishAsync();
        // The PUBACK of a second one comes back while the first still waits: the link is alive and reads.
        Assert.False(publish.IsCompleted);
        var second = link.PublishAsync(Message("t"), default);
        await broker.WaitForPublishAsync();
        await broker.SendAsync(ScriptedBroker.Puback(2, 0));
        await second.WaitAsync(_patience);
        Assert.False(publish.IsCompleted);
        await broker.SendAsync(ScriptedBroker.Puback(1, 0));
        await publish.WaitAsync(_patience);
    }

    public static TheoryData<MqttMessage> MessagesOfEverySize() =>
    [
        Message("t", ""),
        Message("t", "x", MqttQos.AtMostOnce),
        // Around where a length takes a second byte, and a third.
        Message("t", new string('x', 121)),
        Message("t", new string('x', 122)),
        Message("t", new string('x', 123)),
        Message("t", new string('x', 16_377)),
        Message("t", new string('x', 16_378)),
        Message("t", new string('x', 16_379)),
        new()
        {
            Topic = "löng/tøpic",
            Payload = new byte[300],
            Retain = true,
            ContentType = "application/jsön",
            ExpirySeconds = 60,
            ResponseTopic = "answer/å",
            CorrelationData = new byte[] { 1, 2, 3 },
            UserProperties = [new("unit", "17"), new("unit", new string('é', 70))],
        },
    ];

    [Theory]
    [MemberData(nameof(MessagesOfEverySize), DisableDiscoveryEnumeration = true)]
    public async Task Publish_OneByteOverTheBrokersMaximumPacketSize_IsRefusedUnsentAndTheLinkGoesOn(MqttMessage message)
    {
        static byte[] Acknowledge(ushort id) => ScriptedBroker.Puback(id, 0);
        await using var unlimited = new ScriptedBroker(ScriptedBroker.Connack(), Acknowledge);
        await using (var link = await ConnectAsync(unlimited.Port))
        {
            await link.PublishAsync(message, default);
            await unlimited.WaitForPublishAsync();
        }

        var bytes = unlimited.LastPublishBytes;
        await using var exact = new ScriptedBroker(ScriptedBroker.ConnackOfPacketSize(bytes), Acknowledge);
        await using (var link = await ConnectAsync(exact.Port))
        {
            await link.PublishAsync(message, default).WaitAsync(_patience);
            await exact.WaitForPublishAsync();
        }

        await using var small = new ScriptedBroker(ScriptedBroker.ConnackOfPacketSize(bytes - 1), Acknowledge);
        await using (var link = await ConnectAsync(small.Port))
        {
            var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.PublishAsync(message, default).WaitAsync(_patience));
            Assert.Equal((MqttLinkFailure.MessageTooLarge, message.Topic), (failure.Failure, failure.Topic));
            Assert.Equal(0, small.PublishCount);
            Assert.False(link.Disconnected.IsCompleted);
        }
    }

    [Fact]
    public async Task Publish_OverMosquittosMaximumPacketSize_IsRefusedAndTheLinkGoesOn()
    {
        await using var broker = await MosquittoProcess.StartAsync(new() { Extra = "max_packet_size 500" });
        await using var link = await ConnectAsync(broker.Port);
        var tooLarge = link.PublishAsync(Message("t", new string('x', 500)), default);
        var next = link.PublishAsync(Message("t"), default);
        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => tooLarge.WaitAsync(_patience));
        Assert.Equal(MqttLinkFailure.MessageTooLarge, failure.Failure);
        await next.WaitAsync(_patience);
    }

    [Fact]
    public async Task Publish_PendingWhenTheConnectionBreaks_FailsTyped()
    {
        var broker = new ScriptedBroker(ScriptedBroker.Connack(receiveMaximum: 2));
        await using var link = await ConnectAsync(broker.Port);
        // Two on the wire, one that waits behind them.
        var publishes = Enumerable.Range(0, 3).Select(i => link.PublishAsync(Message($"t/{i}"), default)).ToArray();
        await broker.WaitForPublishAsync();
        await broker.WaitForPublishAsync();
        await broker.DisposeAsync();
        for (var i = 0; i < 3; i++)
        {
            var failure = await Assert.ThrowsAsync<MqttLinkException>(() => publishes[i].WaitAsync(_patience));
            Assert.Equal((MqttLinkFailure.ConnectionLost, $"t/{i}"), (failure.Failure, failure.Topic));
        }
    }

    [Fact]
    public async Task Publish_PendingWhenTheLinkIsDisposed_FailsAsClosed()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack());
        var link = await ConnectAsync(broker.Port);
        var publish = link.PublishAsync(Message("t"), default);
        await broker.WaitForPublishAsync();
        await link.DisposeAsync();
        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => publish.WaitAsync(_patience));
        Assert.Equal(MqttLinkFailure.Closed, failure.Failure);
    }

    [Fact]
    public async Task Publish_RefusedByTheBroker_FailsWithTopicAndReasonAndTheLinkGoesOn()
    {
        var answers = new Queue<byte>([0x97, 0x10, 0x00]);
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack(), id => ScriptedBroker.Puback(id, answers.Dequeue()));
        await using var link = await ConnectAsync(broker.Port);
        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.PublishAsync(Message("boats/7"), default));
        Assert.Equal(
            (MqttLinkFailure.PublishRefused, (byte?)0x97, "boats/7"), (failure.Failure, failure.ReasonCode, failure.Topic));
        await link.PublishAsync(Message("no-subscribers"), default);
        await link.PublishAsync(Message("taken"), default);
    }

    [Fact]
    public async Task Publish_ForbiddenByMosquittosAccessList_FailsAsNotAuthorized()
    {
        await using var broker = await MosquittoProcess.StartAsync(new() { AccessControl = "topic write allowed/#\n" });
        await using var link = await ConnectAsync(broker.Port);
        await link.PublishAsync(Message("allowed/a"), default);
        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.PublishAsync(Message("forbidden"), default));
        Assert.Equal(((byte?)0x87, "forbidden"), (failure.ReasonCode, failure.Topic));
    }

    [Fact]
    public async Task Publish_MoreThanMayBePending_SendsNoMoreThanTheBrokersReceiveMaximum()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack(receiveMaximum: 3));
        await using var link = await ConnectAsync(broker.Port);
        var publishes = Enumerable.Range(0, 5).Select(_ => link.PublishAsync(Message("t"), default)).ToArray();
        for (var i = 0; i < 3; i++)
            await broker.WaitForPublishAsync();
        Assert.Equal(3, broker.PublishCount);
        await broker.SendAsync(ScriptedBroker.Puback(1, 0));
        await broker.WaitForPublishAsync();
        await publishes[0].WaitAsync(_patience);
        Assert.Equal(4, broker.PublishCount);
        Assert.Equal(4, publishes.Count(p => !p.IsCompleted));
    }

    [Fact]
    public async Task Publish_CancelledWhileItWaits_IsNeverSent()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack());
        await using var link = await ConnectAsync(broker.Port, publishesPendingMax: 1);
        using var cancel = new CancellationTokenSource();
        var sent = link.PublishAsync(Message("first"), cancel.Token);
        var waiting = link.PublishAsync(Message("second"), cancel.Token);
        var last = link.PublishAsync(Message("third"), default);
        await broker.WaitForPublishAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        // The first keeps its place until it is answered, then the third is the second that goes out.
        Assert.Equal(1, broker.PublishCount);
        await broker.SendAsync(ScriptedBroker.Puback(1, 0));
        await broker.WaitForPublishAsync();
        await broker.SendAsync(ScriptedBroker.Puback(2, 0));
        await last.WaitAsync(_patience);
        Assert.Equal(2, broker.PublishCount);
    }

    [Fact]
    public async Task Publish_BeforeConnect_IsMisuse()
    {
        await using var link = stack.CreateLink();
        await Assert.ThrowsAsync<InvalidOperationException>(() => link.PublishAsync(Message("t"), default));
        await Assert.ThrowsAsync<InvalidOperationException>(() => link.SubscribeAsync("t", MqttQos.AtLeastOnce, default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/+")]
    [InlineData("a/#")]
    [InlineData("a\0b")]
    public async Task Publish_ToWhatIsNoTopic_IsMisuseAndHarmless(string topic)
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectAsync(broker.Port);
        await Assert.ThrowsAsync<ArgumentException>(() => link.PublishAsync(Message(topic), default));
        await link.PublishAsync(Message("t"), default);
    }

    [Theory]
    [InlineData(MqttQos.AtLeastOnce)]
    [InlineData(MqttQos.AtMostOnce)]
    public async Task Publish_TenThousandAtOnce_ArriveInOrder(MqttQos qos)
    {
        const int Count = 10_000;
        await using var broker = await MosquittoProcess.StartAsync(
            new() { Extra = "max_inflight_messages 500" });
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, "n", "%p");
        await using var link = await ConnectAsync(broker.Port);
        var publishes = Enumerable.Range(0, Count).Select(i => link.PublishAsync(Message("n", $"{i}", qos), default)).ToArray();
        await Task.WhenAll(publishes).WaitAsync(_patience);
        for (var i = 0; i < Count; i++)
            Assert.Equal($"{i}", await subscriber.ReadAsync());
    }

    [Fact]
    public async Task Publish_FromManyThreads_AllArrive()
    {
        const int Threads = 4;
        const int Each = 500;
        await using var broker = await MosquittoProcess.StartAsync();
        var inbox = new Inbox();
        await using var receiver = await ConnectAsync(broker.Port, inbox.Add);
        await receiver.SubscribeAsync("n/+", MqttQos.AtLeastOnce, default);
        await using var link = await ConnectAsync(broker.Port);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(t => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
                await link.PublishAsync(Message($"n/{t}", $"{i}"), default);
        })));
        var next = new int[Threads];
        for (var i = 0; i < Threads * Each; i++)
        {
            var message = await inbox.NextAsync();
            var thread = message.Topic[2] - '0';
            Assert.Equal($"{next[thread]++}", Encoding.UTF8.GetString(message.Payload.Span));
        }
    }

    [Fact]
    public async Task Publish_WithEveryProperty_IsSeenByMosquittoSub()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, "#", "%j");
        await using var link = await ConnectAsync(broker.Port);
        await link.PublishAsync(FullMessage("full", retain: false), default);
        using var json = JsonDocument.Parse(await subscriber.ReadAsync());
        var root = json.RootElement;
        Assert.Equal("full", root.GetProperty("topic").GetString());
        Assert.Equal("Käpt'n", root.GetProperty("payload").GetString());
        Assert.Equal(1, root.GetProperty("qos").GetInt32());
        var properties = root.GetProperty("properties");
        Assert.Equal("application/json", properties.GetProperty("content-type").GetString());
        Assert.Equal(3600, properties.GetProperty("message-expiry-interval").GetInt32());
        Assert.Equal("answers/here", properties.GetProperty("response-topic").GetString());
        Assert.Equal("corr", properties.GetProperty("correlation-data").GetString());
        // One object whose names may repeat (mosquitto_sub 2.0).
        var user = properties.GetProperty("user-properties").EnumerateObject().Select(p => (p.Name, p.Value.GetString()));
        Assert.Equal([("unit", "7"), ("unit", "8"), ("ветер", "")], user);
    }

    [Fact]
    public async Task Receive_WithEveryProperty_ReadsThemBack()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        var inbox = new Inbox();
        await using var link = await ConnectAsync(broker.Port, inbox.Add);
        await link.SubscribeAsync("full", MqttQos.AtLeastOnce, default);
        await MosquittoPublisher.PublishAsync(
            broker.Port, "full", "hello",
            "-D", "publish", "content-type", "text/plain", "-D", "publish", "message-expiry-interval", "77",
            "-D", "publish", "response-topic", "back", "-D", "publish", "correlation-data", "cd",
            "-D", "publish", "user-property", "a", "1", "-D", "publish", "user-property", "a", "2");
        var message = await inbox.NextAsync();
        Assert.Equal(("full", "hello", MqttQos.AtLeastOnce, false),
            (message.Topic, Encoding.UTF8.GetString(message.Payload.Span), message.Qos, message.Retain));
        Assert.Equal(("text/plain", "back"), (message.ContentType, message.ResponseTopic));
        Assert.InRange(message.ExpirySeconds!.Value, 70u, 77u);
        Assert.Equal("cd"u8.ToArray(), message.CorrelationData.ToArray());
        Assert.Equal([new("a", "1"), new("a", "2")], message.UserProperties);
    }

    [Fact]
    public async Task Receive_WithNoProperty_HasNone()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        var inbox = new Inbox();
        await using var link = await ConnectAsync(broker.Port, inbox.Add);
        await link.SubscribeAsync("bare", MqttQos.AtMostOnce, default);
        await link.PublishAsync(new MqttMessage { Topic = "bare" }, default);
        var message = await inbox.NextAsync();
        Assert.Equal(MqttQos.AtMostOnce, message.Qos);
        Assert.True(message.Payload.IsEmpty && message.CorrelationData.IsEmpty && message.UserProperties.Count == 0);
        Assert.Null(message.ContentType);
        Assert.Null(message.ResponseTopic);
        Assert.Null(message.ExpirySeconds);
    }

    [Fact]
    public async Task Retained_AcrossLinks_ComesToALaterSubscriberAsWritten()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using (var link = await ConnectAsync(broker.Port))
            await link.PublishAsync(FullMessage("kept/here", retain: true), default);
        var inbox = new Inbox();
        await using var later = await ConnectAsync(broker.Port, inbox.Add);
        await later.SubscribeAsync("kept/#", MqttQos.AtLeastOnce, default);
        var message = await inbox.NextAsync();
        var expected = FullMessage("kept/here", retain: true);
        Assert.True(message.Retain);
        Assert.Equal(expected.Payload.ToArray(), message.Payload.ToArray());
        Assert.Equal(expected.UserProperties, message.UserProperties);
        Assert.Equal(expected.CorrelationData.ToArray(), message.CorrelationData.ToArray());
        Assert.Equal((expected.ContentType, expected.ResponseTopic), (message.ContentType, message.ResponseTopic));
        Assert.InRange(message.ExpirySeconds!.Value, 3590u, 3600u);
    }

    [Fact]
    public async Task Retained_OnAPersistentBroker_OutlivesItsKill()
    {
        await using var broker = await MosquittoProcess.StartAsync(new() { IsPersistent = true });
        await using (var link = await ConnectAsync(broker.Port))
        {
            await link.PublishAsync(FullMessage("kept", retain: true), default);
            // mosquitto saves on every change, but after the PUBACK: a second one says that the first was saved.
            await link.PublishAsync(Message("other"), default);
            await link.PublishAsync(Message("other"), default);
        }

        await broker.RestartAsync();
        var inbox = new Inbox();
        await using var later = await ConnectAsync(broker.Port, inbox.Add);
        await later.SubscribeAsync("kept", MqttQos.AtLeastOnce, default);
        Assert.Equal("Käpt'n", Encoding.UTF8.GetString((await inbox.NextAsync()).Payload.Span));
    }

    [Fact]
    public async Task Receive_ThroughWildcards_ComesInOrderAndOnlyWhatMatches()
    {
        const int Count = 2_000;
        await using var broker = await MosquittoProcess.StartAsync();
        var inbox = new Inbox();
        await using var receiver = await ConnectAsync(broker.Port, inbox.Add);
        await receiver.SubscribeAsync("boats/+/position", MqttQos.AtLeastOnce, default);
        await using var sender = await ConnectAsync(broker.Port);
        var publishes = new List<Task>();
        for (var i = 0; i < Count; i++)
        {
            publishes.Add(sender.PublishAsync(Message($"boats/{i % 5}/position", $"{i}"), default));
            publishes.Add(sender.PublishAsync(Message($"boats/{i % 5}/status", "no"), default));
        }

        await Task.WhenAll(publishes).WaitAsync(_patience);
        for (var i = 0; i < Count; i++)
            Assert.Equal($"{i}", Encoding.UTF8.GetString((await inbox.NextAsync()).Payload.Span));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/#/b")]
    [InlineData("a#")]
    [InlineData("a+/b")]
    public async Task Subscribe_ToWhatIsNoFilter_IsMisuse(string filter)
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectAsync(broker.Port);
        await Assert.ThrowsAsync<ArgumentException>(() => link.SubscribeAsync(filter, MqttQos.AtLeastOnce, default));
    }

    [Theory]
    [InlineData(MqttQos.AtLeastOnce)]
    [InlineData(MqttQos.AtMostOnce)]
    public async Task Publish_OfALargePayload_ArrivesWhole(MqttQos qos)
    {
        var payload = new byte[200_000];
        new Random(1).NextBytes(payload);
        await using var broker = await MosquittoProcess.StartAsync();
        var inbox = new Inbox();
        await using var link = await ConnectAsync(broker.Port, inbox.Add);
        await link.SubscribeAsync("large", qos, default);
        await link.PublishAsync(new MqttMessage { Topic = "large", Payload = payload, Qos = qos }, default);
        Assert.Equal(payload, (await inbox.NextAsync()).Payload.ToArray());
    }

    [Fact]
    public async Task Publish_FromTheMessageHandler_Works()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, "pong", "%p");
        await using var link = stack.CreateLink();
        link.OnMessage = message => _ = link.PublishAsync(new MqttMessage { Topic = "pong", Payload = message.Payload }, default);
        await link.ConnectAsync(Options(broker.Port), default);
        await link.SubscribeAsync("ping", MqttQos.AtLeastOnce, default);
        await MosquittoPublisher.PublishAsync(broker.Port, "ping", "echo");
        Assert.Equal("echo", await subscriber.ReadAsync());
    }

    [Fact]
    public async Task MessageHandler_ThatThrows_EndsTheLinkWithThatReason()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectAsync(broker.Port, _ => throw new InvalidOperationException("handler bug"));
        await link.SubscribeAsync("t", MqttQos.AtLeastOnce, default);
        await MosquittoPublisher.PublishAsync(broker.Port, "t", "x");
        var end = await link.Disconnected.WaitAsync(_patience);
        Assert.Equal(MqttLinkFailure.HandlerFailed, end.Failure);
        Assert.Contains("handler bug", end.Detail, StringComparison.Ordinal);
    }

    private static MqttMessage FullMessage(string topic, bool retain) => new()
    {
        Topic = topic,
        Payload = Encoding.UTF8.GetBytes("Käpt'n"),
        Retain = retain,
        ContentType = "application/json",
        ExpirySeconds = 3600,
        ResponseTopic = "answers/here",
        CorrelationData = "corr"u8.ToArray(),
        UserProperties = [new("unit", "7"), new("unit", "8"), new("ветер", "")],
    };
}
