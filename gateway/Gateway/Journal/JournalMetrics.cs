using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>What the journal in a file counts, beside what every journal does.</summary>
internal sealed class JournalMetrics(GatewayMetrics metrics)
{
    /// <summary>Duplicates of durable frames.</summary>
    public EventCounter Duplicates { get; } =
        new(metrics.Meter, "journal.duplicates", "Durable frames that were in the journal before; not stored again.");

    public EventCounter DroppedDelivered { get; } =
        new(metrics.Meter, "journal.dropped_delivered", "Delivered frames deleted before their retention, at the journal's limit.");

    public EventCounter DroppedSuperseded { get; } = new(
        metrics.Meter, "journal.dropped_superseded", "Live frames deleted at the journal's limit before they were delivered; newer ones of the unit are kept.");
}
