using System.Text;
using System.Threading.Channels;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.BoatCtl.Radio;

/// <summary>What a range test is to do.</summary>
/// <param name="Unit">The unit's number.</param>
/// <param name="TopicRoot">First levels of the gateway's topics.</param>
/// <param name="Requests">How many status requests; 0: only listen.</param>
/// <param name="Duration">The longest that it may take.</param>
internal sealed record RangeSettings(int Unit, string TopicRoot, int Requests, TimeSpan Duration);

/// <summary>
/// Listens at the broker to a unit's frames, and asks the unit for its status: once its agency is known by a message of its own, one request after
/// the other. Ends when all are answered, or when the time is over.
/// </summary>
internal sealed class RangeRun(RangeSettings settings, RangeTest test, StatusRequests requests, Action<RadioFrame> heard)
{
    private const int TickMs = 200;

    // Named limit: messages that wait to be looked at; the oldest goes, and the count tells.
    private const int MessagesMax = 1_024;

    private readonly Channel<MqttMessage> _messages = Channel.CreateBounded<MqttMessage>(new BoundedChannelOptions(MessagesMax) { FullMode = BoundedChannelFullMode.DropOldest });
    private string? _agency;
    private string _answers = "";

    /// <summary>Runs it.</summary>
    /// <exception cref="CommandException">The broker is not reached, refuses, or goes.</exception>
    public async Task RunAsync(MqttLinkOptions broker, CancellationToken cancellation)
    {
        // Below the user's own level of "answers", which is what a broker of the operator guide lets it read.
        _answers = $"answers/{broker.UserName ?? "boatctl"}/radio-test-{Guid.NewGuid():N}";
        await using var link = MqttStack.Default.CreateLink();
        link.OnMessage = message => _messages.Writer.TryWrite(message);
        try
        {
            await link.ConnectAsync(broker, cancellation);
            await link.SubscribeAsync(_answers, MqttQos.AtLeastOnce, cancellation);
            await link.SubscribeAsync($"{settings.TopicRoot}/+/{settings.Unit}/#", MqttQos.AtLeastOnce, cancellation);
            await ListenAsync(link, cancellation);
            await link.DisconnectAsync();
        }
        catch (MqttLinkException e)
        {
            throw new CommandException(ExitCode.NotReached, "broker", $"The broker {broker.Host}:{broker.Port}: {e.Message}", e);
        }
    }

    private async Task ListenAsync(IMqttLink link, CancellationToken cancellation)
    {
        var endMs = Environment.TickCount64 + (long)settings.Duration.TotalMilliseconds;
        while (Environment.TickCount64 < endMs && !cancellation.IsCancellationRequested && !IsComplete())
        {
            while (_messages.Reader.TryRead(out var message))
                Take(message);
            if (link.Disconnected.IsCompleted)
                throw new CommandException(ExitCode.NotReached, "broker", "The broker closed the connection.");
            if (_agency is not null && !requests.IsUnderWay && requests.Asked < settings.Requests)
                await AskAsync(link, cancellation);
            await Task.WhenAny(_messages.Reader.WaitToReadAsync(cancellation).AsTask(), Task.Delay(TickMs, cancellation));
        }

        while (_messages.Reader.TryRead(out var message))
            Take(message);
        requests.GiveUp();
    }

    private bool IsComplete() => settings.Requests > 0 && requests.Ended.Count >= settings.Requests;

    private void Take(MqttMessage message)
    {
        if (message.Topic == _answers)
        {
            requests.Answer(message.CorrelationData.Span, message.Payload);
            return;
        }

        // {root}/{agency}/{unit}/...: what is retained tells the agency, and is no frame of this test.
        _agency ??= message.Topic[(settings.TopicRoot.Length + 1)..].Split('/')[0];
        if (!message.Retain && RadioFrame.Of(message.Payload) is { } frame && test.Add(frame))
            heard(frame);
    }

    // The long form: only it tells which command was carried out last (docs/FRAME-SPEC.md, last_command), by which the gateway knows the end.
    private Task AskAsync(IMqttLink link, CancellationToken cancellation)
    {
        var expiresInS = Math.Max(1, (int)settings.Duration.TotalSeconds);
        return link.PublishAsync(
            new MqttMessage
            {
                Topic = $"{settings.TopicRoot}/{_agency}/{settings.Unit}/command",
                Payload = Encoding.UTF8.GetBytes($"{{\"command\":\"status_request\",\"expires_in_s\":{expiresInS},\"long\":true}}"),
                ContentType = "application/json",
                ResponseTopic = _answers,
                CorrelationData = requests.Begin(),
            },
            cancellation);
    }
}
