using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.Reports;

/// <summary>
/// What the unit knows of itself and of its boat for the next status, kept up to date by whoever measures it: sensors,
/// receiver, links, supervisor. Integers are <see cref="Fix.Unknown"/> until somebody tells them; units and ranges are those of
/// <see cref="StatusReport"/>. Made once.
/// </summary>
/// <remarks>What the journal, the counters and the clock know is not here: <see cref="StatusRecorder"/> asks them.</remarks>
public sealed class UnitState
{
    /// <inheritdoc cref="StatusReport.SupplyMv"/>
    public int SupplyMv = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.BatteryMv"/>
    public int BatteryMv = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.TemperatureC"/>
    public int TemperatureC = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.ResetCause"/>
    public ResetCause ResetCause;

    /// <inheritdoc cref="StatusReport.Bilge"/>
    public BilgeState Bilge;

    /// <summary>What does not work; a change of it makes a status.</summary>
    public UnitFaults Faults;

    /// <inheritdoc cref="StatusReport.SafeMode"/>
    public bool SafeMode;

    /// <inheritdoc cref="StatusReport.HumidityPercent"/>
    public int HumidityPercent = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.PressurePa"/>
    public int PressurePa = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.SupplyCurrentMa"/>
    public int SupplyCurrentMa = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.BatteryCurrentMa"/>
    public int BatteryCurrentMa = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.BilgeLevelCm"/>
    public int BilgeLevelCm = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.Engine1Rpm"/>
    public int Engine1Rpm = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.Engine2Rpm"/>
    public int Engine2Rpm = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.EngineDecihours"/>
    public int EngineDecihours = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.RssiDbm"/>
    public int RssiDbm = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.SnrCdb"/>
    public int SnrCdb = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.AirtimePermille"/>
    public int AirtimePermille = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.FixesRefused"/>
    public int FixesRefused = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.FreeMemoryKib"/>
    public int FreeMemoryKib = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.FirmwareVersion"/>
    public int FirmwareVersion = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.BoardTemperatureC"/>
    public int BoardTemperatureC = Fix.Unknown;

    /// <summary>The last command; <see cref="CommandExecutor"/> tells it.</summary>
    public uint LastCommand = StatusReport.NoCounter;

    /// <inheritdoc cref="LastCommand"/>
    public CommandResult CommandResult;

    /// <inheritdoc cref="StatusReport.FramesDamaged"/>
    public int FramesDamaged = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.SosDropped"/>
    public int SosDropped = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.EventsLost"/>
    public int EventsLost = Fix.Unknown;

    /// <inheritdoc cref="StatusReport.FixesLost"/>
    public int FixesLost = Fix.Unknown;

    /// <summary>Copies what is here into a report; the rest of the report stays as it is.</summary>
    public void CopyTo(StatusReport report)
    {
        report.SupplyMv = SupplyMv;
        report.BatteryMv = BatteryMv;
        report.TemperatureC = TemperatureC;
        report.ResetCause = ResetCause;
        report.Bilge = Bilge;
        report.Faults = Faults;
        report.SafeMode = SafeMode;
        report.HumidityPercent = HumidityPercent;
        report.PressurePa = PressurePa;
        report.SupplyCurrentMa = SupplyCurrentMa;
        report.BatteryCurrentMa = BatteryCurrentMa;
        report.BilgeLevelCm = BilgeLevelCm;
        report.Engine1Rpm = Engine1Rpm;
        report.Engine2Rpm = Engine2Rpm;
        report.EngineDecihours = EngineDecihours;
        report.RssiDbm = RssiDbm;
        report.SnrCdb = SnrCdb;
        report.AirtimePermille = AirtimePermille;
        report.FixesRefused = FixesRefused;
        report.FreeMemoryKib = FreeMemoryKib;
        report.FirmwareVersion = FirmwareVersion;
        report.BoardTemperatureC = BoardTemperatureC;
        report.LastCommand = LastCommand;
        report.CommandResult = CommandResult;
        report.FramesDamaged = FramesDamaged;
        report.SosDropped = SosDropped;
        report.EventsLost = EventsLost;
        report.FixesLost = FixesLost;
    }
}
