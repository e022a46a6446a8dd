using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

/// <summary>What an embedded broker promises, with every client library of this build and with mosquitto's own programs.</summary>
public abstract class MqttBrokerContract(IMqttStack stack)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Start_OnPortZero_TakesAFreePortAndServesBothClients()
    {
        await using var broker = stack.CreateBroker();
        Assert.Equal(0, broker.Port);
        await broker.StartAsync(IPAddress.Loopback, 0, default);
        Assert.NotEqual(0, broker.Port);
        foreach (var client in MqttStack.All)
        {
            var received = new TaskCompletionSource<MqttMessage>();
            await using var link = client.CreateLink();
            link.OnMessage = m => received.TrySetResult(m);
            await link.ConnectAsync(Options(broker.Port), default);
            await link.SubscribeAsync("demo/+", MqttQos.AtLeastOnce, default);
            await link.PublishAsync(
                new MqttMessage { Topic = "demo/a", Payload = "1"u8.ToArray(), UserProperties = [new("k", "v")] }, default);
            var message = await received.Task.WaitAsync(_patience);
            Assert.Equal([new("k", "v")], message.UserProperties);
        }
    }

    [Fact]
    public async Task Serve_MosquittosPrograms_DeliversBetweenThem()
    {
        await using var broker = stack.CreateBroker();
        await broker.StartAsync(IPAddress.Loopback, 0, default);
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, "#", "%t %p");
        await MosquittoPublisher.PublishAsync(broker.Port, "demo", "hello");
        Assert.Equal("demo hello", await subscriber.ReadAsync());
    }

    // What mosquitto_sub sends when it is given no -i; MQTT 5 section 3.1.3.1, MQTT 3.1.1 section 3.1.3.1.
    [Theory]
    [InlineData("mqttv5")]
    [InlineData("mqttv311")]
    public async Task Connect_WithAnEmptyClientId_IsGivenOneOfItsOwn(string version)
    {
        await using var broker = stack.CreateBroker();
        await broker.StartAsync(IPAddress.Loopback, 0, default);
        await MosquittoPublisher.PublishAsync(broker.Port, "demo", "hello", "-r");
        // Two at a time: with one and the same identifier, each would end the other.
        string[] arguments = ["-h", "127.0.0.1", "-p", $"{broker.Port}", "-V", version, "-t", "#", "-C", "2", "-W", "20"];
        var subscribers = Enumerable.Range(0, 2).Select(_ => RunSubscriberAsync(arguments)).ToArray();
        await MosquittoPublisher.PublishAsync(broker.Port, "other", "hello", "-r");
        Assert.All(await Task.WhenAll(subscribers), said => Assert.Equal("hello hello", said));
    }

    [Fact]
    public async Task Retained_BetweenClients_IsKeptUntilTheBrokerStops()
    {
        await using var broker = stack.CreateBroker();
        await broker.StartAsync(IPAddress.Loopback, 0, default);
        await using (var link = MqttStack.Default.CreateLink())
        {
            await link.ConnectAsync(Options(broker.Port), default);
            await link.PublishAsync(new MqttMessage { Topic = "state", Payload = "up"u8.ToArray(), Retain = true }, default);
        }

        foreach (var client in MqttStack.All)
        {
            var received = new TaskCompletionSource<MqttMessage>();
            await using var link = client.CreateLink();
            link.OnMessage = m => received.TrySetResult(m);
            await link.ConnectAsync(Options(broker.Port), default);
            await link.SubscribeAsync("#", MqttQos.AtLeastOnce, default);
            var message = await received.Task.WaitAsync(_patience);
            Assert.Equal(("up", true), (Encoding.UTF8.GetString(message.Payload.Span), message.Retain));
        }
    }

    // A shore system that subscribes in the instant in which a state changes must not be left with the old one, or with none.
    [Fact]
    public async Task Retained_PublishedWhileSomebodySubscribes_EndsAsTheNewest()
    {
        const int Rounds = 1_000;
        await using var broker = stack.CreateBroker();
        await broker.StartAsync(IPAddress.Loopback, 0, default);
        await using var publisher = MqttStack.Default.CreateLink();
        await publisher.ConnectAsync(Options(broker.Port), default);
        var newest = new ConcurrentDictionary<string, string>();
        await using var subscriber = MqttStack.Default.CreateLink();
        subscriber.OnMessage = m => newest[m.Topic] = Encoding.UTF8.GetString(m.Payload.Span);
        await subscriber.ConnectAsync(Options(broker.Port), default);
        Task PublishAsync(string topic, string payload) =>
            publisher.PublishAsync(new() { Topic = topic, Payload = Encoding.UTF8.GetBytes(payload), Retain = true }, default);

        for (var round = 0; round < Rounds; round++)
        {
            var topic = $"state/{round}";
            if (round % 2 == 0)
                await PublishAsync(topic, "old");
            await Task.WhenAll(PublishAsync(topic, "new"), subscriber.SubscribeAsync(topic, MqttQos.AtLeastOnce, default));
        }

        // The broker delivers in order, so what is behind these is all there.
        await subscriber.SubscribeAsync("end", MqttQos.AtLeastOnce, default);
        await PublishAsync("end", "new");
        await Eventually.TrueAsync(() => newest.ContainsKey("end"), "the last message arrives");
        Assert.Empty(Enumerable.Range(0, Rounds).Where(round => newest.GetValueOrDefault($"state/{round}") != "new")
            .Select(round => $"{round}: {newest.GetValueOrDefault($"state/{round}") ?? "nothing"}"));
    }

    [Fact]
    public async Task Publish_ThousandsToASubscriber_ArriveInOrder()
    {
        const int Count = 5_000;
        await using var broker = stack.CreateBroker();
        await broker.StartAsync(IPAddress.Loopback, 0, default);
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, "n", "%p");
        await using var link = MqttStack.Default.CreateLink();
        await link.ConnectAsync(Options(broker.Port), default);
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i =>
            link.PublishAsync(new MqttMessage { Topic = "n", Payload = Encoding.UTF8.GetBytes($"{i}") }, default))).WaitAsync(_patience);
        for (var i = 0; i < Count; i++)
            Assert.Equal($"{i}", await subscriber.ReadAsync());
    }

    [Fact]
    public async Task Stop_WithAClient_EndsItsLinkAndReleasesThePort()
    {
        await using var broker = stack.CreateBroker();
        await broker.StartAsync(IPAddress.Loopback, 0, default);
        var port = broker.Port;
        await using var link = MqttStack.Default.CreateLink();
        await link.ConnectAsync(Options(port), default);
        await broker.StopAsync();
        await link.Disconnected.WaitAsync(_patience);
        Assert.Equal(0, broker.Port);

        await using var next = stack.CreateBroker();
        await next.StartAsync(IPAddress.Loopback, port, default);
        Assert.Equal(port, next.Port);
    }

    [Fact]
    public async Task Start_OnATakenPort_FailsAndSaysWhere()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var broker = stack.CreateBroker();
        var failure = await Assert.ThrowsAsync<MqttBrokerException>(() => broker.StartAsync(IPAddress.Loopback, port, default));
        Assert.Contains($"127.0.0.1:{port}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_TwiceOrUnstarted_IsHarmless()
    {
        await using var broker = stack.CreateBroker();
        await broker.StopAsync();
        await broker.StartAsync(IPAddress.Loopback, 0, default);
        await broker.StopAsync();
        await broker.StopAsync();
    }

    private static async Task<string> RunSubscriberAsync(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(ToolPath.MosquittoSub, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return string.Join(' ', (output + await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static MqttLinkOptions Options(int port) =>
        new() { Host = "127.0.0.1", Port = port, ClientId = $"test-{Guid.NewGuid():N}" };
}
