#if MQTTNET
using BoatTelemetry.Mqtt;
using Xunit;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

/// <summary>What this stack looks at by itself, and libmosquitto leaves to the broker or the caller.</summary>
public sealed class MqttNetOnlyTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(MqttVersion.Mqtt5)]
    [InlineData(MqttVersion.Mqtt311)]
    public async Task Link_ToABrokerThatSendsMoreThanTheLimit_EndsBeforeItIsThere(MqttVersion version)
    {
        await using var broker = new ScriptedBroker(version == MqttVersion.Mqtt5 ? ScriptedBroker.Connack() : [0x20, 2, 0, 0]);
        await using var link = MqttStacks.Named("MQTTnet").CreateLink();
        await link.ConnectAsync(new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "x", Version = version }, default);

        // Type and length of the largest PUBLISH there is, and nothing of it.
        await broker.SendAsync([0x30, 0xFF, 0xFF, 0xFF, 0x7F]);

        var end = await link.Disconnected.WaitAsync(_patience);
        Assert.Equal(MqttLinkFailure.ProtocolError, end.Failure);
        Assert.Contains("268435460 bytes", end.Detail, StringComparison.Ordinal);
    }

    // Good when it was taken, and not when its turn comes: the list is the caller's.
    [Fact]
    public async Task Publish_ThatIsNoMessageWhenItsTurnComes_FailsAloneAndMakesRoom()
    {
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack(receiveMaximum: 1));
        await using var link = MqttStacks.Named("MQTTnet").CreateLink();
        await link.ConnectAsync(new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "x" }, default);
        var properties = new List<KeyValuePair<string, string>> { new("unit", "17") };
        var first = link.PublishAsync(new MqttMessage { Topic = "t" }, default);
        var malformed = link.PublishAsync(new MqttMessage { Topic = "bad", UserProperties = properties }, default);
        var last = link.PublishAsync(new MqttMessage { Topic = "t" }, default);
        await broker.WaitForPublishAsync();
        properties.Add(new("long", new string('x', 65_536)));

        await broker.SendAsync(ScriptedBroker.Puback(broker.Identifiers[^1], 0));

        await first.WaitAsync(_patience);
        var failure = await Assert.ThrowsAsync<MqttLinkException>(() => malformed.WaitAsync(_patience));
        Assert.Equal((MqttLinkFailure.MessageMalformed, "bad"), (failure.Failure, failure.Topic));
        await broker.WaitForPublishAsync();
        await broker.SendAsync(ScriptedBroker.Puback(broker.Identifiers[^1], 0));
        await last.WaitAsync(_patience);
        Assert.False(link.Disconnected.IsCompleted);
    }
}
#endif
