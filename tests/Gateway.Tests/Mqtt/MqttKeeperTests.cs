using System.Collections.Concurrent;
using System.Text;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

public sealed class MqttKeeperTests(ITestOutputHelper output) : IMqttKeeperObserver, IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    private readonly ConcurrentQueue<(string What, int Port, MqttLinkFailure? Failure)> _events = new();
    private readonly ConcurrentQueue<string> _received = new();
    private readonly CancellationTokenSource _stop = new();

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task Run_BrokerKilledAndRestarted_SubscribesAgain()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        var keeper = Keeper([broker.Port]);
        var run = keeper.RunAsync(_stop.Token);
        for (var life = 0; life < 3; life++)
        {
            await Eventually.TrueAsync(() => keeper.Status.IsConnected, "connected");
            await MosquittoPublisher.PublishAsync(broker.Port, "in/a", $"life {life}");
            await Eventually.TrueAsync(() => _received.Contains($"life {life}"), $"received in life {life}");
            await broker.KillAsync();
            await Eventually.TrueAsync(() => !keeper.Status.IsConnected, "noticed");
            Assert.Null(keeper.Link);
            await broker.RestartAsync();
        }

        await StopAsync(run);
    }

    [Fact]
    public async Task Run_PreferredBrokerKilled_ChangesOverAtOnceAndComesBack()
    {
        await using var first = await MosquittoProcess.StartAsync();
        await using var second = await MosquittoProcess.StartAsync();
        var keeper = Keeper([first.Port, second.Port], returnAfterMs: 300);
        var run = keeper.RunAsync(_stop.Token);
        await ConnectedToAsync(keeper, first.Port);
        Assert.True(keeper.Status.IsPreferred);

        await first.KillAsync();
        await ConnectedToAsync(keeper, second.Port);
        Assert.False(keeper.Status.IsPreferred);
        await MosquittoPublisher.PublishAsync(second.Port, "in/a", "by the second");
        await Eventually.TrueAsync(() => _received.Contains("by the second"), "received by the second");

        await first.RestartAsync();
        await ConnectedToAsync(keeper, first.Port);
        await MosquittoPublisher.PublishAsync(first.Port, "in/a", "by the first");
        await Eventually.TrueAsync(() => _received.Contains("by the first"), "received by the first");
        Assert.Contains(_events, e => e.What == "returning" && e.Port == first.Port);
        await StopAsync(run);
    }

    [Fact]
    public async Task Run_LeftBroker_PublishesTheWill()
    {
        await using var first = await MosquittoProcess.StartAsync();
        await using var second = await MosquittoProcess.StartAsync();
        await first.KillAsync();
        await using var wills = await MosquittoSubscriber.StartAsync(second.Port, "will", "%p");
        var keeper = Keeper([first.Port, second.Port], returnAfterMs: 300, will: "gone");
        var run = keeper.RunAsync(_stop.Token);
        await ConnectedToAsync(keeper, second.Port);
        await first.RestartAsync();
        Assert.Equal("gone", await wills.ReadAsync());
        await StopAsync(run);
    }

    [Fact]
    public async Task Run_BrokerThatNeverAnswersConnect_IsPassedOver()
    {
        await using var silent = new ScriptedBroker(connack: null);
        await using var second = await MosquittoProcess.StartAsync();
        var keeper = Keeper([silent.Port, second.Port]);
        var run = keeper.RunAsync(_stop.Token);
        await ConnectedToAsync(keeper, second.Port);
        Assert.Contains(_events, e => e == ("failed", silent.Port, MqttLinkFailure.TimedOut));
        await StopAsync(run);
    }

    // It lets everyone in and then goes silent: only the acknowledgements tell. Coming back to it must grow rare.
    [Fact]
    public async Task Run_BrokerThatAcknowledgesNothing_IsLeftForTheNext()
    {
        await using var mute = new ScriptedBroker(ScriptedBroker.Connack());
        await using var second = await MosquittoProcess.StartAsync();
        var published = 0;
        var keeper = Keeper([mute.Port, second.Port], returnAfterMs: 50, subscriptions: []);
        var run = keeper.RunAsync(
            async (link, leave) =>
            {
                while (!_stop.IsCancellationRequested)
                {
                    await link.PublishAsync(new MqttMessage { Topic = "out" }, leave);
                    Interlocked.Increment(ref published);
                    await Task.Delay(5, leave);
                }
            },
            _stop.Token);

        await Eventually.TrueAsync(
            () => _events.Count(e => e == ("failed", mute.Port, MqttLinkFailure.AcknowledgementTimedOut)) >= 3, "tried again and left again");
        var before = published;
        await Eventually.TrueAsync(() => published > before, "published by the second");
        await StopAsync(run);
        Assert.All(_events.Where(e => e.What == "failed"), e => Assert.Equal(mute.Port, e.Port));
    }

    [Fact]
    public async Task Run_SuspendedBroker_IsLeftInTheTimeOfAnAcknowledgement()
    {
        await using var first = await MosquittoProcess.StartAsync();
        await using var second = await MosquittoProcess.StartAsync();
        var keeper = Keeper([first.Port, second.Port]);
        var run = keeper.RunAsync(
            async (link, leave) =>
            {
                while (!_stop.IsCancellationRequested)
                {
                    await link.PublishAsync(new MqttMessage { Topic = "out" }, leave);
                    await Task.Delay(5, leave);
                }
            },
            _stop.Token);
        await ConnectedToAsync(keeper, first.Port);
        first.Suspend();
        await ConnectedToAsync(keeper, second.Port);
        Assert.Contains(_events, e => e == ("failed", first.Port, MqttLinkFailure.AcknowledgementTimedOut));
        await StopAsync(run);
    }

    [Fact]
    public async Task Run_AllBrokersAway_TriesEachAndWaitsBetweenRounds()
    {
        int[] ports = [FreePorts.Tcp(), FreePorts.Tcp()];
        var keeper = Keeper(ports);
        var run = keeper.RunAsync(_stop.Token);
        await Eventually.TrueAsync(() => _events.Count >= 4, "two rounds");
        await StopAsync(run);
        Assert.Equal([ports[0], ports[1], ports[0], ports[1]], _events.Take(4).Select(e => e.Port));
        Assert.Equal(MqttLinkFailure.NotReached, _events.First().Failure);
        Assert.False(keeper.Status.IsConnected);
        Assert.Contains("not reached", keeper.Status.LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WillLargerThanTheBrokerTakes_ConnectsWithoutIt()
    {
        await using var broker = await MosquittoProcess.StartAsync(new() { Extra = "message_size_limit 100" });
        var keeper = Keeper([broker.Port], will: new string('x', 200));
        var run = keeper.RunAsync(_stop.Token);
        await ConnectedToAsync(keeper, broker.Port);
        Assert.Contains(_events, e => e.What == "will too large");
        await MosquittoPublisher.PublishAsync(broker.Port, "in/a", "hello");
        await Eventually.TrueAsync(() => _received.Contains("hello"), "received");
        await StopAsync(run);
    }

    [Fact]
    public async Task Run_SessionThatFailsUnforeseen_EndsWithThat()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        var keeper = Keeper([broker.Port]);
        await Assert.ThrowsAsync<InvalidDataException>(
            () => keeper.RunAsync((_, _) => throw new InvalidDataException(), _stop.Token).WaitAsync(_patience));
    }

    [Fact]
    public async Task Run_StoppedWhileItWaitsOrConnects_Ends()
    {
        await using var silent = new ScriptedBroker(connack: null);
        var keeper = Keeper([FreePorts.Tcp(), silent.Port]);
        var run = keeper.RunAsync(_stop.Token);
        await Eventually.TrueAsync(() => silent.ConnectCount > 0, "is connecting");
        await StopAsync(run);
    }

    void IMqttKeeperObserver.Connected(MqttBrokerAddress broker) => _events.Enqueue(("connected", broker.Port, null));

    void IMqttKeeperObserver.Failed(MqttBrokerAddress broker, MqttLinkException failure, TimeSpan wait) =>
        _events.Enqueue(("failed", broker.Port, failure.Failure));

    void IMqttKeeperObserver.Returning(MqttBrokerAddress left, MqttBrokerAddress taken) =>
        _events.Enqueue(("returning", taken.Port, null));

    void IMqttKeeperObserver.WillTooLarge(MqttBrokerAddress broker) => _events.Enqueue(("will too large", broker.Port, null));

    private MqttKeeper Keeper(int[] ports, int returnAfterMs = 60_000, string? will = null, string[]? subscriptions = null)
    {
        var brokers = ports.Select(port => new MqttBrokerAddress(MosquittoProcess.Host, port)).ToArray();
        return new MqttKeeper(
            new MqttKeeperOptions
            {
                Brokers = () => brokers,
                Connect = broker => new MqttLinkOptions
                {
                    Host = broker.Host,
                    Port = broker.Port,
                    ClientId = "keeper",
                    KeepAliveSeconds = 5,
                    ConnectTimeoutMs = 1_000,
                    AcknowledgementTimeoutMs = 500,
                    Will = will is null ? null : new MqttMessage { Topic = "will", Payload = Encoding.UTF8.GetBytes(will) },
                },
                Subscriptions = subscriptions ?? ["in/+"],
                OnMessage = message => _received.Enqueue(Encoding.UTF8.GetString(message.Payload.Span)),
                ReturnAfter = TimeSpan.FromMilliseconds(returnAfterMs),
            },
            MqttStack.Default, this, TimeProvider.System, Seed.New(output));
    }

    private static Task ConnectedToAsync(MqttKeeper keeper, int port) => Eventually.TrueAsync(
        () => keeper.Status is { IsConnected: true, Broker: { } broker } && broker.Port == port, $"connected to {port}");

    private async Task StopAsync(Task run)
    {
        await _stop.CancelAsync();
        await run.WaitAsync(_patience);
    }
}
