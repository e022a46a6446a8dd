using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// Tells the present from history: of a unit's positions, and of its statuses, none is published as the present after one with a
/// larger counter, and of those that wait in a gap only the newest there is. By the counter and not by the time: the unit
/// counts what it seals, so a clock that was wrong for a moment neither takes a boat back nor holds it there. One thread.
/// </summary>
internal sealed class PresentFrames(UnitActivity activity)
{
    private const long NotAsked = -2;

    private readonly long[] _live = Unasked();
    private readonly long[] _status = Unasked();

    /// <summary>Whether the frame, which is published now, is the present.</summary>
    /// <param name="frame">It.</param>
    /// <param name="isGap">It was committed before the connection.</param>
    public bool Take(in AdmittedFrame frame, bool isGap)
    {
        if (frame.Class != FrameClass.Live && frame.Kind != FrameKind.Status)
            return false;
        ref var published = ref (frame.Class == FrameClass.Live ? _live : _status)[frame.Unit];
        if (published == NotAsked)
            published = activity.NewestAtStart(frame.Unit, frame.Class);
        if (frame.Counter < published || (isGap && frame.Counter < activity.Newest(frame.Unit, frame.Class)))
            return false;
        published = frame.Counter;
        return true;
    }

    private static long[] Unasked()
    {
        var none = new long[FrameHeader.UnitMax + 1];
        Array.Fill(none, NotAsked);
        return none;
    }
}
