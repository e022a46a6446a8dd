namespace BoatTelemetry.Core.Reports;

/// <summary>What a live report says of the unit itself. Kept up to date by the boat's sensors and its journal.</summary>
public sealed class UnitCondition
{
    /// <summary>Running from its own battery, the boat's supply being off.</summary>
    public bool OnBattery { get; set; }

    /// <summary>Any alarm is active: SOS, man overboard, bilge, tamper.</summary>
    public bool Alarm { get; set; }

    /// <summary>Durable frames wait for their acknowledgement.</summary>
    public bool BacklogPending { get; set; }
}
