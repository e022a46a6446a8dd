using System;
using System.Device.I2c;
using BoatTelemetry.Facade.Wires;
using UnitsNet;

namespace Iot.Device.Axp192;

[Flags]
public enum PowerStatus
{
    AcinVbusStartupSource = 1,
    AcinVbusShorted = 2,
    BatteryCharged = 4,
    VbusLargeVhold = 8,
    VbusAvailable = 16,
    VbuxExists = 32,
    AcinAvailable = 64,
    AcinExists = 128,
}

[Flags]
public enum AdcPinEnabled
{
    None = 0,
    TsPin = 1,
    ApsVoltage = 2,
    VbusCurrent = 4,
    VbusVoltage = 8,
    AcInCurrent = 16,
    AcInVoltage = 32,
    BatteryCurrent = 64,
    BatteryVoltage = 128,
    All = 255,
}

/// <summary>
/// The power chip of the T-Beam. The binding looks at no result: a chip that is not there reads as zeros, which is 0 V,
/// no input and -144.7 degrees.
/// </summary>
public class Axp192
{
    private const double TemperatureOfNothingC = -144.7;

    private readonly I2cDevice _i2c;

    public Axp192(I2cDevice i2c)
    {
        ArgumentNullException.ThrowIfNull(i2c);
        _i2c = i2c;
    }

    public AdcPinEnabled AdcPinEnabled
    {
        get => (AdcPinEnabled)(_i2c.Answering<IAxp192Chip>()?.AdcEnabled ?? 0);
        set
        {
            var chip = _i2c.Answering<IAxp192Chip>();
            if (chip is not null)
                chip.AdcEnabled = (int)value;
        }
    }

    public ElectricPotential LDO2OutputVoltage
    {
        set => _i2c.Answering<IAxp192Chip>()?.SetLdo(2, (int)value.Millivolts);
    }

    public ElectricPotential LDO3OutputVoltage
    {
        set => _i2c.Answering<IAxp192Chip>()?.SetLdo(3, (int)value.Millivolts);
    }

    public PowerStatus GetInputPowerStatus() => (PowerStatus)(_i2c.Answering<IAxp192Chip>()?.PowerStatus ?? 0);

    public ElectricPotential GetBatteryVoltage() =>
        ElectricPotential.FromVolts((_i2c.Answering<IAxp192Chip>()?.BatteryMv ?? 0) / 1000.0);

    public ElectricCurrent GetBatteryChargeCurrent() => new(_i2c.Answering<IAxp192Chip>()?.ChargeMa ?? 0);

    public ElectricCurrent GetBatteryDischargeCurrent() => new(_i2c.Answering<IAxp192Chip>()?.DischargeMa ?? 0);

    public Temperature GetInternalTemperature() =>
        new(_i2c.Answering<IAxp192Chip>()?.TemperatureC ?? TemperatureOfNothingC);

    public void EnableLDO2(bool state) => _i2c.Answering<IAxp192Chip>()?.SwitchLdo(2, state);

    public void EnableLDO3(bool state) => _i2c.Answering<IAxp192Chip>()?.SwitchLdo(3, state);
}
