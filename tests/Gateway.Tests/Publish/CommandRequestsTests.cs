using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Publish;

#pragma warning disable CA1001 // xunit calls IAsyncLifetime.DisposeAsync.
public sealed class CommandRequestsTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const string RequestTopic = "patrol/v1/polairud/17/command";
    private const string AnswerTopic = "console/7/answers";
    private const string StatusRequest = """{"command":"status_request","expires_in_s":600,"long":true}""";
    private static readonly byte[] _correlation = [1, 2, 0, 255];

    private readonly string _folder = Directory.CreateTempSubdirectory("boat-test-commands-").FullName;
    private readonly TestBoat _boat = new(17);
    private readonly GatewayMetrics _metrics = new();
    private readonly PublishMetrics _publishMetrics;
    private readonly DownlinkStore _store;
    private readonly CommandQueue _queue;
    private readonly CommandRequests _requests;
    private readonly ConcurrentQueue<MqttMessage> _answers = new();
    private CancellationTokenSource _end = new();
    private MosquittoProcess _broker = null!;
    private IMqttLink _console = null!;
    private IMqttLink _link = null!;
    private Task _run = Task.CompletedTask;

    public CommandRequestsTests()
    {
        _publishMetrics = new(_metrics);
        var file = Path.Combine(_folder, "downlink.db");
        _store = new DownlinkStore(file);
        var fleet = new FleetSource(TestBoat.Fleet(_boat));
        _queue = new CommandQueue(
            new DownlinkOptions { File = file, CommandsPerUnitMax = 2 }, _store, fleet, new DownlinkMetrics(_metrics), TimeProvider.System,
            NullLogger<CommandQueue>.Instance);
        _requests = new CommandRequests(
            _queue, fleet, new TopicCache("patrol/v1"), _publishMetrics, TimeProvider.System, NullLogger<CommandRequests>.Instance);
    }

    public async Task InitializeAsync()
    {
        await _store.StartAsync(CancellationToken.None);
        await _queue.StartAsync(CancellationToken.None);
        _broker = await MosquittoProcess.StartAsync();
        _console = await ConnectAsync("console");
        _console.OnMessage = _answers.Enqueue;
        await _console.SubscribeAsync(AnswerTopic, MqttQos.AtLeastOnce, CancellationToken.None);
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        await _console.DisposeAsync();
        await _broker.DisposeAsync();
        _store.Dispose();
        _boat.Dispose();
        _metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Request_ForAUnit_IsQueuedAnsweredAndItsResultTold()
    {
        await AskAsync(StatusRequest);
        var accepted = await AnswerAsync();

        Assert.Equal("accepted", accepted.GetProperty("outcome").GetString());
        Assert.Equal("status_request", accepted.GetProperty("command").GetString());
        var due = _queue.Due(17, 0)!;
        Assert.Equal(accepted.GetProperty("command_id").GetInt64(), due.Id);
        var command = new Command();
        Assert.True(_queue.TryRead(due, TestBoat.Fleet(_boat).Find(17)!, command));
        Assert.Equal((CommandKind.StatusRequest, true), (command.Kind, command.LongStatus));

        Carry(due);
        var done = await AnswerAsync();
        Assert.Equal("done", done.GetProperty("outcome").GetString());
        Assert.Equal(due.Id, done.GetProperty("command_id").GetInt64());
    }

    [Fact]
    public async Task Result_WhileThereIsNoConnection_IsToldOverTheNextOne()
    {
        await AskAsync(StatusRequest);
        await AnswerAsync();
        await StopAsync();
        Carry(_queue.Due(17, 0)!);
        await StartAsync();

        // The stop may have come before the first answer was acknowledged, and that then comes twice, as is documented.
        var answer = await AnswerAsync();
        if (answer.GetProperty("outcome").GetString() == "accepted")
            answer = await AnswerAsync();
        Assert.Equal("done", answer.GetProperty("outcome").GetString());
        await Eventually.TrueAsync(() => _store.TryLoadCommands()!.Count == 0, "told and forgotten");
    }

    [Theory]
    [InlineData("""{"command":"report_interval","expires_in_s":600}""", CommandOutcome.Accepted)]
    [InlineData("""{"command":"report_interval","expires_in_s":1,"live_interval_s":65535,"track_interval_s":255,"duration_min":65535}""", CommandOutcome.Accepted)]
    [InlineData("""{"command":"backlog_range","expires_in_s":2592000,"from_counter":7,"to_counter":4294967295}""", CommandOutcome.Accepted)]
    [InlineData("""{"command":"sos_acknowledged","expires_in_s":60,"event_counter":9,"code":3}""", CommandOutcome.Accepted)]
    [InlineData("""{"command":"key_change","expires_in_s":60}""", CommandOutcome.Accepted)]
    [InlineData("""{"command":"key_change","expires_in_s":60,"key":"00"}""", CommandOutcome.Malformed)]
    [InlineData("""{"command":"status_request","expires_in_s":60,"long":1}""", CommandOutcome.Malformed)]
    [InlineData("""{"command":"status_request","expires_in_s":"60"}""", CommandOutcome.Malformed)]
    [InlineData("""{"command":7,"expires_in_s":60}""", CommandOutcome.Malformed)]
    [InlineData("""["status_request"]""", CommandOutcome.Malformed)]
    [InlineData("""{"command":"status_request","expires_in_s":0}""", CommandOutcome.BadValue)]
    [InlineData("""{"command":"status_request","expires_in_s":1.5}""", CommandOutcome.BadValue)]
    [InlineData("""{"command":"status_request","expires_in_s":2592001}""", CommandOutcome.BadValue)]
    [InlineData("""{"command":"status_request"}""", CommandOutcome.Incomplete)]
    [InlineData("""{"expires_in_s":60}""", CommandOutcome.Incomplete)]
    [InlineData("""{"command":"sos_acknowledged","expires_in_s":60}""", CommandOutcome.Incomplete)]
    [InlineData("""{"command":"self_destruct","expires_in_s":60}""", CommandOutcome.UnknownCommand)]
    [InlineData("""{"command":"report_interval","expires_in_s":60,"track_interval_s":256}""", CommandOutcome.BadValue)]
    public void Read_Request_IsTakenIfItsSchemaIsSatisfiedAndNotOtherwise(string request, CommandOutcome outcome)
    {
        var bytes = Encoding.UTF8.GetBytes(request);

        Assert.Equal(outcome, CommandRequestReader.Read(bytes, 0, new Command()));
        Assert.Equal(outcome == CommandOutcome.Accepted, JsonSchemaCheck.Of("command").ErrorsIn(bytes).Count == 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"command":"status_request","command":"status_request","expires_in_s":60}""")]
    [InlineData("""{"command":"backlog_range","expires_in_s":60,"from_counter":7,"to_counter":6}""")]
    public void Read_WhatASchemaCannotTell_IsRefused(string request) =>
        Assert.NotEqual(CommandOutcome.Accepted, CommandRequestReader.Read(Encoding.UTF8.GetBytes(request), 0, new Command()));

    [Theory]
    [InlineData("patrol/v1/polairud/18/command", "unknown_unit")]
    [InlineData("patrol/v1/navy/17/command", "unknown_unit")]
    [InlineData("patrol/v1/polairud/017/command", "unknown_unit")]
    [InlineData("patrol/v1/polairud/x/command", "unknown_unit")]
    public async Task Request_OnATopicOfNoUnit_IsRefused(string topic, string reason)
    {
        await AskAsync(StatusRequest, topic);
        var answer = await AnswerAsync();

        Assert.Equal(("refused", reason), (answer.GetProperty("outcome").GetString(), answer.GetProperty("reason").GetString()));
        Assert.Equal(0, _queue.WaitingCount);
    }

    [Fact]
    public async Task Request_ThatTheQueueRefuses_SaysWhy()
    {
        await AskAsync("""{"command":"key_change","expires_in_s":60}""");
        Assert.Equal("no_next_key", (await AnswerAsync()).GetProperty("reason").GetString());
        for (var i = 0; i < 2; i++)
        {
            await AskAsync(StatusRequest);
            await AnswerAsync();
        }

        await AskAsync(StatusRequest);
        Assert.Equal("queue_full", (await AnswerAsync()).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Request_Retained_IsRefused()
    {
        await StopAsync();
        await AskAsync(StatusRequest, isRetained: true);
        await StartAsync();

        Assert.Equal("retained", (await AnswerAsync()).GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("patrol/v1/polairud/17/position")]
    [InlineData("$SYS/answers")]
    public async Task Request_ThatWouldMakeTheGatewaySpeakAsABoat_IsNotTaken(string responseTopic)
    {
        await AskAsync(StatusRequest, responseTopic: responseTopic);
        await Eventually.TrueAsync(() => _publishMetrics.Commands[CommandOutcome.BadResponseTopic] == 1, "refused");

        Assert.Equal(0, _queue.WaitingCount);
    }

    [Fact]
    public async Task Request_WithoutAResponseTopic_IsTakenAndNotAnswered()
    {
        await AskAsync(StatusRequest, responseTopic: null);
        await Eventually.TrueAsync(() => _queue.WaitingCount == 1, "queued");

        Assert.Equal(0, _publishMetrics.AnswersPublished.Count);
    }

    [Fact]
    public void Answers_AreTheDocumentedOnes()
    {
        using var buffer = new MessageBuffer();
        var time = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        MessageCheck.Documented(
            CommandAnswerMessage.AtOnce(CommandOutcome.Accepted, 17, "status_request", 12, time, AnswerTopic, _correlation, buffer).Payload);
        MessageCheck.Documented(
            CommandAnswerMessage.AtOnce(CommandOutcome.BadValue, 17, "report_interval", 0, time, AnswerTopic, _correlation, buffer).Payload);
        foreach (var end in Enum.GetValues<CommandEnd>().Where(end => end != CommandEnd.None))
        {
            var ended = new EndedCommand(12, 17, CommandKind.StatusRequest, end, AnswerTopic, _correlation, 2, time, time + 95_000);
            MessageCheck.Valid(CommandAnswerMessage.Ended(ended, buffer));
            if (end == CommandEnd.Done)
                MessageCheck.Documented(CommandAnswerMessage.Ended(ended, buffer).Payload);
        }

        foreach (var outcome in Enum.GetValues<CommandOutcome>().Where(outcome => outcome is not (CommandOutcome.Busy or CommandOutcome.BadResponseTopic)))
            MessageCheck.Valid(CommandAnswerMessage.AtOnce(outcome, 17, "key_change", 1, time, AnswerTopic, _correlation, buffer));
    }

    private void Carry(QueuedCommand command)
    {
        var counter = _queue.CounterFor(command, 0, () => 1000)!.Value;
        _queue.Sent(command, 0);
        _queue.Result(17, counter, CommandResult.Done);
    }

    private Task AskAsync(string request, string topic = RequestTopic, string? responseTopic = AnswerTopic, bool isRetained = false) =>
        _console.PublishAsync(
            new MqttMessage
            {
                Topic = topic,
                Payload = Encoding.UTF8.GetBytes(request),
                ResponseTopic = responseTopic,
                CorrelationData = _correlation,
                Retain = isRetained,
            },
            CancellationToken.None);

    private async Task<JsonElement> AnswerAsync()
    {
        MqttMessage? answer = null;
        await Eventually.TrueAsync(() => _answers.TryDequeue(out answer), "an answer");
        Assert.Equal(_correlation, answer!.CorrelationData.ToArray());
        return MessageCheck.Valid(answer);
    }

    // A request that nobody subscribes to yet would be nobody's: the broker tells when it has the subscription.
    private async Task StartAsync()
    {
        _link = await ConnectAsync("gateway");
        _end = new CancellationTokenSource();
        var subscribed = new SubscribedLink(_link);
        _run = _requests.RunAsync(subscribed, _end.Token);
        await subscribed.Subscribed;
    }

    private async Task StopAsync()
    {
        await _end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _run);
        _end.Dispose();
        await _link.DisposeAsync();
    }

    private async Task<IMqttLink> ConnectAsync(string clientId)
    {
        var link = MqttStack.Default.CreateLink();
        await link.ConnectAsync(new MqttLinkOptions { Host = "127.0.0.1", Port = _broker.Port, ClientId = clientId }, CancellationToken.None);
        return link;
    }

    /// <summary>A link that tells when it has subscribed.</summary>
    private sealed class SubscribedLink(IMqttLink link) : IMqttLink
    {
        private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Subscribed => _subscribed.Task;

        public Action<MqttMessage>? OnMessage
        {
            get => link.OnMessage;
            set => link.OnMessage = value;
        }

        public Task<MqttDisconnection> Disconnected => link.Disconnected;

        public Task<MqttConnack> ConnectAsync(MqttLinkOptions options, CancellationToken cancellationToken) =>
            link.ConnectAsync(options, cancellationToken);

        public Task PublishAsync(MqttMessage message, CancellationToken cancellationToken) => link.PublishAsync(message, cancellationToken);

        public async Task SubscribeAsync(string topicFilter, MqttQos qos, CancellationToken cancellationToken)
        {
            await link.SubscribeAsync(topicFilter, qos, cancellationToken);
            _subscribed.SetResult();
        }

        public Task DisconnectAsync() => link.DisconnectAsync();

        public ValueTask DisposeAsync() => link.DisposeAsync();
    }
}
