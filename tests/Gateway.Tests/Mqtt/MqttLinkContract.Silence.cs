using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

/// <summary>This part: a peer that no longer answers, or answers slowly.</summary>
public abstract partial class MqttLinkContract
{
    [Fact]
    public async Task Publish_NeverAcknowledged_EndsTheLinkAfterItsTime()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack());
        await using var link = await ConnectImpatientAsync(broker.Port, acknowledgementTimeoutMs: 200);
        var publishes = Enumerable.Range(0, 3).Select(_ => link.PublishAsync(Message("t"), default)).ToArray();

        var end = await link.Disconnected.WaitAsync(_patience);

        Assert.Equal(MqttLinkFailure.AcknowledgementTimedOut, end.Failure);
        foreach (var publish in publishes)
        {
            var failure = await Assert.ThrowsAsync<MqttLinkException>(() => publish.WaitAsync(_patience));
            Assert.Equal(MqttLinkFailure.AcknowledgementTimedOut, failure.Failure);
        }
    }

    // As far as the broker goes on acknowledging, a full window may take longer than the time for one.
    [Fact]
    public async Task Publish_AcknowledgedSlowlyOneAfterTheOther_KeepsTheLink()
    {
        const int TimeoutMs = 2_400;
        const int Count = 12;
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack());
        await using var link = await ConnectImpatientAsync(broker.Port, TimeoutMs);
        var publishes = Enumerable.Range(0, Count).Select(_ => link.PublishAsync(Message("t"), default)).ToArray();
        for (var i = 0; i < Count; i++)
            await broker.WaitForPublishAsync();

        for (ushort id = 1; id <= Count; id++)
        {
            await Task.Delay(TimeoutMs / 6);
            await broker.SendAsync(ScriptedBroker.Puback(id, 0));
        }

        await Task.WhenAll(publishes).WaitAsync(_patience);
        Assert.False(link.Disconnected.IsCompleted);
    }

    [Fact]
    public async Task Publish_OneLeftOutOfTheAcknowledgements_EndsTheLink()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack(), id => id == 1 ? null : ScriptedBroker.Puback(id, 0));
        await using var link = await ConnectImpatientAsync(broker.Port, acknowledgementTimeoutMs: 200);
        var forgotten = link.PublishAsync(Message("t"), default);
        while (!link.Disconnected.IsCompleted)
            await Task.WhenAny(link.PublishAsync(Message("t"), default).WaitAsync(_patience), link.Disconnected);

        Assert.Equal(MqttLinkFailure.AcknowledgementTimedOut, (await link.Disconnected).Failure);
        await Assert.ThrowsAsync<MqttLinkException>(() => forgotten);
    }

    [Fact]
    public async Task Publish_AcknowledgedInTimeThenIdle_KeepsTheLink()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectImpatientAsync(broker.Port, acknowledgementTimeoutMs: 4_000);
        await link.PublishAsync(Message("t"), default);
        // Several of its times without anything under way: the watch must have nothing to say.
        await Task.WhenAny(link.Disconnected, Task.Delay(9_000));
        Assert.False(link.Disconnected.IsCompleted);
        await link.PublishAsync(Message("t"), default);
    }

    // SIGSTOP: the connection stands, the system takes the bytes, nobody answers.
    [Fact]
    public async Task Publish_ToASuspendedMosquitto_EndsTheLink()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectImpatientAsync(broker.Port, acknowledgementTimeoutMs: 500);
        broker.Suspend();

        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => link.PublishAsync(Message("t"), default).WaitAsync(_patience));

        Assert.Equal(MqttLinkFailure.AcknowledgementTimedOut, failure.Failure);
        Assert.Equal(MqttLinkFailure.AcknowledgementTimedOut, (await link.Disconnected.WaitAsync(_patience)).Failure);
    }

    [Fact]
    public async Task Subscribe_ToASuspendedMosquitto_EndsTheLink()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectImpatientAsync(broker.Port, acknowledgementTimeoutMs: 500);
        broker.Suspend();

        var failure = await Assert.ThrowsAsync<MqttLinkException>(
            () => link.SubscribeAsync("t", MqttQos.AtLeastOnce, default).WaitAsync(_patience));

        Assert.Equal(MqttLinkFailure.AcknowledgementTimedOut, failure.Failure);
        Assert.Equal(MqttLinkFailure.AcknowledgementTimedOut, (await link.Disconnected.WaitAsync(_patience)).Failure);
    }

    [Fact]
    public async Task Disconnected_WhenAnIdleLinksBrokerIsSuspended_IsNoticedByTheKeepAlive()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectImpatientAsync(broker.Port, acknowledgementTimeoutMs: 1_000);
        broker.Suspend();

        Assert.Equal(MqttLinkFailure.KeepAliveExpired, (await link.Disconnected.WaitAsync(_patience)).Failure);
    }

    // MQTT 5 section 3.2.2.3.14: the broker's time holds, not the one asked for.
    [Fact]
    public async Task Connect_ToABrokerWithAShorterKeepAlive_PingsByTheBrokers()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.ConnackOfKeepAlive(seconds: 1));
        await using var link = stack.CreateLink();
        await link.ConnectAsync(
            new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "idle", KeepAliveSeconds = 3_600 }, default);

        Assert.True(await broker.IsPingedAsync(TimeSpan.FromSeconds(60)), "no PINGREQ came");
    }

    // message_size_limit counts the payload and is told in the PUBACK; the CONNACK does not speak of it.
    [Fact]
    public async Task Publish_OverMosquittosMessageSizeLimit_IsTooLargeAndTheLinkGoesOn()
    {
        await using var broker = await MosquittoProcess.StartAsync(new() { Extra = "message_size_limit 100" });
        await using var link = await ConnectAsync(broker.Port);
        var failure = await Assert.ThrowsAsync<MqttLinkException>(
            () => link.PublishAsync(Message("t", new string('x', 101)), default).WaitAsync(_patience));
        Assert.Equal((MqttLinkFailure.MessageTooLarge, (byte?)0x95), (failure.Failure, failure.ReasonCode));
        await link.PublishAsync(Message("t"), default).WaitAsync(_patience);
    }

    private async Task<IMqttLink> ConnectImpatientAsync(int port, int acknowledgementTimeoutMs)
    {
        var link = stack.CreateLink();
        await link.ConnectAsync(
            new MqttLinkOptions
            {
                Host = MosquittoProcess.Host,
                Port = port,
                ClientId = $"test-{Guid.NewGuid():N}",
                KeepAliveSeconds = 5,
                AcknowledgementTimeoutMs = acknowledgementTimeoutMs,
            },
            default);
        return link;
    }
}
