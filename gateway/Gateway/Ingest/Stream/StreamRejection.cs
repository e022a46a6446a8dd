namespace BoatTelemetry.Gateway.Ingest.Stream;

/// <summary>Why bytes of a stream did not become a <see cref="Datagram"/>.</summary>
public enum StreamRejection
{
    /// <summary>Not rejected.</summary>
    None = 0,

    /// <summary>Between two delimiters stands what COBS cannot be: it ends inside a block.</summary>
    CobsMalformed,

    /// <summary>More bytes between two delimiters than a packet can have; all up to the next delimiter is passed over.</summary>
    TooLong,

    /// <summary>Too few bytes for a frame and its CRC.</summary>
    TooShort,

    /// <summary>The CRC is another one.</summary>
    CrcMismatch,

    /// <summary>The queue to the admission is full: the newest is refused.</summary>
    QueueFull,
}
