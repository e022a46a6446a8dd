using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>What goes over the outlet's connection beside the journal: states, links, answers.</summary>
internal interface IOutletCompanion
{
    /// <summary>
    /// Uses a new connection until <paramref name="end"/>. Completes, and throws nothing but a cancellation, when the
    /// connection ends: who publishes the journal learns of that.
    /// </summary>
    Task RunAsync(IMqttLink link, CancellationToken end);
}
