namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>Why a datagram, or one reception in it, did not become a <see cref="Datagram"/>. Each has its counter.</summary>
public enum PacketForwarderRejection
{
    /// <summary>Not rejected.</summary>
    None = 0,

    /// <summary>Shorter than its header.</summary>
    TooShort,

    /// <summary>Another protocol version than 1 and 2.</summary>
    WrongVersion,

    /// <summary>An identifier that the protocol does not define.</summary>
    UnknownIdentifier,

    /// <summary>An identifier that only a server sends.</summary>
    ServersIdentifier,

    /// <summary>The JSON breaks off, or is none. Receptions that stood whole before the damage were used.</summary>
    JsonMalformed,

    /// <summary>JSON of another shape: not an object, or <c>rxpk</c> not an array of objects.</summary>
    JsonShape,

    /// <summary>A reception without <c>stat</c>: whether its CRC was right is not known.</summary>
    CrcNotTold,

    /// <summary><c>stat</c> -1: the concentrator found the CRC wrong.</summary>
    CrcBad,

    /// <summary><c>stat</c> 0: sent without a CRC.</summary>
    CrcAbsent,

    /// <summary>A reception without <c>data</c>, or an empty one.</summary>
    DataMissing,

    /// <summary><c>data</c> is not base64.</summary>
    DataNotBase64,

    /// <summary><c>data</c> is longer than a LoRa payload can be.</summary>
    DataTooLong,

    /// <summary><c>size</c> and the length of <c>data</c> differ.</summary>
    SizeMismatch,

    /// <summary>The queue to the admission is full: the newest is refused.</summary>
    QueueFull,

    /// <summary>More datagrams a second from one address than are taken. Not answered either.</summary>
    RateExceeded,

    /// <summary>A concentrator that the fleet file does not name, where such are refused. Not answered either.</summary>
    Unregistered,

    /// <summary>A registered concentrator from an address that it may not have. Not answered either.</summary>
    AddressNotAllowed,

    /// <summary>More concentrators at once than there is room for.</summary>
    ConcentratorsFull,
}
