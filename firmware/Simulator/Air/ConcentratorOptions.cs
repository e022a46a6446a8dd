namespace BoatTelemetry.Simulator.Air;

/// <summary>How a simulated concentrator behaves towards its gateway.</summary>
public sealed record ConcentratorOptions
{
    /// <summary>
    /// As Semtech's forwarder does: it waits 2 x 50 ms for the acknowledgement, goes on without it and never sends a
    /// datagram again. It does not wait for one before it receives the next frame either.
    /// </summary>
    public static readonly ConcentratorOptions RealForwarder = new() { AckWaitMs = 100, AttemptsMax = 1, InFlightMax = 64 };

    /// <summary>
    /// For replays in which no frame may be missing: one datagram at a time, sent again until it is acknowledged. Only
    /// one, because a live frame that a newer one has overtaken is not believed any more; the gateway takes a copy of a
    /// frame that it has for a replay, so sending again does no harm.
    /// </summary>
    public static readonly ConcentratorOptions Lossless = new() { AckWaitMs = 250, AttemptsMax = 30, InFlightMax = 1 };

    /// <summary>The concentrator's identifier.</summary>
    public ulong Eui { get; init; } = 0xAA55_5A00_0000_0000;

    /// <summary>Between two PULL_DATA, milliseconds. The recorded forwarder: 10 s.</summary>
    public int KeepAliveMs { get; init; } = 10_000;

    /// <summary>Between two statistics, milliseconds. The forwarder's default is 30 s.</summary>
    public int StatisticsMs { get; init; } = 30_000;

    /// <summary>How long a PUSH_ACK is waited for, milliseconds.</summary>
    public int AckWaitMs { get; init; } = 100;

    /// <summary>How often a datagram is sent at the most.</summary>
    public int AttemptsMax { get; init; } = 1;

    /// <summary>Datagrams without an answer at any time; the next one waits, so that no UDP buffer overflows.</summary>
    public int InFlightMax { get; init; } = 64;
}

/// <summary>What a concentrator did, since start.</summary>
/// <param name="Heard">Frames handed to it.</param>
/// <param name="Acknowledged">Frames whose datagram the gateway acknowledged.</param>
/// <param name="GivenUp">Frames whose datagram was not acknowledged after all attempts.</param>
/// <param name="Resent">Datagrams sent again.</param>
/// <param name="SendFailures">Datagrams that the network did not take; they count as sent and lost.</param>
/// <param name="LateAcks">Acknowledgements of datagrams that nobody waits for any more.</param>
/// <param name="PullAcks">Keep-alives that the gateway acknowledged.</param>
/// <param name="Downlinks">Downlinks that the gateway sent.</param>
/// <param name="WaitedForRoom">Times that a frame waited because too many datagrams were in flight.</param>
/// <param name="DownlinksSent">Downlinks that its transmitter took; the others were refused.</param>
public sealed record ConcentratorCounters(
    long Heard,
    long Acknowledged,
    long GivenUp,
    long Resent,
    long SendFailures,
    long LateAcks,
    long PullAcks,
    long Downlinks,
    long WaitedForRoom,
    long DownlinksSent)
{
    /// <summary>Whether the gateway answered nothing of what was heard. Late answers are answers, too: on a busy machine all may be.</summary>
    public bool IsUnanswered => Heard > 0 && Acknowledged + LateAcks == 0;
}
