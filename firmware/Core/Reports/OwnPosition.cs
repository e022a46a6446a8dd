using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.Reports;

/// <summary>The last accepted fix, for those who tell where the boat was when something else happened.</summary>
public sealed class OwnPosition
{
    /// <summary>Up to this age a fix is one of now.</summary>
    internal const int FreshMs = 10_000;

    private const int FiveMinutesMs = 300_000;
    private const int OneHourMs = 3_600_000;

    private readonly Fix _last = new Fix();
    private long _atMs;

    /// <summary>Whether there has been a fix since start.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>The last accepted fix.</summary>
    public Fix Last
    {
        get { return _last; }
    }

    /// <summary>Takes an accepted fix.</summary>
    public void Update(Fix fix, long monotonicMs)
    {
        _last.CopyFrom(fix);
        _atMs = monotonicMs;
        IsKnown = true;
    }

    /// <summary>Milliseconds since the last fix.</summary>
    public long AgeMs(long monotonicMs)
    {
        return monotonicMs - _atMs;
    }

    /// <summary>Puts the position and its age into an event; unknown stays unknown.</summary>
    public void Tell(EventReport report, long monotonicMs)
    {
        if (!IsKnown)
        {
            report.LatitudeE5 = Fix.Unknown;
            report.LongitudeE5 = Fix.Unknown;
            report.PositionAge = PositionAge.Older;
            return;
        }

        report.LatitudeE5 = LivePosition.NearestHundredth(_last.LatitudeE7);
        report.LongitudeE5 = LivePosition.NearestHundredth(_last.LongitudeE7);
        long ageMs = AgeMs(monotonicMs);
        if (ageMs <= FreshMs)
        {
            report.PositionAge = PositionAge.TenSeconds;
        }
        else if (ageMs <= FiveMinutesMs)
        {
            report.PositionAge = PositionAge.FiveMinutes;
        }
        else
        {
            report.PositionAge = ageMs <= OneHourMs ? PositionAge.OneHour : PositionAge.Older;
        }
    }
}
