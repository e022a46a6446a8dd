using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Reports;

/// <summary>
/// Leads each accepted fix through all who report by it, in this order: own position, motion, boundaries, track, live
/// frame. Allocates nothing. One thread.
/// </summary>
public sealed class FixReports : IFixSink
{
    private readonly OwnPosition _own;
    private readonly MotionWatch _motion;
    private readonly Geofence _fences;
    private readonly TrackRecorder _track;
    private readonly LiveSchedule _schedule;
    private readonly LiveReporter _live;
    private readonly IClock _clock;

    public FixReports(
        OwnPosition own,
        MotionWatch motion,
        Geofence fences,
        TrackRecorder track,
        LiveSchedule schedule,
        LiveReporter live,
        IClock clock)
    {
        _own = own;
        _motion = motion;
        _fences = fences;
        _track = track;
        _schedule = schedule;
        _live = live;
        _clock = clock;
    }

    /// <summary>Fixes that came.</summary>
    public int Accepted { get; private set; }

    /// <summary>Fixes that were refused, for the status.</summary>
    public int Refused { get; private set; }

    /// <inheritdoc/>
    public void OnFix(Fix fix)
    {
        long monotonicMs = _clock.MonotonicMs;
        Accepted++;
        _own.Update(fix, monotonicMs);
        BoatMode mode = _motion.Update(fix, monotonicMs);
        int crossings = _fences.Crossings;
        _fences.Update(fix);
        if (_fences.Crossings != crossings)
        {
            _schedule.Crossed();
        }

        _track.Record(fix, mode, monotonicMs);
        _live.ReportIfDue(fix, _schedule, mode, monotonicMs);
    }

    /// <inheritdoc/>
    public void OnRefused(Fix fix, FixRefusal reason)
    {
        Refused++;
    }
}
