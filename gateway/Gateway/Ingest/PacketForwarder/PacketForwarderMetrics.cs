using System.Diagnostics.Metrics;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>The instruments of downlinks by packet forwarders, and of each concentrator, told apart by the tag "eui".</summary>
public sealed class PacketForwarderMetrics
{
    private readonly Meter _meter;
    private ConcentratorTable? _table;

    public PacketForwarderMetrics(GatewayMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        _meter = metrics.Meter;
        PullData = new(_meter, "ingest.packet_forwarder.pull_data", "PULL_DATA of those who may send them, by what they did to the way of downlinks.");
        Downlinks = new(_meter, "ingest.packet_forwarder.downlinks", "Downlinks by packet forwarders, by what became of them.");
        OrdersRepeated = new(_meter, "ingest.packet_forwarder.pull_resp_repeated", "PULL_RESP sent again since no TX_ACK came.");
        TxAcksUnexpected = new(_meter, "ingest.packet_forwarder.tx_acks_unexpected", "TX_ACK that nobody waits for: late, doubled or made up.");
        Of("concentrator.frames", "Receptions queued.", peer => peer.Tally.Frames);
        Of("concentrator.rx", "Packets received by its radio, as it says.", peer => peer.Tally.Received);
        Of("concentrator.rx_ok", "Of these with a right CRC, as it says.", peer => peer.Tally.ReceivedGood);
        Of("concentrator.rx_forwarded", "Packets forwarded, as it says.", peer => peer.Tally.Forwarded);
        Of("concentrator.orders", "PULL_RESP received, as it says.", peer => peer.Tally.OrdersReceived);
        Of("concentrator.tx", "Packets sent by its radio, as it says.", peer => peer.Tally.Sent);
        Of("concentrator.downlinks", "Downlinks that it took.", peer => peer.Tally.DownlinksSent);
        Of("concentrator.downlinks_failed", "Downlinks that did not go out through it.", peer => peer.Tally.DownlinksFailed);
        StateOf("concentrator.acknowledged_permille", "Share of its datagrams that it saw acknowledged.", peer => peer.Tally.AcknowledgedPermille);
        StateOf("concentrator.temperature_deci_c", "Its temperature, tenths of a degree Celsius.", peer => peer.Tally.TemperatureDeciC);
        StateOf("concentrator.reachable", "1 while it can be sent downlinks.", peer => peer.IsReachable ? 1 : 0);
        StateOf("concentrator.airtime_permille", "Share of the hour's legal air time that is used.", peer => peer.AirtimePermille);
    }

    public ReasonCounter<PullOutcome> PullData { get; }

    public ReasonCounter<DownlinkOutcome> Downlinks { get; }

    public EventCounter OrdersRepeated { get; }

    public EventCounter TxAcksUnexpected { get; }

    /// <summary>Whose concentrators are measured.</summary>
    internal void Watch(ConcentratorTable table) => Volatile.Write(ref _table, table);

    private void Of(string name, string description, Func<ConcentratorPeer, long> value) =>
        _meter.CreateObservableCounter(name, () => Measure(value), description: description);

    private void StateOf(string name, string description, Func<ConcentratorPeer, long> value) =>
        _meter.CreateObservableGauge(name, () => Measure(value), description: description);

    // Asked for by whoever exports, now and then; what is unknown is left out.
    private IEnumerable<Measurement<long>> Measure(Func<ConcentratorPeer, long> value)
    {
        foreach (var peer in Volatile.Read(ref _table)?.All ?? [])
        {
            var measured = value(peer);
            if (measured != Reception.Unknown)
                yield return new Measurement<long>(measured, new KeyValuePair<string, object?>("eui", peer.Eui.ToString("x16", null)));
        }
    }
}
