using BoatTelemetry.Gateway.Downlink;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>
/// One concentrator's counts: its own from <c>stat</c>, summed since the gateway's start, and the gateway's of it. Written
/// by the ingest and by downlinks, read by whoever asks.
/// </summary>
public sealed class ConcentratorTally
{
    private long _frames;
    private long _received;
    private long _receivedGood;
    private long _forwarded;
    private long _ordersReceived;
    private long _sent;
    private long _acknowledgedPermille = Reception.Unknown;
    private long _temperatureDeciC = Reception.Unknown;
    private long _downlinksSent;
    private long _downlinksFailed;

    /// <summary>Receptions taken into the queue.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>Packets its radio received, the damaged ones too.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Of these, with a right CRC.</summary>
    public long ReceivedGood => Volatile.Read(ref _receivedGood);

    /// <summary>Packets it forwarded.</summary>
    public long Forwarded => Volatile.Read(ref _forwarded);

    /// <summary>Orders that reached it.</summary>
    public long OrdersReceived => Volatile.Read(ref _ordersReceived);

    /// <summary>Packets its radio sent.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Share of its datagrams that it saw acknowledged, permille, in its last statistics; or unknown.</summary>
    public long AcknowledgedPermille => Volatile.Read(ref _acknowledgedPermille);

    /// <summary>Its temperature, tenths of a degree Celsius, in its last statistics; or unknown.</summary>
    public long TemperatureDeciC => Volatile.Read(ref _temperatureDeciC);

    /// <summary>Downlinks that went out through it.</summary>
    public long DownlinksSent => Volatile.Read(ref _downlinksSent);

    /// <summary>Downlinks that were to go out through it and did not.</summary>
    public long DownlinksFailed => Volatile.Read(ref _downlinksFailed);

    /// <summary>A reception was queued.</summary>
    public void Heard() => Interlocked.Increment(ref _frames);

    /// <summary>A downlink came to its end.</summary>
    public void Downlinked(DownlinkOutcome outcome)
    {
        if (outcome == DownlinkOutcome.Sent)
            Interlocked.Increment(ref _downlinksSent);
        else
            Interlocked.Increment(ref _downlinksFailed);
    }

    /// <summary>It told its statistics.</summary>
    public void Told(in ConcentratorStatistics statistics)
    {
        Sum(ref _received, statistics.Received);
        Sum(ref _receivedGood, statistics.ReceivedGood);
        Sum(ref _forwarded, statistics.Forwarded);
        Sum(ref _ordersReceived, statistics.Downlinks);
        Sum(ref _sent, statistics.Sent);
        Volatile.Write(ref _acknowledgedPermille, statistics.AcknowledgedPermille);
        Volatile.Write(ref _temperatureDeciC, statistics.TemperatureDeciC);
    }

    private static void Sum(ref long sum, long told)
    {
        if (told != Reception.Unknown)
            Interlocked.Add(ref sum, told);
    }
}
