namespace BoatTelemetry.Gateway.Ingest;

/// <summary>The clocks' readings of a reception.</summary>
internal static class IngestArrival
{
    /// <summary>A reception of now, of which nothing else is known.</summary>
    public static Reception Now(TimeProvider time, UplinkLink link, IngestSource source) => new()
    {
        Link = link,
        Source = source,
        ReceivedUtcMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
        ReceivedMonotonicMs = time.MonotonicMs(),
    };
}
