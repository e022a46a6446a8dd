using BoatTelemetry.Core.Tracks;
using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>What the admission counts beside <see cref="GatewayMetrics"/>.</summary>
internal sealed class AdmissionMetrics(GatewayMetrics metrics)
{
    public EventCounter SentAgain { get; } = new(
        metrics.Meter, "admission.sent_again", "Durable frames whose counter was settled before: given to the journal for an acknowledgement again.");

    public EventCounter RateLimited { get; } = new(
        metrics.Meter, "admission.rate_limited", "Frames not opened: too many of one unit from one source.");

    public EventCounter TooFarAhead { get; } = new(
        metrics.Meter, "admission.durable_too_far_ahead", "Durable frames admitted that no acknowledgement can tell of yet.");

    public EventCounter GivenUp { get; } = new(
        metrics.Meter, "admission.durable_given_up", "Genuine durable frames that do not read, acknowledged so that they hold up nothing more.");

    public EventCounter KeyChanges { get; } = new(
        metrics.Meter, "admission.key_changes", "Changes of key completed by a unit's first frame under the new one.");

    public EventCounter KeysAbsent { get; } = new(
        metrics.Meter, "admission.keys_absent", "Units whose key in use, as the journal knows it, is not in the fleet file; counted when first heard.");

    public ReasonCounter<TrackReadResult> TrackFailures { get; } = new(
        metrics.Meter, "admission.track_failures", "Genuine track blocks that do not decode, by what the decoder found.");

    public ReasonCounter<SketchReadResult> SketchFailures { get; } = new(
        metrics.Meter, "admission.sketch_failures", "Genuine sketches that do not decode, by what the decoder found.");
}
