using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Journal;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// Tells the present from history: of a unit's positions, and of its statuses, none is published as the present after one with a
/// larger counter, and of those that wait in a gap only the newest there is. By the counter and not by the time: the unit
/// counts what it seals, so a clock that was wrong for a moment neither takes a boat back nor holds it there. One thread.
/// </summary>
/// <param name="activity">What this gateway's own admission has committed.</param>
internal sealed class PresentFrames(UnitActivity activity)
{
    /// <summary>Named limit: frames that <see cref="Learn"/> reads.</summary>
    public const int LearnMax = 20_000;

    private const int ReadMax = 512;
    private const long NotAsked = -2;

    private readonly long[] _live = Unasked();
    private readonly long[] _status = Unasked();
    private readonly long[] _learnedLive = Unasked();
    private readonly long[] _learnedStatus = Unasked();
    private readonly List<JournalRecord> _records = [];

    /// <summary>
    /// Looks at the end of the journal that is published, which in a cluster has frames of other gateways' admissions, and what another
    /// one has published as the present before.
    /// </summary>
    /// <param name="journal">The journal.</param>
    /// <param name="liveAfter">What is committed behind this number is published at once, and not looked at here.</param>
    /// <exception cref="JournalException">The storage could not be read.</exception>
    public void Learn(IJournal journal, long liveAfter)
    {
        for (var after = Math.Max(0, liveAfter - LearnMax); after < liveAfter; after = _records[^1].Frame.Id)
        {
            journal.Read(after, ReadMax, _records);
            if (_records.Count == 0)
                return;
            foreach (var record in _records)
            {
                var frame = record.Frame;
                if (frame.Id > liveAfter)
                    return;
                if (frame.Class == FrameClass.Live)
                    _learnedLive[frame.Unit] = Math.Max(_learnedLive[frame.Unit], frame.Counter);
                else if (frame.Kind == FrameKind.Status)
                    _learnedStatus[frame.Unit] = Math.Max(_learnedStatus[frame.Unit], frame.Counter);
            }
        }
    }

    /// <summary>Whether the frame, which is published now, is the present.</summary>
    /// <param name="frame">It.</param>
    /// <param name="isGap">It was committed before the connection.</param>
    public bool Take(in AdmittedFrame frame, bool isGap)
    {
        if (frame.Class != FrameClass.Live && frame.Kind != FrameKind.Status)
            return false;
        ref var published = ref (frame.Class == FrameClass.Live ? _live : _status)[frame.Unit];
        var learned = (frame.Class == FrameClass.Live ? _learnedLive : _learnedStatus)[frame.Unit];
        if (published == NotAsked)
            published = Math.Max(activity.NewestAtStart(frame.Unit, frame.Class), learned);
        if (frame.Counter < published || (isGap && frame.Counter < Math.Max(activity.Newest(frame.Unit, frame.Class), learned)))
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
