using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Ingest.PacketForwarder;

namespace BoatTelemetry.Gateway.Observability;

/// <summary>Every instrument of the gateway.</summary>
public sealed class GatewayMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "BoatTelemetry.Gateway";

    private readonly Meter _meter = new(MeterName);

    // A stage that is started anew puts its own value in the place of the one before.
    private readonly ConcurrentDictionary<string, Func<long>> _gauges = new(StringComparer.Ordinal);

    public GatewayMetrics()
    {
        Datagrams = new(_meter, "ingest.packet_forwarder.datagrams", "Datagrams received.");
        Acknowledgements = new(_meter, "ingest.packet_forwarder.acknowledgements", "PUSH_ACK and PULL_ACK sent.");
        ConcentratorStatistics = new(_meter, "ingest.packet_forwarder.statistics", "Statistics of concentrators received.");
        SocketErrors = new(_meter, "ingest.packet_forwarder.socket_errors", "Errors of the UDP socket; it goes on.");
        PacketForwarderRejections = new(
            _meter, "ingest.packet_forwarder.rejections", "Datagrams and receptions of no use, by reason.");
        TxAcks = new(_meter, "ingest.packet_forwarder.tx_acks", "TX_ACK received, by result; warnings count as None.");
        FramesQueued = new(_meter, "ingest.frames", "Frames given to the admission.");
        FramesAdmitted = new(_meter, "admission.frames", "Frames admitted.");
        FrameRejections = new(_meter, "admission.rejections", "Frames rejected, by reason.");
        FurtherReceptions = new(_meter, "admission.further_receptions", "Further receptions of admitted frames, journaled.");
        RepeatedReceptions = new(
            _meter, "admission.repeated_receptions", "The same reception again, or one more than a frame keeps: not journaled.");
        RowsCommitted = new(_meter, "journal.rows", "Frames and receptions committed.");
        Commits = new(_meter, "journal.commits", "Commits.");
        JournalFailures = new(_meter, "journal.failures", "Commits and clean-ups that failed and are tried again.");
        RowsExpired = new(_meter, "journal.expired", "Frames deleted after their retention.");
        MessagesPublished = new(_meter, "publish.messages", "Messages acknowledged by the broker.");
        MessagesRefused = new(_meter, "publish.refused", "Messages that the broker refused; they are not tried again.");
        MessagesWithoutUnit = new(
            _meter, "publish.without_unit", "Journaled frames passed over because their unit has left the fleet file.");
        ConnectionsMade = new(_meter, "publish.connections", "Connections to the broker.");
        ConnectionsFailed = new(_meter, "publish.connection_failures", "Connections to the broker refused or lost.");
    }

    public EventCounter Datagrams { get; }

    public EventCounter Acknowledgements { get; }

    public EventCounter ConcentratorStatistics { get; }

    public EventCounter SocketErrors { get; }

    public ReasonCounter<PacketForwarderRejection> PacketForwarderRejections { get; }

    public ReasonCounter<TxAckResult> TxAcks { get; }

    public EventCounter FramesQueued { get; }

    public EventCounter FramesAdmitted { get; }

    public ReasonCounter<FrameRejection> FrameRejections { get; }

    public EventCounter FurtherReceptions { get; }

    public EventCounter RepeatedReceptions { get; }

    public EventCounter RowsCommitted { get; }

    public EventCounter Commits { get; }

    public EventCounter JournalFailures { get; }

    public EventCounter RowsExpired { get; }

    public EventCounter MessagesPublished { get; }

    public EventCounter MessagesRefused { get; }

    public EventCounter MessagesWithoutUnit { get; }

    public EventCounter ConnectionsMade { get; }

    public EventCounter ConnectionsFailed { get; }

    /// <summary>For the stages that keep their instruments in a class of their own.</summary>
    public Meter Meter => _meter;

    /// <summary>A value that is read when someone asks.</summary>
    public void Gauge(string name, string description, Func<long> value)
    {
        if (_gauges.TryAdd(name, value))
            _meter.CreateObservableGauge(name, () => _gauges[name](), description: description);
        else
            _gauges[name] = value;
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
