namespace BoatTelemetry.Gateway.Ingest.Cellular;

/// <summary>Why a datagram of the cellular port, or a frame in it, did not become a <see cref="Datagram"/>.</summary>
public enum CellularRejection
{
    /// <summary>Not rejected.</summary>
    None = 0,

    /// <summary>Nothing in it.</summary>
    Empty,

    /// <summary>One frame that is longer than a frame can be.</summary>
    TooLong,

    /// <summary>In a datagram of several: a length of zero or above what a frame can have. What stood before it was used.</summary>
    LengthOutOfRange,

    /// <summary>In a datagram of several: the last frame is cut off. What stood before it was used.</summary>
    CutOff,

    /// <summary>The address has sent more than its rate; the rest of this datagram is left out.</summary>
    RateLimited,

    /// <summary>The queue to the admission is full: the newest is refused.</summary>
    QueueFull,
}
