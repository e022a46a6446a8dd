using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.BoatUnit.Gnss;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>What the configuration says, in the options of those whom it concerns. Keys that it leaves alone have their defaults.</summary>
public static class UnitOptions
{
    private const int PermillePerPercent = 10;
    private const int MsPerS = 1_000;

    /// <summary>
    /// The board that the unit is: the one that the configuration names, unless that has another module than the platform's
    /// build runs on; then the one that has this module. A new unit's configuration names the default board, whose pins on another
    /// module are not the console's, and one of them is the flash's.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="target">The platform's build, as ESP32_S3_QUAD or ESP32_PSRAM_REV0; one that says nothing of the module changes nothing.</param>
    public static BoardDescription Board(UnitConfig config, string target)
    {
        BoardDescription board = Board(config);
        bool isS3 = Names(target, "S3");
        if (board.Module == BoardModule.Esp32 && isS3)
        {
            return Fitted(new CarrierS3Board(), config);
        }

        bool isEsp32 = !isS3 && Names(target, "ESP32_");
        return board.Module == BoardModule.Esp32S3 && isEsp32 ? Fitted(new TBeamBoard(), config) : board;
    }

    /// <summary>The board that the configuration names, with what is fitted to it.</summary>
    public static BoardDescription Board(UnitConfig config)
    {
        bool isCarrier = config.Text(ConfigKeys.BoardModel) == CarrierS3Board.Model;
        return Fitted(isCarrier ? new CarrierS3Board() : new TBeamBoard(), config);
    }

    public static OperatingArea Area(UnitConfig config)
    {
        return new OperatingArea(config.Number(ConfigKeys.AreaLatitudeE5), config.Number(ConfigKeys.AreaLongitudeE5));
    }

    /// <summary>
    /// The boundaries. One that is left out keeps its number: a crossing's code says the same whatever the others are.
    /// </summary>
    public static Geofence Fences(UnitConfig config, IGeofenceSink sink)
    {
        Fence[] fences = new Fence[ConfigKeys.AllFences.Length];
        for (int i = 0; i < fences.Length; i++)
        {
            fences[i] = FenceText.TryParse(config.Text(ConfigKeys.AllFences[i]), out Fence fence) ? fence : null;
        }

        return new Geofence(fences, config.Number(ConfigKeys.FencesHysteresisM), sink);
    }

    public static GnssOptions Gnss(UnitConfig config)
    {
        GnssOptions options = new GnssOptions();
        options.EarliestDayNumber = config.Number(ConfigKeys.GnssEarliestDate);
        return options;
    }

    public static ReceiverOptions Receiver(UnitConfig config, BoardDescription board)
    {
        ReceiverOptions options = new ReceiverOptions();
        options.PortName = board.ReceiverPort;
        options.BaudBps = config.Number(ConfigKeys.GnssBaud);
        options.PeriodMs = MsPerS / config.Number(ConfigKeys.GnssRateHz);
        return options;
    }

    public static LoRaOptions LoRa(UnitConfig config)
    {
        LoRaOptions options = new LoRaOptions();
        options.SpreadingFactorMin = config.Number(ConfigKeys.LoraSpreadingFactorMin);
        options.SpreadingFactorMax = config.Number(ConfigKeys.LoraSpreadingFactorMax);
        options.SpreadingFactorStart = Within(options.SpreadingFactorStart, options.SpreadingFactorMin, options.SpreadingFactorMax);
        options.PowerDbm = config.Number(ConfigKeys.LoraPowerDbm);
        options.SyncWord = config.Number(ConfigKeys.LoraSyncWord);
        return options;
    }

    /// <summary>The region that the configuration names; "none", as any other name, only listens.</summary>
    public static Region Region(UnitConfig config)
    {
        return Regions.Find(config.Text(ConfigKeys.LoraRegion));
    }

    public static AirtimeOptions Airtime(UnitConfig config)
    {
        AirtimeOptions options = new AirtimeOptions();
        options.BacklogPermille = config.Number(ConfigKeys.LoraBacklogPercent) * PermillePerPercent;
        options.SosReservePermille = config.Number(ConfigKeys.LoraSosReservePercent) * PermillePerPercent;
        options.AntennaGainCdb = config.Number(ConfigKeys.LoraAntennaGainCdb);
        return options;
    }

    public static ModemOptions Modem(UnitConfig config, SecretStore secrets, int seed)
    {
        ModemOptions options = new ModemOptions();
        options.Apn = config.Text(ConfigKeys.CellularApn);
        options.User = config.Text(ConfigKeys.CellularUser);
        options.Host = config.Text(ConfigKeys.CellularHost);
        options.Port = config.Number(ConfigKeys.CellularPort);
        options.Seed = seed;
        string pin = secrets.Use(SecretKind.SimPin);
        if (pin != null && pin.Length > 0)
        {
            options.SetUpCommands = new string[] { "AT+CPIN=\"" + pin + "\"" };
        }

        return options;
    }

    public static ModemDialect Dialect(UnitConfig config)
    {
        return config.Text(ConfigKeys.CellularDialect) == "a7672" ? new A7672Dialect() : new Sim7080Dialect();
    }

    public static MqttOptions Mqtt(UnitConfig config, SecretStore secrets, int seed)
    {
        MqttOptions options = new MqttOptions();
        options.UnitId = config.Number(ConfigKeys.UnitId);
        options.Ssid = config.Text(ConfigKeys.WifiSsid);
        options.WifiPassword = secrets.Use(SecretKind.WifiPassword);
        options.Host = config.Text(ConfigKeys.WifiMqttHost);
        options.Port = config.Number(ConfigKeys.WifiMqttPort);
        string user = config.Text(ConfigKeys.WifiMqttUser);
        options.User = user.Length > 0 ? user : null;
        options.Password = user.Length > 0 ? secrets.Use(SecretKind.MqttPassword) : null;
        options.Seed = seed;
        return options;
    }

    public static SupervisorOptions Supervisor(UnitConfig config)
    {
        SupervisorOptions options = new SupervisorOptions();
        options.SafeModeStableS = config.Number(ConfigKeys.SupervisorSafeModeStableS);
        return options;
    }

    // The board says what can be fitted, the configuration what is.
    private static BoardDescription Fitted(BoardDescription board, UnitConfig config)
    {
        if (!config.Flag(ConfigKeys.SensorsEnvironment))
        {
            board.EnvironmentAddress = BoardDescription.NotFitted;
        }

        if (!config.Flag(ConfigKeys.SensorsPower))
        {
            board.SupplyMeterAddress = BoardDescription.NotFitted;
            board.BatteryMeterAddress = BoardDescription.NotFitted;
        }

        if (!config.Flag(ConfigKeys.SensorsConverter) || !config.Flag(ConfigKeys.SensorsBilgeLevel))
        {
            board.LevelAddress = BoardDescription.NotFitted;
        }

        if (!config.Flag(ConfigKeys.SensorsRealTimeClock))
        {
            board.ClockAddress = BoardDescription.NotFitted;
        }

        if (!config.Flag(ConfigKeys.SensorsBilgeFloat))
        {
            board.BilgeFloatPin = BoardDescription.NotFitted;
        }

        if (!config.Flag(ConfigKeys.SensorsTamper))
        {
            board.TamperPin = BoardDescription.NotFitted;
        }

        int engines = config.Number(ConfigKeys.SensorsEngines);
        board.Engine1Pin = engines < 1 ? BoardDescription.NotFitted : board.Engine1Pin;
        board.Engine2Pin = engines < 2 ? BoardDescription.NotFitted : board.Engine2Pin;
        return board;
    }

    // The platform has no search that leaves culture out.
    private static bool Names(string target, string part)
    {
        for (int at = 0; at <= target.Length - part.Length; at++)
        {
            int same = 0;
            while (same < part.Length && target[at + same] == part[same])
            {
                same++;
            }

            if (same == part.Length)
            {
                return true;
            }
        }

        return false;
    }

    private static int Within(int value, int min, int max)
    {
        return value < min ? min : value > max ? max : value;
    }
}
