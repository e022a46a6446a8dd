using System.Diagnostics;
using System.Globalization;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Service;

public sealed class GatewayRateTests(ITestOutputHelper output)
{
    // One commit or one round trip for each frame falls below this; a debug build on a busy machine does not.
    private const int RateMin = 500;

    // Fewer than ingest.queueDatagramsMax, so that none is refused however fast they are sent.
    private const int Count = 8000;
    private const int FramesInDatagram = 8;

    [Fact]
    public async Task Frames_AsFastAsTheyAreAcknowledged_AllComeOutInOrder()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync(new() { Extra = "max_inflight_messages 1000" });
        await using var states = await MosquittoSubscriber.StartAsync(broker.Port, "patrol/v1/gateway/boat-gateway/state", "%p");
        await using var gateway = new TestGateway($"\"host\": \"127.0.0.1\", \"port\": {broker.Port}", boat);
        gateway.AddSection("\"admission\": { \"framesPerSecondMax\": 100000 }");
        await gateway.StartAsync();

        // What is committed before the connection comes as history.
        await states.ReadAsync();
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, "patrol/v1/+/+/position", "%P %p");
        using var concentrator = new TestConcentrator(gateway.UdpPort);
        var datagrams = Enumerable.Range(0, Count).Select(i => boat.FrameNow((uint)i)).Chunk(FramesInDatagram).ToList();
        await concentrator.PushAsync([]);

        var watch = Stopwatch.StartNew();
        var pushing = Task.Run(async () =>
        {
            foreach (var frames in datagrams)
                await concentrator.PushAsync(frames);
            return watch.Elapsed.TotalSeconds;
        });
        for (var i = 0; i < Count; i++)
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $" counter:{i} "), await subscriber.ReadAsync(), StringComparison.Ordinal);
        var seconds = watch.Elapsed.TotalSeconds;

        output.WriteLine($"{Count / await pushing:F0} frames a second acknowledged to the concentrator, {Count / seconds:F0} through to mosquitto_sub");
        Assert.InRange(Count / seconds, RateMin, double.MaxValue);
    }
}
