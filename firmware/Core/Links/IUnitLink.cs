namespace BoatTelemetry.Core.Links;

/// <summary>
/// A link as the unit works with it: it is driven by being polled, takes one frame at a time, and brings frames from shore.
/// </summary>
public interface IUnitLink : ILink
{
    LinkKind Kind { get; }

    /// <summary>What the driver believes. Whether anybody ashore listens, only acknowledgements tell.</summary>
    LinkState State { get; }

    /// <summary>Of the last frame from shore, dBm; <see cref="RadioLevel.Unknown"/> where the link has none.</summary>
    int RssiDbm { get; }

    /// <summary>Of the last frame from shore, 0.01 dB; <see cref="RadioLevel.Unknown"/> where the link has none.</summary>
    int SnrCdb { get; }

    /// <summary>Goes on with what was begun. Returns at once; never throws for what the air or the network does.</summary>
    void Poll(long monotonicMs);

    /// <summary>
    /// Copies the next frame from shore and returns its length, bytes; 0 when there is none. A frame longer than
    /// <see cref="Frames.FrameLimits"/> allows is dropped and counted by the link.
    /// </summary>
    int Receive(byte[] buffer, int offset);
}

/// <summary>The ways to shore, cheapest last.</summary>
public enum LinkKind
{
    LoRa = 0,
    Cellular,
    Wifi,
}

/// <summary>What a link's driver believes of it.</summary>
public enum LinkState
{
    /// <summary>Not there, or failed; the link tries again by itself.</summary>
    Down = 0,

    /// <summary>On its way up: registering, connecting.</summary>
    Starting,

    /// <summary>Takes a frame.</summary>
    Ready,

    /// <summary>A frame is on its way; it takes none now.</summary>
    Busy,
}
