using System;
using System.Device.I2c;
using System.IO;
using BoatTelemetry.Facade.Wires;
using Iot.Device.Bmxx80.PowerMode;
using UnitsNet;

namespace Iot.Device.Bmxx80;

/// <summary>What every sensor of the family has.</summary>
public abstract class Bmxx80Base : IDisposable
{
    /// <exception cref="IOException">No chip, or another one, stands at the address: its number is read first.</exception>
    protected Bmxx80Base(byte deviceId, I2cDevice i2cDevice)
    {
        ArgumentNullException.ThrowIfNull(i2cDevice);
        I2cDevice = i2cDevice;
        if (deviceId != 0x60 || i2cDevice.Answering<IBme280Chip>() is null)
            throw new IOException();
    }

    // Protected on the platform; the unit derives nothing from it.
    internal I2cDevice I2cDevice { get; }

    public abstract bool TryReadTemperature(out Temperature temperature);

    public abstract bool TryReadPressure(out Pressure pressure);

    public void Dispose()
    {
        I2cDevice.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>What BMP280 and BME280 share.</summary>
public abstract class Bmx280Base : Bmxx80Base
{
    // The binding does not look at the result of a transaction: it computes on registers that read as zero. What comes
    // out depends on the chip's calibration; these stand for it and are no air.
    private const double TemperatureOfNothingC = -140.6;
    private const double PressureOfNothingPa = 128_000;

    protected Bmx280Base(byte deviceId, I2cDevice i2cDevice)
        : base(deviceId, i2cDevice)
    {
    }

    public void SetPowerMode(Bmx280PowerMode powerMode) => I2cDevice.Answering<IBme280Chip>();

    public override bool TryReadTemperature(out Temperature temperature)
    {
        temperature = new Temperature(I2cDevice.Answering<IBme280Chip>()?.TemperatureC ?? TemperatureOfNothingC);
        return true;
    }

    public override bool TryReadPressure(out Pressure pressure)
    {
        pressure = new Pressure(I2cDevice.Answering<IBme280Chip>()?.PressurePa ?? PressureOfNothingPa);
        return true;
    }
}

/// <summary>Temperature, humidity and pressure.</summary>
public class Bme280 : Bmx280Base
{
    public Bme280(I2cDevice i2cDevice)
        : base(0x60, i2cDevice)
    {
    }

    public bool TryReadHumidity(out RelativeHumidity humidity)
    {
        humidity = new RelativeHumidity(I2cDevice.Answering<IBme280Chip>()?.HumidityPercent ?? 0);
        return true;
    }
}
