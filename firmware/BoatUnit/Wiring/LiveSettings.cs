using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>
/// The options that a change of the configuration reaches at once: the same objects for the whole run, filled again when
/// the configuration has moved. Those who were given them read them each time that they decide.
/// </summary>
public sealed class LiveSettings
{
    private const int MsPerS = 1_000;
    private const int SupplyHysteresisMv = 500;
    private const int BatteryHysteresisMv = 200;

    private int _revision;

    /// <param name="config">The running configuration.</param>
    public LiveSettings(UnitConfig config)
    {
        Track.WithSpeed = config.Flag(ConfigKeys.ReportsTrackSpeed);
        Motion.MooredRadiusM = config.Number(ConfigKeys.ReportsMooredRadiusM);
        Fill(config);
    }

    public LiveScheduleOptions Live { get; } = new LiveScheduleOptions();

    public MotionOptions Motion { get; } = new MotionOptions();

    public TrackRecorderOptions Track { get; } = new TrackRecorderOptions();

    public StatusRecorderOptions Status { get; } = new StatusRecorderOptions();

    public EventRecorderOptions Events { get; } = new EventRecorderOptions();

    public SensorOptions Sensors { get; } = new SensorOptions();

    /// <summary>Looks whether the configuration has moved.</summary>
    public void Poll(UnitConfig config)
    {
        if (config.Revision != _revision)
        {
            Fill(config);
        }
    }

    private void Fill(UnitConfig config)
    {
        _revision = config.Revision;
        Live.FloorMs = config.Number(ConfigKeys.ReportsFloorS) * MsPerS;
        Live.CeilingMs = config.Number(ConfigKeys.ReportsCeilingS) * MsPerS;
        Live.PatrolIntervalMs = config.Number(ConfigKeys.ReportsPatrolS) * MsPerS;
        Live.PursuitIntervalMs = config.Number(ConfigKeys.ReportsPursuitS) * MsPerS;
        Live.AtAnchorIntervalMs = config.Number(ConfigKeys.ReportsAnchoredS) * MsPerS;
        Live.MooredIntervalMs = config.Number(ConfigKeys.ReportsMooredS) * MsPerS;
        Live.AlarmIntervalMs = config.Number(ConfigKeys.ReportsAlarmS) * MsPerS;
        Live.LowBatteryFactor = config.Number(ConfigKeys.ReportsLowBatteryFactor);
        Live.DeadReckoningErrorM = config.Number(ConfigKeys.ReportsDeadReckoningM);
        Live.AtRestErrorM = config.Number(ConfigKeys.ReportsAtRestM);

        // Never below either of the two: a low battery is to send less.
        int widestM = Live.AtRestErrorM > Live.DeadReckoningErrorM ? Live.AtRestErrorM : Live.DeadReckoningErrorM;
        Live.LowBatteryErrorM = Live.LowBatteryFactor * widestM;
        Live.TurnDeg = config.Number(ConfigKeys.ReportsTurnDeg);
        FillMotion(config);
        Track.UnderWayIntervalS = config.Number(ConfigKeys.ReportsTrackS);
        Track.AtAnchorIntervalS = config.Number(ConfigKeys.ReportsTrackAnchoredS);
        Track.MooredIntervalS = config.Number(ConfigKeys.ReportsTrackMooredS);
        Track.LossMaxMs = config.Number(ConfigKeys.ReportsTrackLossS) * MsPerS;
        Status.IntervalMs = config.Number(ConfigKeys.ReportsStatusS) * MsPerS;
        Events.SensorRepeatMinMs = config.Number(ConfigKeys.ReportsSensorRepeatS) * MsPerS;
        FillSensors(config);
    }

    private void FillMotion(UnitConfig config)
    {
        Motion.MooredAfterMs = config.Number(ConfigKeys.ReportsMooredAfterS) * MsPerS;
        Motion.StartFromMilliknots = SpeedUnits.MilliknotsOf(config.Number(ConfigKeys.ReportsPatrolFromCmps));
        Motion.StopBelowMilliknots = Motion.StartFromMilliknots / 2;
        Motion.PursuitFromMilliknots = SpeedUnits.MilliknotsOf(config.Number(ConfigKeys.ReportsPursuitFromCmps));
        Motion.PursuitBelowMilliknots = (int)(Motion.PursuitFromMilliknots * 10L / 11);
        if (Motion.PursuitBelowMilliknots < Motion.StartFromMilliknots)
        {
            // Where the bands are close together, patrol begins where pursuit ends.
            Motion.PursuitBelowMilliknots = Motion.StartFromMilliknots;
        }
    }

    private void FillSensors(UnitConfig config)
    {
        Sensors.Engine.PulsesPerHundredRevolutions = config.Number(ConfigKeys.SensorsEnginePulsesE2);
        Sensors.Supply.LostBelowMv = config.Number(ConfigKeys.SensorsSupplyLowMv);
        Sensors.Supply.BackFromMv = Sensors.Supply.LostBelowMv + SupplyHysteresisMv;
        Sensors.Supply.BatteryLowMv = config.Number(ConfigKeys.SensorsBatteryLowMv);
        Sensors.Supply.BatteryFineMv = Sensors.Supply.BatteryLowMv + BatteryHysteresisMv;
        Sensors.Bilge.HighFromCm = config.Number(ConfigKeys.SensorsBilgeHighCm);
        Sensors.Bilge.HighUntilCm = Sensors.Bilge.HighFromCm * 4 / 5;
    }
}
