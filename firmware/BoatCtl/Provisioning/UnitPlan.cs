using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.BoatCtl.Provisioning;

/// <summary>What a unit is to be: its entry in the fleet and its configuration.</summary>
/// <param name="Unit">Its number, 0 to 16,383.</param>
/// <param name="Agency">A level of its topics.</param>
/// <param name="Name">The boat's, for people.</param>
internal sealed record UnitPlan(int Unit, string Agency, string Name)
{
    /// <summary>Null for the fleet's own.</summary>
    public OperatingArea? Area { get; init; }

    /// <summary>Null for the one that the unit has.</summary>
    public string? Region { get; init; }

    /// <summary>The gateway's cellular port; null for no cellular link of its own.</summary>
    public ServerAddress? Cellular { get; init; }

    public string? Apn { get; init; }
}
