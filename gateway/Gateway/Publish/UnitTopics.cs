using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Fleet;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>The topics of one unit (docs/mqtt.md), made once.</summary>
internal sealed class UnitTopics
{
    public UnitTopics(string topicRoot, FleetUnit unit)
    {
        Agency = unit.Agency;
        UnitText = unit.Unit.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var above = $"{topicRoot}/{unit.Agency}/{UnitText}";
        Position = above + "/position";
        PositionHistory = above + "/position/history";
        Track = above + "/track";
        Event = above + "/event";
        Status = above + "/status";
        StatusHistory = above + "/status/history";
        Link = above + "/link";
        State = above + "/state";
    }

    public string Agency { get; }

    public string UnitText { get; }

    public string Position { get; }

    public string PositionHistory { get; }

    public string Track { get; }

    public string Event { get; }

    public string Status { get; }

    public string StatusHistory { get; }

    public string Link { get; }

    public string State { get; }
}

/// <summary>The topics of all units, each made when it is first asked for. Any thread.</summary>
internal sealed class TopicCache(string topicRoot)
{
    private readonly UnitTopics?[] _units = new UnitTopics?[FrameHeader.UnitMax + 1];

    public string Root => topicRoot;

    /// <summary>A unit's topics; others, once the fleet file has given it to another agency.</summary>
    public UnitTopics Of(FleetUnit unit)
    {
        var topics = Volatile.Read(ref _units[unit.Unit]);
        if (topics is not null && topics.Agency == unit.Agency)
            return topics;
        topics = new UnitTopics(topicRoot, unit);
        Volatile.Write(ref _units[unit.Unit], topics);
        return topics;
    }
}
