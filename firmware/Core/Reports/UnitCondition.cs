namespace BoatTelemetry.Core.Reports;

/// <summary>What a live report says of the unit itself. Kept up to date by the boat's sensors and its journal.</summary>
public sealed class UnitCondition
{
    /// <summary>Running from its own battery, the boat's supply being off.</summary>
    public bool OnBattery { get; set; }

    /// <summary>The unit's own battery is low. Not on air in a live frame: it makes reports rarer.</summary>
    public bool BatteryLow { get; set; }

    /// <summary>Any alarm is active: SOS, man overboard, bilge, tamper.</summary>
    public bool Alarm { get; set; }

    /// <summary>Durable frames wait for their acknowledgement.</summary>
    public bool BacklogPending { get; set; }
}
