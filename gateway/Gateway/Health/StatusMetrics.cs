namespace BoatTelemetry.Gateway.Health;

/// <summary>
/// Which metrics a person who asks how the gateway is wants to see (docs/operations.md has them all): some figures always, and else what is not as it
/// is when all goes well. One that is not known here is told as soon as it is not zero: rather one too many.
/// </summary>
internal static class StatusMetrics
{
    // What docs/operator-guide.md alarms at.
    private const int AcknowledgedPermilleMin = 900;
    private const int AirtimePermilleMax = 900;

    private static readonly HashSet<string> _always =
    [
        "admission.frames", "cluster.shards_held", "fleet.units", "journal.used_bytes", "publish.behind", "publish.messages",
    ];

    // 0 is what is wrong with them.
    private static readonly HashSet<string> _one = ["concentrator.reachable", "publish.connected", "publish.preferred"];

    // They count what is as it should be, or is nobody's fault.
    private static readonly HashSet<string> _ordinary =
    [
        "admission.further_receptions", "admission.key_changes", "admission.repeated_receptions", "admission.sent_again", "capture.recorded",
        "cluster.days_dropped", "cluster.frames", "cluster.frames_new", "cluster.leases_taken", "concentrator.downlinks", "concentrator.frames",
        "concentrator.orders", "concentrator.rx", "concentrator.rx_forwarded", "concentrator.rx_ok", "concentrator.temperature_deci_c",
        "concentrator.tx", "fleet.reloads", "ingest.cellular.datagrams", "ingest.chirpstack.connections", "ingest.chirpstack.messages", "ingest.frames",
        "ingest.packet_forwarder.acknowledgements", "ingest.packet_forwarder.datagrams", "ingest.packet_forwarder.statistics",
        "ingest.stream.connections", "ingest.stream.packets", "ingest.the_things_stack.connections", "ingest.the_things_stack.messages",
        "ingest.unit_mqtt.connections", "ingest.unit_mqtt.messages", "journal.commits", "journal.committed_id", "journal.duplicates", "journal.expired",
        "journal.rows", "publish.answers", "publish.caught_up", "publish.connections", "publish.unit_links", "publish.unit_states", "replay.frames",
    ];

    // Of metrics by reason or outcome, those that are no trouble.
    private static readonly HashSet<string> _good = ["None", "Sent", "Done", "Accepted", "Learned", "Same"];

    /// <summary>Whether it is told without being asked for.</summary>
    /// <param name="name">As in <c>/status</c>: the metric's name, with "/" and the reason or the source where it has one.</param>
    /// <param name="value">Its value.</param>
    public static bool IsTold(string name, long value)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var metric = slash < 0 ? name : name[..slash];
        if (_always.Contains(metric))
            return true;
        if (_one.Contains(metric))
            return value == 0;
        if (_ordinary.Contains(metric) || (slash >= 0 && _good.Contains(name[(slash + 1)..])))
            return false;

        return metric switch
        {
            "concentrator.acknowledged_permille" => value < AcknowledgedPermilleMin,
            "concentrator.airtime_permille" => value > AirtimePermilleMax,
            _ => value != 0,
        };
    }
}
