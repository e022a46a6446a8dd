namespace BoatTelemetry.Core.Frames;

/// <summary>What a frame is; four bits of its header. Zero is never used, so that a run of zeros is no frame.</summary>
public enum FrameKind
{
    /// <summary>Live position inside the operating area.</summary>
    LiveArea = 1,

    /// <summary>Live position anywhere in the world.</summary>
    LiveWorld = 2,

    /// <summary>Fixes without loss, many in a block.</summary>
    Track = 3,

    /// <summary>The course of an hour within a known error.</summary>
    Sketch = 4,

    /// <summary>Something happened: SOS, man overboard, a contact.</summary>
    Event = 5,

    /// <summary>How the unit and its boat are.</summary>
    Status = 6,

    /// <summary>To the unit: which durable frames need not be sent again.</summary>
    Acknowledgement = 7,

    /// <summary>To the unit: what it is asked to do.</summary>
    Command = 8,
}

/// <summary>Which way a frame goes; a bit of its nonce, so that no frame can be turned back at its sender.</summary>
public enum FrameDirection
{
    /// <summary>From a unit to the gateway.</summary>
    Uplink = 0,

    /// <summary>From the gateway to a unit.</summary>
    Downlink = 1,
}
