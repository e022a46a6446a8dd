using BoatTelemetry.Core.Sensors;
using Iot.Device.Axp192;
using UnitsNet;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>
/// AXP192 of the T-Beam: battery, its charger, and the rails. LDO2 feeds the radio, LDO3 the receiver (LilyGO's
/// LoRaBoards.cpp); after a power-on neither need be on, so the chip is polled before the radio's driver starts.
/// </summary>
public sealed class PowerChip : I2cSensor
{
    private const double RailVolts = 3.3;

    private readonly PlausibilityGate _batteryMv = new PlausibilityGate(PowerGates.Battery());
    private readonly PlausibilityGate _currentMa = new PlausibilityGate(PowerGates.Current());

    // Hundredths of a degree, on the chip.
    private readonly PlausibilityGate _temperature = new PlausibilityGate(new GateOptions
    {
        Lowest = -4_000, Highest = 12_500, RateMaxPerS = 200, StepFloor = 1_000,
    });

    private Axp192 _chip;
    private int _chargeMa;

    /// <summary>Times that a rail could not be switched because the chip did not answer.</summary>
    public int SwitchFailures;

    public PowerChip(int busId, int address, I2cSensorOptions polling)
        : base(busId, address, polling)
    {
    }

    /// <summary>The chip sees its input: the boat's supply, by the 5 V converter.</summary>
    public bool HasInput { get; private set; }

    /// <inheritdoc/>
    protected override int Steps
    {
        get { return 5; }
    }

    /// <summary>Switches the receiver's rail; false if the chip did not answer.</summary>
    public bool TrySwitchReceiver(bool on)
    {
        if (!IsPresent || !Answers())
        {
            SwitchFailures++;
            return false;
        }

        _chip.EnableLDO3(on);
        return true;
    }

    /// <inheritdoc/>
    public override void Report(SensorReadings readings, long nowMs)
    {
        readings.BatteryMv = _batteryMv.Value(nowMs);
        readings.BatteryCurrentMa = _currentMa.Value(nowMs);
        readings.BoardTemperatureC = NearestHundredth(_temperature.Value(nowMs));
        if (!IsPresent)
        {
            readings.Faults |= SensorFaults.PowerChip;
        }

        if (_batteryMv.IsFaulty(nowMs))
        {
            readings.Faults |= SensorFaults.Battery;
        }

        if (_currentMa.IsFaulty(nowMs))
        {
            readings.Faults |= SensorFaults.BatteryCurrent;
        }

        if (_temperature.IsFaulty(nowMs))
        {
            readings.Faults |= SensorFaults.BoardTemperature;
        }
    }

    /// <inheritdoc/>
    protected override void Connect()
    {
        _chip = new Axp192(Device);
        _chip.AdcPinEnabled = AdcPinEnabled.All;
        _chip.LDO2OutputVoltage = ElectricPotential.FromVolts(RailVolts);
        _chip.LDO3OutputVoltage = ElectricPotential.FromVolts(RailVolts);
        _chip.EnableLDO2(true);
        _chip.EnableLDO3(true);
    }

    /// <inheritdoc/>
    protected override void Read(int turn, long nowMs)
    {
        switch (turn)
        {
            case 0:
                _batteryMv.Offer(Whole(_chip.GetBatteryVoltage().Millivolts), nowMs);
                break;
            case 1:
                _chargeMa = Whole(_chip.GetBatteryChargeCurrent().Milliamperes);
                break;
            case 2:
                _currentMa.Offer(_chargeMa - Whole(_chip.GetBatteryDischargeCurrent().Milliamperes), nowMs);
                break;
            case 3:
                const int Inputs = (int)(PowerStatus.VbusAvailable | PowerStatus.AcinAvailable);
                HasInput = ((int)_chip.GetInputPowerStatus() & Inputs) != 0;
                break;
            default:
                _temperature.Offer(Whole(_chip.GetInternalTemperature().DegreesCelsius * 100), nowMs);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Miss()
    {
        HasInput = false;
        _batteryMv.Miss();
        _currentMa.Miss();
        _temperature.Miss();
    }
}
