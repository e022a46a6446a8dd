using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>
/// The options that a change of the configuration reaches at once: the same objects for the whole run, filled again when
/// the configuration has moved. Those who were given them read them each time that they decide.
/// </summary>
public sealed class LiveSettings
{
    private const int MsPerS = 1_000;
    private const int TrackBytesOverLoRa = 66;
    private const int SupplyHysteresisMv = 500;
    private const int BatteryHysteresisMv = 200;

    // 1 kn is 51.444 cm/s.
    private const long MilliknotsPerCmpsE3 = 19_438;

    private int _revision;

    /// <param name="config">The running configuration.</param>
    /// <param name="hasNetwork">
    /// Whether a link carries the longest frames. What is sealed is not cut again, so tracks are cut for the narrowest link
    /// that has to carry them: LoRa alone takes 66 bytes at SF9 (11 % more bytes in all, measured on signalk-plaka).
    /// </param>
    public LiveSettings(UnitConfig config, bool hasNetwork)
    {
        Track.FrameBytesMax = hasNetwork ? FrameLimits.FrameBytesMax : TrackBytesOverLoRa;
        Fill(config);
    }

    public LiveScheduleOptions Live { get; } = new LiveScheduleOptions();

    public MotionOptions Motion { get; } = new MotionOptions();

    public TrackRecorderOptions Track { get; } = new TrackRecorderOptions();

    public StatusRecorderOptions Status { get; } = new StatusRecorderOptions();

    public SensorOptions Sensors { get; } = new SensorOptions();

    /// <summary>Looks whether the configuration has moved.</summary>
    public void Poll(UnitConfig config)
    {
        if (config.Revision != _revision)
        {
            Fill(config);
        }
    }

    private static int Milliknots(int cmps)
    {
        return (int)(cmps * MilliknotsPerCmpsE3 / 1_000);
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
        Live.LowBatteryFactor = config.Number(ConfigKeys.ReportsLowBatteryFactor);
        Live.DeadReckoningErrorM = config.Number(ConfigKeys.ReportsDeadReckoningM);
        Motion.StartFromMilliknots = Milliknots(config.Number(ConfigKeys.ReportsPatrolFromCmps));
        Motion.StopBelowMilliknots = Motion.StartFromMilliknots / 2;
        Motion.PursuitFromMilliknots = Milliknots(config.Number(ConfigKeys.ReportsPursuitFromCmps));
        Motion.PursuitBelowMilliknots = (int)(Motion.PursuitFromMilliknots * 4L / 5);
        if (Motion.PursuitBelowMilliknots < Motion.StartFromMilliknots)
        {
            // Where the bands are close together, patrol begins where pursuit ends.
            Motion.PursuitBelowMilliknots = Motion.StartFromMilliknots;
        }

        Track.UnderWayIntervalS = config.Number(ConfigKeys.ReportsTrackS);
        Status.IntervalMs = config.Number(ConfigKeys.ReportsStatusS) * MsPerS;
        FillSensors(config);
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
