using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.Core;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.BoatUnit.Config;

/// <summary>
/// Every key of the configuration, once: parser, validation, console and the page docs/bench-console.md have them from
/// here. Numbers carry their unit in their name.
/// </summary>
public static class ConfigKeys
{
    /// <summary>Of this list. A change that an older unit could not read, or that moves a key, raises it.</summary>
    public const int Version = 1;

    private const string Unit = "unit";
    private const string Board = "board";
    private const string Gnss = "gnss";
    private const string Lora = "lora";
    private const string Cellular = "cellular";
    private const string Wifi = "wifi";
    private const string Reports = "reports";
    private const string Fences = "fences";
    private const string Sensors = "sensors";
    private const string Supervisor = "supervisor";

    private const int DaySeconds = 86_400;
    private const int MsPerS = 1_000;
    private const int PermillePerPercent = 10;

    // Where a key stands for an option of Core, the option's own value is the default: it stands there once.
    private static readonly LoRaOptions LoRaDefaults = new LoRaOptions();
    private static readonly AirtimeOptions AirtimeDefaults = new AirtimeOptions();
    private static readonly LiveScheduleOptions LiveDefaults = new LiveScheduleOptions();
    private static readonly MotionOptions MotionDefaults = new MotionOptions();
    private static readonly TrackRecorderOptions TrackDefaults = new TrackRecorderOptions();
    private static readonly StatusRecorderOptions StatusDefaults = new StatusRecorderOptions();
    private static readonly EventRecorderOptions EventDefaults = new EventRecorderOptions();

    // unit: who it is. The area must be the gateway's for this unit.
    public static readonly ConfigEntry UnitId = ConfigEntry.Number(Unit, "id", 0, 0, FrameHeader.UnitMax);
    public static readonly ConfigEntry UnitAgency = ConfigEntry.Text(Unit, "agency", "", 0, 24);
    public static readonly ConfigEntry AreaLatitudeE5 =
        ConfigEntry.Number(Unit, "areaLatitudeE5", -1_200_000, -9_000_000, 9_000_000);

    public static readonly ConfigEntry AreaLongitudeE5 =
        ConfigEntry.Number(Unit, "areaLongitudeE5", 9_000_000, -18_000_000, 18_000_000);

    // board: which of the files in Board/.
    public static readonly ConfigEntry BoardModel = ConfigEntry.Choice(
        Board, "model", new string[] { TBeamBoard.Model, CarrierS3Board.Model }, 0);

    // gnss
    public static readonly ConfigEntry GnssRateHz = ConfigEntry.Number(Gnss, "rateHz", 1, 1, 10);
    public static readonly ConfigEntry GnssBaud = ConfigEntry.Number(Gnss, "baud", 9_600, 4_800, 115_200);
    public static readonly ConfigEntry GnssEarliestDate = ConfigEntry.Day(Gnss, "earliestDate", FirmwareRelease.DayNumber);

    // lora
    public static readonly ConfigEntry LoraEnabled = ConfigEntry.Flag(Lora, "enabled", true);

    // "none" receives only.
    public static readonly ConfigEntry LoraRegion = ConfigEntry.Choice(
        Lora, "region", new string[] { "none", "AS923-1", "AS923-2", "AS923-3", "AS923-4", "EU868", "US915" }, 2);

    public static readonly ConfigEntry LoraSpreadingFactorMin = ConfigEntry.Number(Lora, "spreadingFactorMin", LoRaDefaults.SpreadingFactorMin, 7, 12);
    public static readonly ConfigEntry LoraSpreadingFactorMax = ConfigEntry.Number(Lora, "spreadingFactorMax", LoRaDefaults.SpreadingFactorMax, 7, 12);

    // What both transceivers have: SX1276 on PA_BOOST 2 to 20 dBm.
    public static readonly ConfigEntry LoraPowerDbm = ConfigEntry.Number(Lora, "powerDbm", LoRaDefaults.PowerDbm, 2, 20);
    public static readonly ConfigEntry LoraAntennaGainCdb = ConfigEntry.Number(Lora, "antennaGainCdb", AirtimeDefaults.AntennaGainCdb, -1_000, 1_000);
    public static readonly ConfigEntry LoraSyncWord = ConfigEntry.Number(Lora, "syncWord", LoRaDefaults.SyncWord, 0, 255);
    public static readonly ConfigEntry LoraBacklogPercent = ConfigEntry.Number(Lora, "backlogPercent", AirtimeDefaults.BacklogPermille / PermillePerPercent, 0, 100);
    public static readonly ConfigEntry LoraSosReservePercent = ConfigEntry.Number(Lora, "sosReservePercent", AirtimeDefaults.SosReservePermille / PermillePerPercent, 0, 90);

    // cellular: UDP to the gateway through the modem. The SIM's PIN is a secret.
    public static readonly ConfigEntry CellularEnabled = ConfigEntry.Flag(Cellular, "enabled", false);
    public static readonly ConfigEntry CellularDialect =
        ConfigEntry.Choice(Cellular, "dialect", new string[] { "sim7080", "a7672" }, 0);

    public static readonly ConfigEntry CellularApn = ConfigEntry.Text(Cellular, "apn", "internet", 1, 63);
    public static readonly ConfigEntry CellularUser = ConfigEntry.Text(Cellular, "user", "", 0, 32);
    public static readonly ConfigEntry CellularHost = ConfigEntry.Text(Cellular, "host", "", 0, 63);
    public static readonly ConfigEntry CellularPort = ConfigEntry.Number(Cellular, "port", 1_700, 1, 65_535);

    // wifi: MQTT in harbour. Passwords are secrets; the certificate of the broker's authority has an area of its own, or is a
    // file beside this configuration.
    public static readonly ConfigEntry WifiEnabled = ConfigEntry.Flag(Wifi, "enabled", false);
    public static readonly ConfigEntry WifiSsid = ConfigEntry.Text(Wifi, "ssid", "", 0, 32);
    public static readonly ConfigEntry WifiMqttHost = ConfigEntry.Text(Wifi, "mqttHost", "", 0, 63);
    public static readonly ConfigEntry WifiMqttPort = ConfigEntry.Number(Wifi, "mqttPort", 8_883, 1, 65_535);
    public static readonly ConfigEntry WifiMqttUser = ConfigEntry.Text(Wifi, "mqttUser", "", 0, 32);
    public static readonly ConfigEntry WifiTls = ConfigEntry.Flag(Wifi, "tls", true);
    public static readonly ConfigEntry WifiCaCertificateFile = ConfigEntry.Text(Wifi, "caCertificateFile", "", 0, 48);

    // reports: when to say what, by speed band; the slower bound of a band is the band before.
    public static readonly ConfigEntry ReportsMooredS = Interval("mooredS", LiveDefaults.MooredIntervalMs, DaySeconds);
    public static readonly ConfigEntry ReportsAnchoredS = Interval("anchoredS", LiveDefaults.AtAnchorIntervalMs, DaySeconds);
    public static readonly ConfigEntry ReportsPatrolS = Interval("patrolS", LiveDefaults.PatrolIntervalMs, 3_600);
    public static readonly ConfigEntry ReportsPursuitS = Interval("pursuitS", LiveDefaults.PursuitIntervalMs, 3_600);
    public static readonly ConfigEntry ReportsAlarmS = Interval("alarmS", LiveDefaults.AlarmIntervalMs, 3_600);
    public static readonly ConfigEntry ReportsLowBatteryFactor =
        ConfigEntry.Number(Reports, "lowBatteryFactor", LiveDefaults.LowBatteryFactor, 1, 20).Immediate();

    public static readonly ConfigEntry ReportsPatrolFromCmps = Speed("patrolFromCmps", MotionDefaults.StartFromMilliknots);
    public static readonly ConfigEntry ReportsPursuitFromCmps = Speed("pursuitFromCmps", MotionDefaults.PursuitFromMilliknots);
    public static readonly ConfigEntry ReportsMooredRadiusM =
        ConfigEntry.Number(Reports, "mooredRadiusM", MotionDefaults.MooredRadiusM, 5, 1_000);

    public static readonly ConfigEntry ReportsMooredAfterS = Interval("mooredAfterS", MotionDefaults.MooredAfterMs, DaySeconds);
    public static readonly ConfigEntry ReportsFloorS = Interval("floorS", LiveDefaults.FloorMs, 3_600);
    public static readonly ConfigEntry ReportsCeilingS = Interval("ceilingS", LiveDefaults.CeilingMs, DeadReckoning.HorizonMs / MsPerS);
    public static readonly ConfigEntry ReportsDeadReckoningM =
        ConfigEntry.Number(Reports, "deadReckoningM", LiveDefaults.DeadReckoningErrorM, 10, 5_000).Immediate();

    public static readonly ConfigEntry ReportsAtRestM =
        ConfigEntry.Number(Reports, "atRestM", LiveDefaults.AtRestErrorM, 10, 5_000).Immediate();

    public static readonly ConfigEntry ReportsTurnDeg =
        ConfigEntry.Number(Reports, "turnDeg", LiveDefaults.TurnDeg, 0, 180).Immediate();

    public static readonly ConfigEntry ReportsTrackS = ConfigEntry.Number(Reports, "trackS", TrackDefaults.UnderWayIntervalS, 1, 60).Immediate();
    public static readonly ConfigEntry ReportsTrackAnchoredS =
        ConfigEntry.Number(Reports, "trackAnchoredS", TrackDefaults.AtAnchorIntervalS, 1, 3_600).Immediate();

    public static readonly ConfigEntry ReportsTrackMooredS =
        ConfigEntry.Number(Reports, "trackMooredS", TrackDefaults.MooredIntervalS, 1, 3_600).Immediate();

    // The encoder is made for one of the two.
    public static readonly ConfigEntry ReportsTrackSpeed = ConfigEntry.Flag(Reports, "trackSpeed", TrackDefaults.WithSpeed);
    public static readonly ConfigEntry ReportsTrackLossS =
        ConfigEntry.Number(Reports, "trackLossS", TrackDefaults.LossMaxMs / MsPerS, 10, 3_600).Immediate();

    public static readonly ConfigEntry ReportsStatusS =
        ConfigEntry.Number(Reports, "statusS", StatusDefaults.IntervalMs / MsPerS, 60, DaySeconds).Immediate();

    public static readonly ConfigEntry ReportsSensorRepeatS =
        ConfigEntry.Number(Reports, "sensorRepeatS", EventDefaults.SensorRepeatMinMs / MsPerS, 0, DaySeconds).Immediate();

    // fences: boundaries whose crossing is an event; fence1 is number 1.
    public static readonly ConfigEntry FencesHysteresisM =
        ConfigEntry.Number(Fences, "hysteresisM", Geofence.HysteresisMDefault, 0, Geofence.HysteresisMMax);

    public static readonly ConfigEntry Fence1 = ConfigEntry.Fence(Fences, "fence1");
    public static readonly ConfigEntry Fence2 = ConfigEntry.Fence(Fences, "fence2");
    public static readonly ConfigEntry Fence3 = ConfigEntry.Fence(Fences, "fence3");
    public static readonly ConfigEntry Fence4 = ConfigEntry.Fence(Fences, "fence4");
    public static readonly ConfigEntry Fence5 = ConfigEntry.Fence(Fences, "fence5");
    public static readonly ConfigEntry Fence6 = ConfigEntry.Fence(Fences, "fence6");
    public static readonly ConfigEntry Fence7 = ConfigEntry.Fence(Fences, "fence7");
    public static readonly ConfigEntry Fence8 = ConfigEntry.Fence(Fences, "fence8");

    /// <summary>The boundaries, in the order of their numbers.</summary>
    public static readonly ConfigEntry[] AllFences = { Fence1, Fence2, Fence3, Fence4, Fence5, Fence6, Fence7, Fence8 };

    // sensors: what is fitted, and how its volts are to be read.
    public static readonly ConfigEntry SensorsEnvironment = ConfigEntry.Flag(Sensors, "environment", true);
    public static readonly ConfigEntry SensorsPower = ConfigEntry.Flag(Sensors, "power", true);
    public static readonly ConfigEntry SensorsConverter = ConfigEntry.Flag(Sensors, "converter", true);
    public static readonly ConfigEntry SensorsRealTimeClock = ConfigEntry.Flag(Sensors, "realTimeClock", true);
    public static readonly ConfigEntry SensorsBilgeFloat = ConfigEntry.Flag(Sensors, "bilgeFloat", true);
    public static readonly ConfigEntry SensorsBilgeLevel = ConfigEntry.Flag(Sensors, "bilgeLevel", false);
    public static readonly ConfigEntry SensorsTamper = ConfigEntry.Flag(Sensors, "tamper", true);
    public static readonly ConfigEntry SensorsEngines = ConfigEntry.Number(Sensors, "engines", 1, 0, 2);
    public static readonly ConfigEntry SensorsEnginePulsesE2 =
        ConfigEntry.Number(Sensors, "enginePulsesPerRevE2", 100, 1, 100_000).Immediate();

    public static readonly ConfigEntry SensorsSupplyLowMv =
        ConfigEntry.Number(Sensors, "supplyLowMv", 11_500, 3_000, 36_000).Immediate();

    public static readonly ConfigEntry SensorsBatteryLowMv =
        ConfigEntry.Number(Sensors, "batteryLowMv", 3_500, 2_500, 36_000).Immediate();

    public static readonly ConfigEntry SensorsBilgeHighCm =
        ConfigEntry.Number(Sensors, "bilgeHighCm", 30, 1, 300).Immediate();

    // supervisor
    public static readonly ConfigEntry SupervisorLoopLimitMs =
        ConfigEntry.Number(Supervisor, "loopLimitMs", 30_000, 5_000, 300_000);

    public static readonly ConfigEntry SupervisorSafeModeStableS =
        ConfigEntry.Number(Supervisor, "safeModeStableS", 1_800, 600, DaySeconds);

    /// <summary>All of them, each section's together.</summary>
    public static readonly ConfigEntry[] All = Numbered(new ConfigEntry[]
    {
        UnitId, UnitAgency, AreaLatitudeE5, AreaLongitudeE5,
        BoardModel,
        GnssRateHz, GnssBaud, GnssEarliestDate,
        LoraEnabled, LoraRegion, LoraSpreadingFactorMin, LoraSpreadingFactorMax, LoraPowerDbm, LoraAntennaGainCdb,
        LoraSyncWord, LoraBacklogPercent, LoraSosReservePercent,
        CellularEnabled, CellularDialect, CellularApn, CellularUser, CellularHost, CellularPort,
        WifiEnabled, WifiSsid, WifiMqttHost, WifiMqttPort, WifiMqttUser, WifiTls, WifiCaCertificateFile,
        ReportsMooredS, ReportsAnchoredS, ReportsPatrolS, ReportsPursuitS, ReportsAlarmS, ReportsLowBatteryFactor,
        ReportsPatrolFromCmps, ReportsPursuitFromCmps, ReportsMooredRadiusM, ReportsMooredAfterS, ReportsFloorS,
        ReportsCeilingS, ReportsDeadReckoningM, ReportsAtRestM, ReportsTurnDeg, ReportsTrackS, ReportsTrackAnchoredS,
        ReportsTrackMooredS, ReportsTrackSpeed, ReportsTrackLossS, ReportsStatusS, ReportsSensorRepeatS,
        FencesHysteresisM, Fence1, Fence2, Fence3, Fence4, Fence5, Fence6, Fence7, Fence8,
        SensorsEnvironment, SensorsPower, SensorsConverter, SensorsRealTimeClock, SensorsBilgeFloat, SensorsBilgeLevel,
        SensorsTamper, SensorsEngines,
        SensorsEnginePulsesE2, SensorsSupplyLowMv, SensorsBatteryLowMv, SensorsBilgeHighCm,
        SupervisorLoopLimitMs, SupervisorSafeModeStableS,
    });

    /// <summary>The entry of a key such as "gnss.rateHz"; null if there is none.</summary>
    public static ConfigEntry Find(string key)
    {
        int dot = key == null ? -1 : key.IndexOf('.');
        return dot < 0 ? null : Find(key.Substring(0, dot), key.Substring(dot + 1));
    }

    /// <summary>The entry of a name in a section; null if there is none.</summary>
    public static ConfigEntry Find(string section, string name)
    {
        for (int i = 0; i < All.Length; i++)
        {
            if (All[i].Section == section && All[i].Name == name)
            {
                return All[i];
            }
        }

        return null;
    }

    /// <summary>Whether there is such a section.</summary>
    public static bool HasSection(string section)
    {
        for (int i = 0; i < All.Length; i++)
        {
            if (All[i].Section == section)
            {
                return true;
            }
        }

        return false;
    }

    private static ConfigEntry Interval(string name, int ms, int maxS)
    {
        return ConfigEntry.Number(Reports, name, ms / MsPerS, 1, maxS).Immediate();
    }

    private static ConfigEntry Speed(string name, int milliknots)
    {
        return ConfigEntry.Number(Reports, name, SpeedUnits.CmpsOf(milliknots), 1, 5_000).Immediate();
    }

    private static ConfigEntry[] Numbered(ConfigEntry[] all)
    {
        for (int i = 0; i < all.Length; i++)
        {
            all[i].Index = i;
        }

        return all;
    }
}
