using BoatTelemetry.Core.Tracks;

namespace BoatTelemetry.Core.Frames;

// kind                 class    direction  header  body      tag  sealed
// 1 live, area         live     up         4       11        4    19
// 2 live, world        live     up         4       12        4    20
// 3 track block        durable  up         7      13..207    8    28..222
// 4 sketch             durable  up         7      12..51     8    27..66
// 5 event              durable  up         7       13        4    24
//   long form                                      18             29
// 6 status             durable  up         7       13        4    24
//   long form                                      50             61
//   either with losses                             +8             +8
// 7 acknowledgement    live     down       4       8         4    16
//   long form                                      16             24
// 8 command            durable  down       7       5..20     8    20..35

/// <summary>How long the parts of each kind of frame are, and which way it goes: the table of docs/FRAME-SPEC.md.</summary>
public static class FrameLimits
{
    /// <summary>The longest frame of any kind, bytes: what SF7 carries behind a LoRaWAN-sized margin.</summary>
    public const int FrameBytesMax = 222;

    /// <summary>The longest sketch, bytes: what SF9 carries under a 400 ms dwell limit.</summary>
    public const int SketchBytesMax = 66;

    /// <summary>The longest body of any kind, bytes.</summary>
    public const int BodyBytesMax = FrameBytesMax - FrameHeader.DurableBytes - LongTagBytes;

    /// <summary>Bytes of the tag where a forgery would cost one frame.</summary>
    public const int ShortTagBytes = 4;

    /// <summary>Bytes of the tag where a forgery would cost much: a block of the record, an order to a unit.</summary>
    public const int LongTagBytes = 8;

    /// <summary>Whether the kind is defined.</summary>
    public static bool IsDefined(FrameKind kind)
    {
        return kind >= FrameKind.LiveArea && kind <= FrameKind.Command;
    }

    /// <summary>Whether the kind is of the durable class: long header, counter whole on air.</summary>
    public static bool IsDurable(FrameKind kind)
    {
        return kind != FrameKind.LiveArea && kind != FrameKind.LiveWorld && kind != FrameKind.Acknowledgement;
    }

    /// <summary>Which way frames of the kind go.</summary>
    public static FrameDirection DirectionOf(FrameKind kind)
    {
        return kind == FrameKind.Acknowledgement || kind == FrameKind.Command
            ? FrameDirection.Downlink
            : FrameDirection.Uplink;
    }

    /// <summary>Bytes of the kind's header.</summary>
    public static int HeaderBytes(FrameKind kind)
    {
        return IsDurable(kind) ? FrameHeader.DurableBytes : FrameHeader.LiveBytes;
    }

    /// <summary>Bytes of the kind's tag.</summary>
    public static int TagBytes(FrameKind kind)
    {
        return kind == FrameKind.Track || kind == FrameKind.Sketch || kind == FrameKind.Command
            ? LongTagBytes
            : ShortTagBytes;
    }

    /// <summary>The flags that the kind defines, of the four bits of its header.</summary>
    public static int FlagsDefined(FrameKind kind)
    {
        switch (kind)
        {
            case FrameKind.Event:
                return EventFrame.FlagsDefined;
            case FrameKind.Status:
                return StatusFrame.FlagsDefined;
            default:
                return 0;
        }
    }

    /// <summary>Whether the body's positions count from the operating area, whose origin is then authenticated.</summary>
    public static bool UsesArea(FrameKind kind, int flags)
    {
        return kind == FrameKind.LiveArea || (kind == FrameKind.Event && (flags & EventFrame.WorldFlag) == 0);
    }

    /// <summary>Bytes of the shortest body of a defined kind with these flags.</summary>
    public static int BodyBytesShortest(FrameKind kind, int flags)
    {
        switch (kind)
        {
            case FrameKind.LiveArea:
                return LiveFrame.AreaBodyBytes;
            case FrameKind.LiveWorld:
                return LiveFrame.WorldBodyBytes;
            case FrameKind.Track:
                return TrackBlock.HeaderBytes;
            case FrameKind.Sketch:
                return Sketch.HeaderBytes;
            case FrameKind.Event:
                return EventFrame.BodyBytes(flags);
            case FrameKind.Status:
                return StatusFrame.BodyBytes(flags);
            case FrameKind.Acknowledgement:
                return AcknowledgementFrame.BodyBytes;
            default:
                return CommandFrame.BodyBytesMin;
        }
    }

    /// <summary>Bytes of the longest body of a defined kind with these flags.</summary>
    public static int BodyBytesLongest(FrameKind kind, int flags)
    {
        switch (kind)
        {
            case FrameKind.Track:
                return BodyBytesMax;
            case FrameKind.Sketch:
                return SketchBytesMax - FrameHeader.DurableBytes - LongTagBytes;
            case FrameKind.Acknowledgement:
                return AcknowledgementFrame.LongBodyBytes;
            case FrameKind.Command:
                return CommandFrame.BodyBytesMax;
            default:
                return BodyBytesShortest(kind, flags);
        }
    }

    /// <summary>Whether a body of so many bytes is too short or too long for its kind and flags.</summary>
    public static FrameRejection CheckBodyBytes(FrameKind kind, int flags, int bytes)
    {
        if (bytes < BodyBytesShortest(kind, flags))
        {
            return FrameRejection.TooShort;
        }

        // One of two lengths, and its header has no flags that would say which.
        if (kind == FrameKind.Acknowledgement && bytes > AcknowledgementFrame.BodyBytes && bytes < AcknowledgementFrame.LongBodyBytes)
        {
            return FrameRejection.TooShort;
        }

        return bytes > BodyBytesLongest(kind, flags) ? FrameRejection.TooLong : FrameRejection.None;
    }
}
