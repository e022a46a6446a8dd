using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.BoatCtl.Radio;

/// <summary>A reception with where the boat was.</summary>
/// <param name="Frame">The frame.</param>
/// <param name="Reception">One of its receptions.</param>
/// <param name="LatitudeE5">Where the boat was, degrees x 10^5; null if not known.</param>
/// <param name="LongitudeE5">As the latitude.</param>
/// <param name="DistanceM">From the concentrator if it is known where that stands, else from the test's first position; null without a position.</param>
internal sealed record RangePoint(RadioFrame Frame, RadioReception Reception, int? LatitudeE5, int? LongitudeE5, int? DistanceM);

/// <summary>All that one way heard.</summary>
internal sealed record WaySummary(string Way, IReadOnlyList<RangePoint> Points, int LiveHeard, long LiveSent)
{
    /// <summary>Share of the unit's live frames that this way did not hear, 0 to 1; null if none are known.</summary>
    public double? Loss => LiveSent == 0 ? null : 1 - ((double)LiveHeard / LiveSent);
}

/// <summary>
/// Collects what a unit's frames say of the radio. Loss is by gaps of the live counter, which grows by one a frame: between the first and the last
/// one that anybody heard. A unit that starts anew meanwhile skips numbers, which then look lost. Not thread safe.
/// </summary>
/// <param name="places">Where concentrators stand, degrees x 10^5, by EUI in 16 hexadecimal digits.</param>
internal sealed class RangeTest(IReadOnlyDictionary<string, (int LatitudeE5, int LongitudeE5)> places)
{
    // A status or a track has no present position of its own: the last live one, if it is so young.
    private static readonly TimeSpan _positionYoung = TimeSpan.FromMinutes(2);

    // What is further apart than this is another start of the unit, not loss (Core's reservation is 64 numbers).
    private const int GapMax = 4_096;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly SortedSet<uint> _live = [];
    private readonly List<RangePoint> _points = [];
    private (int LatitudeE5, int LongitudeE5, DateTimeOffset At)? _last;
    private (int LatitudeE5, int LongitudeE5)? _first;

    /// <summary>Frames, each counted once.</summary>
    public int Frames => _seen.Count;

    /// <summary>All receptions, in their order.</summary>
    public IReadOnlyList<RangePoint> Points => _points;

    /// <summary>Takes a frame; false if it came before.</summary>
    public bool Add(RadioFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (!_seen.Add(frame.Id))
            return false;
        if (frame.IsLive)
        {
            _live.Add(frame.Counter);
            if (frame is { LatitudeE5: { } latitude, LongitudeE5: { } longitude })
            {
                _last = (latitude, longitude, frame.Received);
                _first ??= (latitude, longitude);
            }
        }

        foreach (var reception in frame.Receptions)
            _points.Add(PointOf(frame, reception));
        return true;
    }

    /// <summary>What each way heard, the one with most first.</summary>
    public IReadOnlyList<WaySummary> Ways()
    {
        var sent = LiveSent();
        return
        [
            .. _points.GroupBy(point => point.Reception.Way, StringComparer.Ordinal).OrderByDescending(way => way.Count())
                .Select(way => new WaySummary(way.Key, [.. way], way.Where(point => point.Frame.IsLive).Select(point => point.Frame.Counter).Distinct().Count(), sent)),
        ];
    }

    /// <summary>Live frames that the unit sent between the first and the last one heard, by their counters.</summary>
    public long LiveSent()
    {
        long sent = _live.Count == 0 ? 0 : 1;
        uint? before = null;
        foreach (var counter in _live)
        {
            if (before is { } last)
                sent += counter - last <= GapMax ? counter - last : 1;
            before = counter;
        }

        return sent;
    }

    /// <summary>Live frames that somebody heard.</summary>
    public int LiveHeard => _live.Count;

    private RangePoint PointOf(RadioFrame frame, RadioReception reception)
    {
        if (_last is not { } at || frame.Received - at.At > _positionYoung)
            return new RangePoint(frame, reception, null, null, null);
        var from = places.TryGetValue(reception.Way, out var place) ? place : _first!.Value;
        return new RangePoint(frame, reception, at.LatitudeE5, at.LongitudeE5, DistanceM(from, (at.LatitudeE5, at.LongitudeE5)));
    }

    private static int DistanceM((int LatitudeE5, int LongitudeE5) from, (int LatitudeE5, int LongitudeE5) to) =>
        (int)(EarthDistance.Centimetres(from.LatitudeE5 * 100, from.LongitudeE5 * 100, to.LatitudeE5 * 100, to.LongitudeE5 * 100) / 100);
}
