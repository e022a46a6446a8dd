using System;
using System.Device.I2c;
using BoatTelemetry.Facade.Wires;
using UnitsNet;

namespace Iot.Device.Adc;

/// <summary>
/// Voltage and current. The binding looks at no result: a chip that is not there reads as 0 V and 0 A, and its
/// constructor makes no transaction at all.
/// </summary>
public class Ina219 : IDisposable
{
    private readonly I2cDevice _i2cDevice;

    public Ina219(I2cDevice i2cDevice)
    {
        ArgumentNullException.ThrowIfNull(i2cDevice);
        _i2cDevice = i2cDevice;
    }

    /// <summary>Steps of 4 mV.</summary>
    public ElectricPotential ReadBusVoltage() =>
        ElectricPotential.FromVolts((_i2cDevice.Answering<IIna219Chip>()?.BusMv ?? 0) / 4 * 4 / 1000.0);

    /// <summary>Steps of 10 microvolts.</summary>
    public ElectricPotential ReadShuntVoltage() =>
        ElectricPotential.FromVolts((_i2cDevice.Answering<IIna219Chip>()?.ShuntUv ?? 0) / 10 / 100_000.0);

    public void Dispose() => GC.SuppressFinalize(this);
}
