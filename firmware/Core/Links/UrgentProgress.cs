namespace BoatTelemetry.Core.Links;

/// <summary>How far an event has come, as far as the unit can know.</summary>
public enum UrgentProgress
{
    /// <summary>No link has sent it yet.</summary>
    Waiting = 0,

    /// <summary>Sent at least once, and not acknowledged.</summary>
    Sent,

    /// <summary>The shore has it.</summary>
    Acknowledged,
}
