using System.Globalization;
using System.Threading.Channels;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// Takes requests for commands from <c>{topicRoot}/{agency}/{unit}/command</c> and answers on their response topic, at once
/// and when the command has ended. Who may ask is the broker's to say, by its access control on that topic.
/// </summary>
internal sealed class CommandRequests : IOutletCompanion, ICommandResults
{
    /// <summary>Named limit: requests that wait to be looked at.</summary>
    public const int RequestsMax = 64;

    /// <summary>Named limit: ends that wait to be told. One more is told after the next start.</summary>
    public const int EndsMax = 4096;

    private const string Level = "command";

    private readonly CommandQueue _queue;
    private readonly FleetSource _fleet;
    private readonly TopicCache _topics;
    private readonly PublishMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly OwnMessages.OwnRefusals _refusals;
    private readonly string _filter;
    private readonly Command _command = new();
    private readonly Channel<Work> _work = Channel.CreateBounded<Work>(EndsMax + RequestsMax);
    private int _requests;
    private Answer? _answer;
    private bool _isAttached;

    public CommandRequests(
        CommandQueue queue, FleetSource fleet, TopicCache topics, PublishMetrics metrics, TimeProvider time, ILogger<CommandRequests> log,
        ClusterOptions? cluster = null)
    {
        // Of a cluster's gateways the broker gives a request to one (MQTT 5, 4.8.2), which answers and shares it with the others.
        _filter = $"{(cluster is null ? "" : "$share/gateways/")}{topics.Root}/+/+/{Level}";
        _queue = queue;
        _fleet = fleet;
        _topics = topics;
        _metrics = metrics;
        _time = time;
        _refusals = new(time, log);
    }

    /// <inheritdoc/>
    public void Ended(EndedCommand command)
    {
        if (!_work.Writer.TryWrite(new Work(null, command)))
            _metrics.EndsDropped.Add();
    }

    /// <inheritdoc/>
    public async Task RunAsync(IMqttLink link, CancellationToken end)
    {
        // The queue has started by now, and tells at once what nobody was told before.
        if (!_isAttached)
            _queue.Attach(this);
        _isAttached = true;
        link.OnMessage = Received;
        if (!await TrySubscribeAsync(link, end))
            return;
        while (true)
        {
            // An answer that a connection did not take is the next one's first.
            if (_answer is not null)
                await TellAsync(link, _answer, end);
            _answer = Next(await _work.Reader.ReadAsync(end));
        }
    }

    private void Received(MqttMessage request)
    {
        // The connection brings the outlet's own mark back, too.
        if (!request.Topic.EndsWith($"/{Level}", StringComparison.Ordinal))
            return;
        if (Interlocked.Increment(ref _requests) > RequestsMax || !_work.Writer.TryWrite(new Work(request, null)))
        {
            Interlocked.Decrement(ref _requests);
            _metrics.Commands.Add(CommandOutcome.Busy);
        }
    }

    private async Task<bool> TrySubscribeAsync(IMqttLink link, CancellationToken end)
    {
        try
        {
            await link.SubscribeAsync(_filter, MqttQos.AtLeastOnce, end);
            return true;
        }
        catch (MqttLinkException e) when (e.Failure == MqttLinkFailure.SubscribeRefused)
        {
            _metrics.OwnRefused.Add();
            _refusals.Log(_filter, e.Message);
            return false;
        }
    }

    private async Task TellAsync(IMqttLink link, Answer answer, CancellationToken end)
    {
        if (await OwnMessages.TryPublishAsync(link, answer.Message, _metrics, _refusals, end))
            _metrics.AnswersPublished.Add();
        _answer = null;
        if (answer.Ended is { } ended)
            _queue.Told(ended.Id);
    }

    private Answer? Next(Work work)
    {
        if (work.Ended is { } ended)
            return new Answer(CommandAnswerMessage.Ended(ended, new MessageBuffer()), ended);
        Interlocked.Decrement(ref _requests);
        var request = work.Request!;
        var outcome = Take(request, out var unit, out var id);
        _metrics.Commands.Add(outcome);
        if (request.ResponseTopic is null || outcome is CommandOutcome.BadResponseTopic)
            return null;
        var name = outcome is CommandOutcome.Malformed or CommandOutcome.UnknownCommand or CommandOutcome.Incomplete
            ? null
            : CommandRequestReader.NameOf(_command.Kind);
        var message = CommandAnswerMessage.AtOnce(
            outcome, unit, name, id, _time.GetUtcNow().ToUnixTimeMilliseconds(), request.ResponseTopic, request.CorrelationData, new MessageBuffer());
        return new Answer(message, null);
    }

    private CommandOutcome Take(MqttMessage request, out int unit, out long id)
    {
        id = 0;
        _command.Clear();
        var hasUnit = TryReadTopic(request.Topic, out unit);
        if (request.ResponseTopic is { } topic && !IsResponseTopic(topic))
            return CommandOutcome.BadResponseTopic;
        if (request.Retain)
            return CommandOutcome.Retained;
        if (!hasUnit)
            return CommandOutcome.UnknownUnit;
        var outcome = CommandRequestReader.Read(request.Payload, _time.GetUtcNow().ToUnixTimeMilliseconds(), _command);
        if (outcome != CommandOutcome.Accepted)
            return outcome;
        return OutcomeOf(_queue.Enqueue(new CommandRequest(unit, _command, request.ResponseTopic, request.CorrelationData), out id));
    }

    // A number as it stands in the unit's other topics, and no other writing of it.
    private bool TryReadTopic(string topic, out int unit)
    {
        unit = 0;
        var levels = topic[(_topics.Root.Length + 1)..].Split('/');
        return levels.Length == 3
            && int.TryParse(levels[1], NumberStyles.None, CultureInfo.InvariantCulture, out unit)
            && unit <= FrameHeader.UnitMax
            && _fleet.Current.Find(unit) is { } known
            && known.Agency == levels[0]
            && _topics.Of(known).UnitText == levels[1];
    }

    // Whoever may ask would otherwise speak, with the gateway's rights, as a boat.
    private bool IsResponseTopic(string topic) =>
        topic.Length > 0
        && topic[0] != '$'
        && topic.AsSpan().IndexOfAny('+', '#', '\0') < 0
        && !topic.StartsWith(_topics.Root + "/", StringComparison.Ordinal);

    private static CommandOutcome OutcomeOf(CommandRefusal refusal) => refusal switch
    {
        CommandRefusal.None => CommandOutcome.Accepted,
        CommandRefusal.UnknownUnit => CommandOutcome.UnknownUnit,
        CommandRefusal.TooLong => CommandOutcome.TooLong,
        CommandRefusal.NoNextKey => CommandOutcome.NoNextKey,
        CommandRefusal.UnitQueueFull or CommandRefusal.QueueFull => CommandOutcome.QueueFull,
        CommandRefusal.StorageFailed => CommandOutcome.StorageFailed,
        _ => CommandOutcome.BadValue,
    };

    private readonly record struct Work(MqttMessage? Request, EndedCommand? Ended);

    private sealed record Answer(MqttMessage Message, EndedCommand? Ended);
}
