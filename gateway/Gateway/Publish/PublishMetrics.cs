using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>What the outlet counts beside <see cref="GatewayMetrics"/>.</summary>
public sealed class PublishMetrics
{
    public PublishMetrics(GatewayMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        var meter = metrics.Meter;
        CaughtUp = new(meter, "publish.caught_up", "Of the messages acknowledged by the broker, those of a gap.");
        Unreadable = new(meter, "publish.unreadable", "Journaled frames passed over because their body does not read.");
        StatesPublished = new(meter, "publish.unit_states", "States of units acknowledged by the broker.");
        LinksPublished = new(meter, "publish.unit_links", "Messages about units' links acknowledged by the broker.");
        OwnRefused = new(meter, "publish.own_refused", "States, links and answers that the broker refused.");
        Commands = new(meter, "publish.commands", "Requests for commands, by what was answered at once.");
        AnswersPublished = new(meter, "publish.answers", "Answers to requests acknowledged by the broker.");
        EndsDropped = new(meter, "publish.command_ends_dropped", "Ends of commands that found their queue full; they are told after the next start.");
    }

    public EventCounter CaughtUp { get; }

    public EventCounter Unreadable { get; }

    public EventCounter StatesPublished { get; }

    public EventCounter LinksPublished { get; }

    public EventCounter OwnRefused { get; }

    public ReasonCounter<CommandOutcome> Commands { get; }

    public EventCounter AnswersPublished { get; }

    public EventCounter EndsDropped { get; }
}
