using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Sensors;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>How the sensors of a boat are set up; the boat's configuration fills it.</summary>
public sealed class SensorOptions
{
    /// <summary>When chips are asked.</summary>
    public I2cSensorOptions Polling = new I2cSensorOptions();

    /// <summary>The shunts of both power meters.</summary>
    public int SupplyShuntMicroOhm = 20_000;

    /// <inheritdoc cref="SupplyShuntMicroOhm"/>
    public int BatteryShuntMicroOhm = 100_000;

    /// <summary>The level sender.</summary>
    public LevelScale Level = new LevelScale();

    /// <summary>The bilge.</summary>
    public BilgeOptions Bilge = new BilgeOptions();

    /// <summary>The supply.</summary>
    public SupplyOptions Supply = new SupplyOptions();

    /// <summary>The engines.</summary>
    public RevolutionOptions Engine = new RevolutionOptions();
}

/// <summary>
/// All sensors of a board and what they say together. Each poll makes at most one call of a binding, so that no turn of
/// the loop waits for the bus longer than that; the chips take turns.
/// </summary>
public sealed class BoardSensors
{
    private const int I2cSensorsMax = 6;
    private const int RefreshMs = 500;

    private readonly I2cSensor[] _chips = new I2cSensor[I2cSensorsMax];
    private readonly PanelInputs _panel;
    private readonly BilgeMonitor _bilge;
    private readonly SupplyMonitor _supply;
    private readonly AnalogVoltage _supplyVoltage;
    private int _chipCount;
    private int _turn;
    private long _refreshAtMs;
    private bool _isBilgeWorse;
    private bool _isPowerChanged;

    /// <param name="board">What is fitted.</param>
    /// <param name="options">How it is set up.</param>
    /// <param name="panel">The contacts, polled by its own owner.</param>
    public BoardSensors(BoardDescription board, SensorOptions options, PanelInputs panel)
    {
        _panel = panel;
        _bilge = new BilgeMonitor(options.Bilge);
        _supply = new SupplyMonitor(options.Supply);
        AddPower(board, options);
        AddOthers(board, options);
        if (board.SupplyAdcChannel != BoardDescription.NotFitted)
        {
            _supplyVoltage = new AnalogVoltage(board.SupplyAdcChannel, board.SupplyScale, false, options.Polling);
        }

        if (board.Engine1Pin != BoardDescription.NotFitted)
        {
            Engine1 = new EngineInput(board.Engine1Pin, false, options.Engine);
        }

        if (board.Engine2Pin != BoardDescription.NotFitted)
        {
            Engine2 = new EngineInput(board.Engine2Pin, true, options.Engine);
        }
    }

    /// <summary>What is known now; the same object always.</summary>
    public SensorReadings Readings { get; } = new SensorReadings();

    /// <summary>The clock with its own cell, or null.</summary>
    public WallClock Clock { get; private set; }

    /// <summary>The power chip, or null.</summary>
    public PowerChip PowerChip { get; private set; }

    /// <summary>The engines, or null.</summary>
    public EngineInput Engine1 { get; }

    /// <inheritdoc cref="Engine1"/>
    public EngineInput Engine2 { get; }

    /// <summary>Exceptions that bindings threw since start.</summary>
    public int Exceptions
    {
        get
        {
            int exceptions = _supplyVoltage == null ? 0 : _supplyVoltage.Exceptions;
            exceptions += (Engine1 == null ? 0 : Engine1.Exceptions) + (Engine2 == null ? 0 : Engine2.Exceptions);
            for (int i = 0; i < _chipCount; i++)
            {
                exceptions += _chips[i].Exceptions;
            }

            return exceptions;
        }
    }

    /// <summary>
    /// Sets the rails of a board with a power chip and asks the clock, as far as that goes in one turn of each chip.
    /// Called once, before radio and receiver start: the only place where chips do not take turns.
    /// </summary>
    public void Start(long nowMs)
    {
        if (PowerChip != null)
        {
            PowerChip.Poll(nowMs);
        }

        if (Clock != null)
        {
            Clock.Poll(nowMs);
        }
    }

    /// <summary>Reads what is due, at most one chip, and judges twice a second.</summary>
    public void Poll(long nowMs)
    {
        PollOne(nowMs);
        if (Engine1 != null)
        {
            Engine1.Poll(nowMs);
        }

        if (Engine2 != null)
        {
            Engine2.Poll(nowMs);
        }

        if (_panel != null && _panel.HasFloat)
        {
            _bilge.Float(_panel.IsFloatUp, nowMs);
        }

        if (nowMs >= _refreshAtMs)
        {
            _refreshAtMs = nowMs + RefreshMs;
            Refresh(nowMs);
        }
    }

    /// <summary>Whether the bilge became worse since the last call: an event to report.</summary>
    public bool TakeBilgeWorse()
    {
        bool pending = _isBilgeWorse;
        _isBilgeWorse = false;
        return pending;
    }

    /// <summary>Whether the supply went, came back, or the battery became low since the last call: an event to report.</summary>
    public bool TakePowerChanged()
    {
        bool pending = _isPowerChanged;
        _isPowerChanged = false;
        return pending;
    }

    private void AddPower(BoardDescription board, SensorOptions options)
    {
        if (board.PowerChipAddress != BoardDescription.NotFitted)
        {
            PowerChip = new PowerChip(board.I2cBus, board.PowerChipAddress, options.Polling);
            Add(PowerChip);
        }

        if (board.SupplyMeterAddress != BoardDescription.NotFitted)
        {
            PowerSensorOptions supply = new PowerSensorOptions();
            supply.TellsVoltage = board.SupplyAdcChannel == BoardDescription.NotFitted;
            supply.ShuntMicroOhm = options.SupplyShuntMicroOhm;
            Add(new PowerSensor(board.I2cBus, board.SupplyMeterAddress, supply, options.Polling));
        }

        if (board.BatteryMeterAddress != BoardDescription.NotFitted)
        {
            PowerSensorOptions battery = new PowerSensorOptions();
            battery.IsBattery = true;
            battery.ShuntMicroOhm = options.BatteryShuntMicroOhm;
            Add(new PowerSensor(board.I2cBus, board.BatteryMeterAddress, battery, options.Polling));
        }
    }

    private void AddOthers(BoardDescription board, SensorOptions options)
    {
        if (board.ClockAddress != BoardDescription.NotFitted)
        {
            Clock = new WallClock(board.I2cBus, board.ClockAddress, options.Polling, board.PowerChipAddress == BoardDescription.NotFitted);
            Add(Clock);
        }

        if (board.EnvironmentAddress != BoardDescription.NotFitted)
        {
            Add(new EnvironmentSensor(board.I2cBus, board.EnvironmentAddress, options.Polling));
        }

        if (board.LevelAddress != BoardDescription.NotFitted)
        {
            Add(new LevelSensor(board.I2cBus, board.LevelAddress, options.Level, options.Polling));
        }
    }

    private void Add(I2cSensor chip)
    {
        _chips[_chipCount] = chip;
        _chipCount++;
    }

    private void PollOne(long nowMs)
    {
        int sources = _chipCount + (_supplyVoltage == null ? 0 : 1);
        for (int i = 0; i < sources; i++)
        {
            int turn = (_turn + i) % sources;
            bool isUsed = turn < _chipCount ? _chips[turn].Poll(nowMs) : _supplyVoltage.Poll(nowMs);
            if (isUsed)
            {
                _turn = (turn + 1) % sources;
                return;
            }
        }
    }

    private void Refresh(long nowMs)
    {
        Readings.Clear();
        for (int i = 0; i < _chipCount; i++)
        {
            _chips[i].Report(Readings, nowMs);
        }

        if (_supplyVoltage != null)
        {
            _supplyVoltage.Report(Readings, nowMs);
        }

        if (Engine1 != null)
        {
            Engine1.Report(Readings);
        }

        if (Engine2 != null)
        {
            Engine2.Report(Readings);
        }

        if (_panel != null)
        {
            _panel.Report(Readings, nowMs);
        }

        Judge(nowMs);
    }

    private void Judge(long nowMs)
    {
        if (_bilge.Poll(Readings.BilgeLevelCm, nowMs))
        {
            _isBilgeWorse = true;
        }

        if (_supply.Poll(Readings.SupplyMv, Readings.BatteryMv, Readings.BatteryCurrentMa, nowMs))
        {
            _isPowerChanged = true;
        }

        Readings.Bilge = _bilge.State;
        Readings.OnBattery = _supply.OnBattery;
        Readings.IsBatteryLow = _supply.IsBatteryLow;
    }
}
