using BoatTelemetry.BoatUnit.Bench;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.BoatUnit.Gnss;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.BoatUnit.Wiring;
using BoatTelemetry.Core;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Sensors;
using BoatTelemetry.Core.Time;
using nanoFramework.Runtime.Native;

namespace BoatTelemetry.BoatUnit;

/// <summary>
/// The whole unit in one loop. Whoever owns it calls <see cref="Step"/> about every <see cref="StepMs"/>; nothing in it
/// waits. Only Wi-Fi has a thread of its own.
/// </summary>
public sealed class Unit
{
    /// <summary>Between two steps, milliseconds: a UART's buffer of 256 bytes fills in 22 ms at 115,200 baud.</summary>
    public const int StepMs = 10;

    private const int StateEveryMs = 1_000;
    private const int MemoryEveryMs = 300_000;
    private const int FixFreshMs = 10_000;
    private const int BytesPerKib = 1_024;

    private readonly UnitPlatform _platform;
    private readonly EventLog _log = new EventLog();
    private readonly FaultLog _faultLog;
    private readonly Configuration _configuration;
    private readonly SecretStore _secrets;
    private readonly CertificateStore _certificate;
    private readonly UnitKeys _keys;
    private readonly FlashCounterStore _counters;
    private readonly KeyStore _keyStore;
    private readonly Supervisor _supervisor;
    private readonly BoardDescription _board;
    private readonly LiveSettings _settings;
    private readonly PanelInputs _inputs;
    private readonly BoardSensors _sensors;
    private readonly PanelReports _panel;
    private readonly UnitLinks _links = new UnitLinks();
    private readonly TimeKeeper _time;
    private readonly ReceiverPort _receiver;
    private readonly Reporting _reporting;
    private readonly BenchConsole _console;
    private readonly int _mainLoop;
    private readonly int _wifiLoop;
    private int _wifiHeartbeats;
    private long _stateAtMs;
    private long _memoryAtMs;

    /// <summary>Makes the unit in the order in which its parts need each other.</summary>
    public Unit(UnitPlatform platform)
    {
        _platform = platform;
        _faultLog = new FaultLog(_log);
        long nowMs = platform.Clock.MonotonicMs;

        // 1 what it is: configuration, secrets, keys
        _configuration = new Configuration(new ConfigStore(platform.Storage.Config), ConfigMigration.Known);
        _configuration.Load(_log, nowMs);
        UnitConfig config = _configuration.Running;
        _secrets = new SecretStore(platform.Storage.Secrets);
        _secrets.TryLoad();
        _certificate = new CertificateStore(platform.Storage.Certificates);
        _keys = new UnitKeys(platform.Storage.Keys, 0, platform.Storage.Keys.BlockCount);
        _counters = new FlashCounterStore(platform.Storage.Counters, 0, platform.Storage.Counters.BlockCount);
        _keyStore = new KeyStore(_keys, _counters);

        // 2 what it stands on: pins, supervisor
        _board = UnitOptions.Board(config, SystemInfo.TargetName);
        UnitHardware hardware = new UnitHardware(_board);
        _supervisor = new Supervisor(
            platform.Storage.Supervisor, platform.Reboot, hardware.Watchdog(), _log, UnitOptions.Supervisor(config));
        _supervisor.Start(nowMs, platform.ResetCause);

        // 3 what it senses; first, because the board's power chip feeds radio and receiver
        _inputs = new PanelInputs(hardware.Pins, _board, new PanelOptions(), platform.Clock);
        _settings = new LiveSettings(config);
        _sensors = new BoardSensors(_board, _settings.Sensors, _inputs);
        _panel = new PanelReports(_inputs, new PanelOutputs(hardware.Pins, _board), _sensors);
        _sensors.Start(nowMs);
        _time = new TimeKeeper(platform.Clock, _sensors.Clock);

        // 4 how it speaks, and 5 what it says: nothing without a key
        _links.AddLoRa(hardware, platform, config, !_configuration.IsLost, Seed());
        byte[] authority = _certificate.Load();
        if (_keyStore.TryLoad())
        {
            AddNetworks(hardware, config, authority, nowMs);
            _reporting = new Reporting(platform, config, _settings, _keys, _counters, _links, _panel, Seed(), new StartBeat(_supervisor, platform.Clock));
            _panel.Use(_reporting);
            _time.Pass(_reporting.Fixes);
        }
        else if (config.Flag(ConfigKeys.WifiEnabled))
        {
            _links.WifiOff = "no-key";
        }

        _receiver = new ReceiverPort(
            UnitOptions.Receiver(config, _board),
            new NmeaParser(UnitOptions.Gnss(config), _time),
            hardware.ReceiverSupply(_sensors.PowerChip));

        // 6 who looks after it
        _console = Console();
        int limitMs = config.Number(ConfigKeys.SupervisorLoopLimitMs);
        _mainLoop = _supervisor.AddLoop("main", limitMs, nowMs);
        _wifiLoop = _links.Wifi == null ? -1 : _supervisor.AddLoop("wifi", MqttUplink.SilenceMsMax, nowMs);
    }

    /// <summary>The parts, for those who watch a unit from outside.</summary>
    public Reporting Reporting => _reporting;

    public Configuration Configuration => _configuration;

    public ReceiverPort Receiver => _receiver;

    public BoardSensors Sensors => _sensors;

    public PanelReports Panel => _panel;

    public UnitLinks Links => _links;

    public Supervisor Supervisor => _supervisor;

    public TimeKeeper Time => _time;

    public EventLog Log => _log;

    /// <summary>One turn of the loop. Safe mode leaves out the sensors' chips and Wi-Fi.</summary>
    public void Step()
    {
        long nowMs = _platform.Clock.MonotonicMs;
        _supervisor.Beat(_mainLoop, nowMs);
        if (_keyStore.MustRestart)
        {
            // Fixes seal and store, too.
            _time.Pass(null);
        }

        _receiver.Poll(nowMs);
        _time.Poll(nowMs);
        _panel.Poll(nowMs);
        if (!_supervisor.SafeMode)
        {
            _sensors.Poll(nowMs);
        }

        if (nowMs >= _stateAtMs)
        {
            _stateAtMs = nowMs + StateEveryMs;
            _settings.Poll(_configuration.Running);
            Tell(nowMs);
        }

        if (_reporting != null && !_keyStore.MustRestart)
        {
            _reporting.Poll(nowMs);
        }
        else if (_links.LoRa != null)
        {
            // It says nothing without a key, and the bench still wants to know whether the radio is there.
            _links.LoRa.Poll(nowMs);
        }

        _console.Poll(nowMs);
        BeatWifi(nowMs);
        if (_supervisor.IsRebooting && _reporting != null && !_keyStore.MustRestart)
        {
            _reporting.Track.Flush(nowMs);
        }

        _supervisor.Poll(nowMs);
    }

    /// <summary>Ends what has a thread of its own.</summary>
    public void Stop(int timeoutMs)
    {
        _links.Stop(timeoutMs);
        _receiver.Dispose();
    }

    // Two units, or two lives of one, should not choose the same channels at the same instants.
    private uint Seed()
    {
        return ((uint)_configuration.Running.Number(ConfigKeys.UnitId) * 2_654_435_761u) ^ _supervisor.Starts;
    }

    private void AddNetworks(UnitHardware hardware, UnitConfig config, byte[] authority, long nowMs)
    {
        int seed = (int)(Seed() & 0x7FFFFFFF);
        _links.AddCellular(hardware, config, _secrets, _time, seed, nowMs);
        if (!config.Flag(ConfigKeys.WifiEnabled))
        {
            return;
        }

        if (_supervisor.SafeMode)
        {
            _links.WifiOff = "safe-mode";
            return;
        }

        string file = config.Text(ConfigKeys.WifiCaCertificateFile);
        if (file.Length > 0)
        {
            CertificateFile.TryRead(file, out authority);
        }

        if (!config.Flag(ConfigKeys.WifiTls))
        {
            authority = null;
        }
        else if (authority == null)
        {
            // A broker that cannot be told from another one gets nothing.
            _links.WifiOff = "no-certificate";
            _log.Note(nowMs, LogEvent.MqttFault, 0, "no certificate");
            return;
        }

        _links.AddWifi(config, _secrets, authority, seed);
    }

    private BenchConsole Console()
    {
        SerialBenchPort port = new SerialBenchPort(_board.ConsolePort);
        port.TryOpen();
        LinkView links = new LinkView(_links);
        UnitView unit = new UnitView(links, _reporting == null ? null : _reporting.Journal, _certificate);
        UnitSelfTest selfTest = new UnitSelfTest(_platform, _receiver, _sensors, _links, links);
        SensorView view = new SensorView(_receiver, _sensors, _inputs, links, _time, _platform.Clock);
        BenchConsole console = new BenchConsole(port, new BenchCommand[]
        {
            new InfoCommand(_configuration, _keyStore, _supervisor, unit, _board.Name),
            new ConfigGetCommand(_configuration, _secrets),
            new ConfigSetCommand(_configuration, _log),
            new SecretSetCommand(_secrets, _log),
            new CertificateSetCommand(_certificate, _log),
            new KeySetCommand(_keyStore, _supervisor, _log),
            new SelfTestCommand(selfTest),
            new SensorsCommand(view),
            new LogCommand(_log),
            new RebootCommand(_supervisor),
        });
        if (_links.ModemPort != null)
        {
            _links.ModemPort.LendTo(port, console, _panel, _log);
        }

        return console;
    }

    // What the status and the panel say of the unit itself.
    private void Tell(long nowMs)
    {
        bool hasFix = _time.LastFixMs != UtcTime.Unknown && nowMs - _time.LastFixMs <= FixFreshMs;
        UnitFaults faults = _receiver.IsFaulty ? UnitFaults.Receiver : UnitFaults.None;
        faults |= _links.Faults();
        if (!_supervisor.SafeMode)
        {
            faults |= SensorFaultBits.ToUnitFaults(_sensors.Readings.Faults);
        }

        if (_reporting != null)
        {
            faults |= _reporting.Faults();
            TellState(_reporting.State, faults, nowMs);
            _reporting.Condition.OnBattery = _sensors.Readings.OnBattery;
            _reporting.Condition.BatteryLow = _sensors.Readings.IsBatteryLow;
        }

        _faultLog.Note(faults, nowMs);
        _panel.Shown.HasFix = hasFix;
        _panel.Shown.HasFault = faults != UnitFaults.None || _configuration.IsFaulty || _reporting == null;
        _panel.Shown.SafeMode = _supervisor.SafeMode;
    }

    private void TellState(UnitState state, UnitFaults faults, long nowMs)
    {
        _sensors.Readings.CopyTo(state);
        state.Faults = faults;
        state.ResetCause = _supervisor.ResetCause;
        state.SafeMode = _supervisor.SafeMode;
        state.FirmwareVersion = FirmwareRelease.Packed;
        state.FixesRefused = _reporting.Fixes.Refused;
        if (nowMs >= _memoryAtMs)
        {
            // The platform tells it only by collecting, which stops everything for some milliseconds.
            _memoryAtMs = nowMs + MemoryEveryMs;
            state.FreeMemoryKib = (int)(GC.Run(false) / BytesPerKib);
        }

        _links.Tell(state, nowMs);
    }

    private void BeatWifi(long nowMs)
    {
        if (_links.Wifi != null && _links.Wifi.Uplink.Heartbeats != _wifiHeartbeats)
        {
            _wifiHeartbeats = _links.Wifi.Uplink.Heartbeats;
            _supervisor.Beat(_wifiLoop, nowMs);
        }
    }
}
