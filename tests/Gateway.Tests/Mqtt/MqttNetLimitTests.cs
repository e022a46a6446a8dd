#if MQTTNET
using BoatTelemetry.Mqtt;
using Xunit;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

/// <summary>Limits that this stack holds by itself, and libmosquitto leaves to the broker.</summary>
public sealed class MqttNetLimitTests
{
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

        var end = await link.Disconnected.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(MqttLinkFailure.ProtocolError, end.Failure);
        Assert.Contains("268435460 bytes", end.Detail, StringComparison.Ordinal);
    }
}
#endif
