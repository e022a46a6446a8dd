namespace BoatTelemetry.Core.Reports;

/// <summary>What a boat is at, as its speed and place tell it; the rates of its reports follow from this.</summary>
public enum BoatMode
{
    /// <summary>No fix has told a speed yet. Reports go as under way.</summary>
    Unknown = 0,

    /// <summary>At rest within a boat's length or two for long.</summary>
    Moored = 1,

    /// <summary>At rest: anchored, drifting, or moored since a short time.</summary>
    AtAnchor = 2,

    /// <summary>Under way.</summary>
    Patrol = 3,

    /// <summary>Fast: a chase, a rescue, a transit.</summary>
    Pursuit = 4,
}
