using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Links;

namespace BoatTelemetry.TestSupport;

/// <summary>
/// A link that keeps the newest live frame and counts them, as the dispatcher's place for one does. Allocates nothing after
/// construction. One thread.
/// </summary>
public sealed class NewestLink : ILink
{
    private readonly byte[] _frame = new byte[LiveFrame.WorldBytes];

    /// <inheritdoc/>
    public int FrameBytesMax
    {
        get { return LiveFrame.WorldBytes; }
    }

    /// <summary>The frame, from index 0; sealed, not to be changed.</summary>
    public byte[] Frame
    {
        get { return _frame; }
    }

    /// <summary>Bytes of the frame; 0 before the first one.</summary>
    public int FrameBytes { get; private set; }

    /// <summary>
    /// Counts the frames that came; 0 before the first one. A link remembers which one it sent, and so knows a new one.
    /// </summary>
    public int Generation { get; private set; }

    /// <inheritdoc/>
    public LinkResult Send(byte[] frame, int offset, int length)
    {
        if (length > LiveFrame.WorldBytes)
        {
            return LinkResult.TooLong;
        }

        Array.Copy(frame, offset, _frame, 0, length);
        FrameBytes = length;
        Generation++;
        return LinkResult.Sent;
    }
}
