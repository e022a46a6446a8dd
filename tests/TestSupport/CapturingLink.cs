using BoatTelemetry.Core.Links;

namespace BoatTelemetry.TestSupport;

/// <summary>A link that keeps a copy of every frame, or refuses them with <see cref="Answer"/>.</summary>
public sealed class CapturingLink : ILink
{
    public List<byte[]> Frames { get; } = [];

    public LinkResult Answer { get; set; } = LinkResult.Sent;

    public int FrameBytesMax => 255;

    public LinkResult Send(byte[] frame, int offset, int length)
    {
        if (Answer == LinkResult.Sent)
        {
            Frames.Add(frame.AsSpan(offset, length).ToArray());
        }

        return Answer;
    }
}
