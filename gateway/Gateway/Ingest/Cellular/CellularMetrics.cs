using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Ingest.Cellular;

/// <summary>What the cellular ingest counts.</summary>
public sealed class CellularMetrics
{
    public CellularMetrics(GatewayMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Frames = metrics.FramesQueued;
        Datagrams = new(metrics.Meter, "ingest.cellular.datagrams", "Datagrams received.");
        Rejections = new(metrics.Meter, "ingest.cellular.rejections", "Datagrams and frames of no use, by reason.");
        SocketErrors = new(metrics.Meter, "ingest.cellular.socket_errors", "Errors of the UDP socket; it goes on.");
        Downlinks = new(metrics.Meter, "ingest.cellular.downlinks", "Downlinks, by outcome.");
    }

    /// <summary>Frames given to the admission, of all ingests together.</summary>
    public EventCounter Frames { get; }

    public EventCounter Datagrams { get; }

    public ReasonCounter<CellularRejection> Rejections { get; }

    public EventCounter SocketErrors { get; }

    public ReasonCounter<DownlinkOutcome> Downlinks { get; }
}
