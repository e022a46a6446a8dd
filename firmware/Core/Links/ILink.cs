namespace BoatTelemetry.Core.Links;

/// <summary>A way to shore: takes a whole sealed frame, promises nothing about its arrival.</summary>
public interface ILink
{
    /// <summary>The largest frame this link carries now, bytes.</summary>
    int FrameBytesMax { get; }

    /// <summary>
    /// Sends <paramref name="length"/> bytes of <paramref name="frame"/> from <paramref name="offset"/> on. The link
    /// has no claim on the array after the call.
    /// </summary>
    LinkResult Send(byte[] frame, int offset, int length);
}

/// <summary>What became of a frame that was given to a link.</summary>
public enum LinkResult
{
    /// <summary>Given to the air, or to the network.</summary>
    Sent = 0,

    /// <summary>The link is not up.</summary>
    Down,

    /// <summary>The frame is longer than <see cref="ILink.FrameBytesMax"/>.</summary>
    TooLong,

    /// <summary>The link's own queue is full.</summary>
    Busy,

    /// <summary>The driver or the network reported a failure.</summary>
    Failed,

    /// <summary>Sending now would break the region's rules; the link says when it may.</summary>
    NotLegal,
}
