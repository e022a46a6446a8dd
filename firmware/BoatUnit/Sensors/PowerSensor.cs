using BoatTelemetry.Core.Sensors;
using Iot.Device.Adc;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>What an INA219 measures, and over which shunt.</summary>
public sealed class PowerSensorOptions
{
    /// <summary>The unit's battery; otherwise the boat's supply.</summary>
    public bool IsBattery;

    /// <summary>
    /// Its bus input stands at the line. Not so on a 24 V boat, whose 28.8 V while charging are more than the chip bears
    /// (26 V, datasheet SBOS448 7.1): there the shunt is in the return and a divider tells the voltage.
    /// </summary>
    public bool TellsVoltage = true;

    /// <summary>The shunt. 0.1 ohm measures to 3.2 A.</summary>
    public int ShuntMicroOhm = 100_000;

    /// <summary>The current is counted the other way round.</summary>
    public bool IsReversed;
}

/// <summary>
/// INA219: voltage and current of the supply or the battery. The current is computed here, in whole numbers, from the
/// shunt's voltage: the binding's own needs a calibration register that large changes of load reset.
/// </summary>
/// <remarks>
/// No rule of stuck values: a steady battery reads the same for hours in the chip's steps of 4 mV. A chip that hangs
/// stops to acknowledge.
/// </remarks>
public sealed class PowerSensor : I2cSensor
{
    private readonly PowerSensorOptions _options;
    private readonly PlausibilityGate _voltageMv;
    private readonly PlausibilityGate _currentMa;
    private Ina219 _chip;

    public PowerSensor(int busId, int address, PowerSensorOptions options, I2cSensorOptions polling)
        : base(busId, address, polling)
    {
        _options = options;
        _voltageMv = new PlausibilityGate(options.IsBattery ? PowerGates.Battery() : PowerGates.Supply());
        _currentMa = new PlausibilityGate(PowerGates.Current());
    }

    /// <inheritdoc/>
    protected override int Steps
    {
        get { return _options.TellsVoltage ? 2 : 1; }
    }

    /// <inheritdoc/>
    public override void Report(SensorReadings readings, long nowMs)
    {
        if (_options.TellsVoltage)
        {
            ReportVoltage(readings, nowMs);
        }

        int currentMa = _currentMa.Value(nowMs);
        if (_options.IsBattery)
        {
            readings.BatteryCurrentMa = currentMa;
        }
        else
        {
            readings.SupplyCurrentMa = currentMa;
        }

        if (_currentMa.IsFaulty(nowMs))
        {
            readings.Faults |= _options.IsBattery ? SensorFaults.BatteryCurrent : SensorFaults.SupplyCurrent;
        }
    }

    /// <inheritdoc/>
    protected override void Connect()
    {
        // The chip's state after power-on is the wanted one: 32 V, 320 mV, 12 bits, continuous (SBOS448, table 1).
        _chip = new Ina219(Device);
    }

    /// <inheritdoc/>
    protected override void Read(int turn, long nowMs)
    {
        if (turn == 1)
        {
            _voltageMv.Offer(Whole(_chip.ReadBusVoltage().Millivolts), nowMs);
            return;
        }

        int shuntUv = Whole(_chip.ReadShuntVoltage().Microvolts);
        int currentMa = AnalogScale.ShuntMa(shuntUv, _options.ShuntMicroOhm);
        _currentMa.Offer(_options.IsReversed ? -currentMa : currentMa, nowMs);
    }

    /// <inheritdoc/>
    protected override void Miss()
    {
        _currentMa.Miss();
        _voltageMv.Miss();
    }

    private void ReportVoltage(SensorReadings readings, long nowMs)
    {
        int voltageMv = _voltageMv.Value(nowMs);
        if (_options.IsBattery)
        {
            readings.BatteryMv = voltageMv;
        }
        else
        {
            readings.SupplyMv = voltageMv;
        }

        if (_voltageMv.IsFaulty(nowMs))
        {
            readings.Faults |= _options.IsBattery ? SensorFaults.Battery : SensorFaults.Supply;
        }
    }
}

/// <summary>What voltages and currents can be true; the ranges are those that a status frame tells.</summary>
internal static class PowerGates
{
    /// <summary>A supply may be switched off from one reading to the next: nothing in range is too fast.</summary>
    public static GateOptions Supply()
    {
        return new GateOptions { Lowest = 0, Highest = 50_800 };
    }

    /// <summary>
    /// A lithium cell: below 2.5 V its protection has cut it off, and what is read is not it. It moves slowly; a spike
    /// is one of the converter.
    /// </summary>
    public static GateOptions Battery()
    {
        return new GateOptions { Lowest = 2_500, Highest = 5_020, RateMaxPerS = 20, StepFloor = 300 };
    }

    public static GateOptions Current()
    {
        return new GateOptions { Lowest = -10_220, Highest = 10_220 };
    }
}
