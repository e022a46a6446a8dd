using System.Diagnostics;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

public sealed class MqttRateTests(ITestOutputHelper output)
{
    // A link that sends with Nagle's delay or one message a round trip falls far below this.
    private const int RateMin = 2_000;
    private const int Count = 20_000;

    [Fact]
    public async Task Publish_Qos1ToMosquitto_IsPipelined()
    {
        await using var broker = await MosquittoProcess.StartAsync(new() { Extra = "max_inflight_messages 1000" });
        var rates = new List<double>();
        // The first round warms up the compiler and the broker.
        for (var round = 0; round < 2; round++)
        {
            rates.Clear();
            foreach (var stack in MqttStack.All)
                rates.Add(await RateAsync(stack, broker.Port));
        }

        for (var i = 0; i < rates.Count; i++)
            output.WriteLine($"{MqttStack.All[i].Name}: {rates[i]:F0} QoS 1 publishes of 220 bytes a second, {rates[i] / rates[0]:F2} of the first");
        Assert.All(rates, rate => Assert.InRange(rate, RateMin, double.MaxValue));
    }

    private static async Task<double> RateAsync(IMqttStack stack, int port)
    {
        await using var link = stack.CreateLink();
        await link.ConnectAsync(new MqttLinkOptions { Host = MosquittoProcess.Host, Port = port, ClientId = "rate" }, default);
        var message = new MqttMessage { Topic = "rate/test", Payload = new byte[220] };
        var publishes = new Task[Count];
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Count; i++)
            publishes[i] = link.PublishAsync(message, default);
        await Task.WhenAll(publishes).WaitAsync(TimeSpan.FromSeconds(60));
        return Count / watch.Elapsed.TotalSeconds;
    }
}
