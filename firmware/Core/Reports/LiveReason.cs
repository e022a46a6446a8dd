namespace BoatTelemetry.Core.Reports;

/// <summary>Why a live position is sent, or that it is not; the console and the tests show it.</summary>
public enum LiveReason
{
    /// <summary>Not now.</summary>
    None = 0,

    /// <summary>The first one since start.</summary>
    First,

    /// <summary>An alarm began.</summary>
    Alarm,

    /// <summary>A boundary was crossed.</summary>
    Geofence,

    /// <summary>The boat came to rest.</summary>
    Stop,

    /// <summary>The boat got under way.</summary>
    Start,

    /// <summary>The boat became fast.</summary>
    Pursuit,

    /// <summary>The course is another than the last one told.</summary>
    Turn,

    /// <summary>The shore takes the boat to be somewhere else.</summary>
    DeadReckoning,

    /// <summary>The interval of the mode is over.</summary>
    Interval,

    /// <summary>The interval that a command has ordered is over.</summary>
    Ordered,

    /// <summary>No interval may be longer.</summary>
    Ceiling,
}
