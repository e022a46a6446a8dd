using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Sensors;

/// <summary>
/// What the sensors say now, in the units of <see cref="StatusReport"/>; each integer is <see cref="Fix.Unknown"/> where
/// nobody knows. Made once and filled again.
/// </summary>
public sealed class SensorReadings
{
    /// <inheritdoc cref="StatusReport.SupplyMv"/>
    public int SupplyMv;

    /// <inheritdoc cref="StatusReport.SupplyCurrentMa"/>
    public int SupplyCurrentMa;

    /// <inheritdoc cref="StatusReport.BatteryMv"/>
    public int BatteryMv;

    /// <inheritdoc cref="StatusReport.BatteryCurrentMa"/>
    public int BatteryCurrentMa;

    /// <inheritdoc cref="StatusReport.TemperatureC"/>
    public int TemperatureC;

    /// <inheritdoc cref="StatusReport.HumidityPercent"/>
    public int HumidityPercent;

    /// <inheritdoc cref="StatusReport.PressurePa"/>
    public int PressurePa;

    /// <inheritdoc cref="StatusReport.BilgeLevelCm"/>
    public int BilgeLevelCm;

    /// <inheritdoc cref="StatusReport.Engine1Rpm"/>
    public int Engine1Rpm;

    /// <inheritdoc cref="StatusReport.Engine2Rpm"/>
    public int Engine2Rpm;

    /// <inheritdoc cref="StatusReport.EngineDecihours"/>
    public int EngineDecihours;

    /// <inheritdoc cref="StatusReport.BoardTemperatureC"/>
    public int BoardTemperatureC;

    /// <inheritdoc cref="StatusReport.Bilge"/>
    public BilgeState Bilge;

    /// <inheritdoc cref="StatusReport.OnBattery"/>
    public bool OnBattery;

    /// <summary>The unit's battery is nearly empty and nothing charges it.</summary>
    public bool IsBatteryLow;

    /// <summary>The enclosure is open.</summary>
    public bool IsOpen;

    /// <summary>What cannot be relied on.</summary>
    public SensorFaults Faults;

    public SensorReadings()
    {
        Clear();
    }

    /// <summary>Makes everything unknown.</summary>
    public void Clear()
    {
        SupplyMv = Fix.Unknown;
        SupplyCurrentMa = Fix.Unknown;
        BatteryMv = Fix.Unknown;
        BatteryCurrentMa = Fix.Unknown;
        TemperatureC = Fix.Unknown;
        HumidityPercent = Fix.Unknown;
        PressurePa = Fix.Unknown;
        BilgeLevelCm = Fix.Unknown;
        Engine1Rpm = Fix.Unknown;
        Engine2Rpm = Fix.Unknown;
        EngineDecihours = Fix.Unknown;
        BoardTemperatureC = Fix.Unknown;
        Bilge = BilgeState.Unknown;
        OnBattery = false;
        IsBatteryLow = false;
        IsOpen = false;
        Faults = SensorFaults.None;
    }

    /// <summary>Writes them into what the unit knows of itself; its faults are not touched, they have other sources too.</summary>
    public void CopyTo(UnitState state)
    {
        state.SupplyMv = SupplyMv;
        state.BatteryMv = BatteryMv;
        state.TemperatureC = TemperatureC;
        state.Bilge = Bilge;
        state.HumidityPercent = HumidityPercent;
        state.PressurePa = PressurePa;
        state.SupplyCurrentMa = SupplyCurrentMa;
        state.BatteryCurrentMa = BatteryCurrentMa;
        state.BilgeLevelCm = BilgeLevelCm;
        state.Engine1Rpm = Engine1Rpm;
        state.Engine2Rpm = Engine2Rpm;
        state.EngineDecihours = EngineDecihours;
        state.BoardTemperatureC = BoardTemperatureC;
    }
}
