namespace BoatTelemetry.Gateway.Ingest.LoRaWan;

/// <summary>Why an uplink of a LoRaWAN network server, or one reception in it, did not become a <see cref="Datagram"/>.</summary>
public enum LoRaWanRejection
{
    /// <summary>Not rejected.</summary>
    None = 0,

    /// <summary>A topic that is not the uplink topic of a device.</summary>
    TopicNotKnown,

    /// <summary>The JSON breaks off, or is none.</summary>
    JsonMalformed,

    /// <summary>JSON of another shape: not an object.</summary>
    JsonShape,

    /// <summary>
    /// The payload came encrypted under the AppSKey, which an external join server keeps: the network server cannot open
    /// it, and so cannot the gateway.
    /// </summary>
    PayloadEncrypted,

    /// <summary>No payload: an uplink of MAC commands alone.</summary>
    DataMissing,

    /// <summary>The payload is not base64.</summary>
    DataNotBase64,

    /// <summary>The payload is longer than a LoRa payload can be.</summary>
    DataTooLong,

    /// <summary>More gateways heard the uplink than are kept; these were left out.</summary>
    TooManyReceptions,

    /// <summary>The queue to the admission is full: the newest is refused.</summary>
    QueueFull,
}
