using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// How each unit is heard, over which link and by which concentrator, since it was last told. Counts every reception of a
/// genuine frame, repeated ones too.
/// </summary>
public sealed class LinkQuality : IUplinkListener
{
    /// <summary>Named limit: links and concentrators kept apart for one unit; what more there are count as frames only.</summary>
    public const int WaysMax = 16;

    private readonly UnitLinks?[] _units = new UnitLinks?[FrameHeader.UnitMax + 1];

    /// <inheritdoc/>
    public void Heard(int unit, FrameClass frameClass, uint counter, in Reception reception)
    {
        var links = Volatile.Read(ref _units[unit]);
        if (links is null)
        {
            links = new UnitLinks();
            Volatile.Write(ref _units[unit], links);
        }

        links.Add(in reception);
    }

    /// <summary>What was heard of a unit, once more than <paramref name="intervalMs"/> have passed since it was last told.</summary>
    internal bool TryTake(int unit, long utcMs, long intervalMs, List<LinkWay> ways, out LinkPeriod period)
    {
        period = default;
        return Volatile.Read(ref _units[unit]) is { } links && links.TryTake(utcMs, intervalMs, ways, out period);
    }

    private sealed class UnitLinks
    {
        private readonly Lock _lock = new();
        private readonly List<LinkWay> _ways = [];
        private long _sinceUtcMs = long.MinValue;
        private long _receptions;

        public void Add(in Reception reception)
        {
            lock (_lock)
            {
                if (_sinceUtcMs == long.MinValue)
                    _sinceUtcMs = reception.ReceivedUtcMs;
                _receptions++;
                for (var i = 0; i < _ways.Count; i++)
                {
                    if (_ways[i].Link == reception.Link && _ways[i].Concentrator == reception.Concentrator)
                    {
                        _ways[i] = _ways[i].With(in reception);
                        return;
                    }
                }

                if (_ways.Count < WaysMax)
                    _ways.Add(new LinkWay { Link = reception.Link, Concentrator = reception.Concentrator }.With(in reception));
            }
        }

        public bool TryTake(long utcMs, long intervalMs, List<LinkWay> ways, out LinkPeriod period)
        {
            lock (_lock)
            {
                period = new LinkPeriod(_sinceUtcMs, utcMs, _receptions);

                // Since the first reception: a unit that was just heard is not told of at once, and then rarely.
                if (_receptions == 0 || utcMs - _sinceUtcMs < intervalMs)
                    return false;
                ways.Clear();
                ways.AddRange(_ways);
                _ways.Clear();
                _receptions = 0;
                _sinceUtcMs = long.MinValue;
                return true;
            }
        }
    }
}

/// <summary>A time in which receptions were counted.</summary>
/// <param name="FromUtcMs">The first reception.</param>
/// <param name="ToUtcMs">The end.</param>
/// <param name="Receptions">All of them.</param>
internal readonly record struct LinkPeriod(long FromUtcMs, long ToUtcMs, long Receptions);

/// <summary>Receptions by one concentrator, or over a link that has none. What nobody told is <see cref="Reception.Unknown"/>.</summary>
internal readonly record struct LinkWay()
{
    public UplinkLink Link { get; init; }

    /// <summary>0 where no concentrator heard it.</summary>
    public ulong Concentrator { get; init; }

    public int Receptions { get; init; }

    public long LastUtcMs { get; init; }

    public int RssiLeastDbm { get; init; } = Reception.Unknown;

    public int RssiMostDbm { get; init; } = Reception.Unknown;

    public int SnrLeastDecibelE1 { get; init; } = Reception.Unknown;

    public int SnrMostDecibelE1 { get; init; } = Reception.Unknown;

    /// <summary>Of the last reception.</summary>
    public int SpreadingFactor { get; init; } = Reception.Unknown;

    public LinkWay With(in Reception reception) => this with
    {
        Receptions = Receptions + 1,
        LastUtcMs = Math.Max(LastUtcMs, reception.ReceivedUtcMs),
        RssiLeastDbm = Least(RssiLeastDbm, reception.RssiDbm),
        RssiMostDbm = Math.Max(RssiMostDbm, reception.RssiDbm),
        SnrLeastDecibelE1 = Least(SnrLeastDecibelE1, reception.SnrDecibelE1),
        SnrMostDecibelE1 = Math.Max(SnrMostDecibelE1, reception.SnrDecibelE1),
        SpreadingFactor = reception.SpreadingFactor,
    };

    // The unknown is the smallest integer, so the largest needs no care.
    private static int Least(int a, int b) => a == Reception.Unknown ? b : b == Reception.Unknown ? a : Math.Min(a, b);
}
