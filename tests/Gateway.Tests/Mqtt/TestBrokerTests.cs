using System.Globalization;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

/// <summary>The broker that other tests count messages behind.</summary>
public sealed class TestBrokerTests
{
    // More than mosquitto keeps for a client by itself.
    private const int Count = 1_500;

    [Fact]
    public async Task Subscriber_ThatWasAway_GetsEveryMessage()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using (var first = await ConnectAsync(broker.Port, "slow", static _ => { }))
            await first.SubscribeAsync("n", MqttQos.AtLeastOnce, CancellationToken.None);
        await using (var publisher = await ConnectAsync(broker.Port, "publisher", static _ => { }))
        {
            await Task.WhenAll(Enumerable.Range(0, Count).Select(i => publisher.PublishAsync(
                new MqttMessage { Topic = "n", Payload = BitConverter.GetBytes(i) }, CancellationToken.None)));
        }

        var received = 0;
        await using var later = await ConnectAsync(broker.Port, "slow", _ => Interlocked.Increment(ref received));

        await Support.Eventually.TrueAsync(
            () => Volatile.Read(ref received) == Count, () => string.Create(CultureInfo.InvariantCulture, $"{received} of {Count} arrive\n{broker.Log}"), 60_000);
    }

    private static async Task<IMqttLink> ConnectAsync(int port, string clientId, Action<MqttMessage> onMessage)
    {
        var link = MqttStack.Default.CreateLink();
        link.OnMessage = onMessage;
        await link.ConnectAsync(
            new MqttLinkOptions { Host = MosquittoProcess.Host, Port = port, ClientId = clientId, CleanStart = false, SessionExpirySeconds = 600 },
            CancellationToken.None);
        return link;
    }
}
