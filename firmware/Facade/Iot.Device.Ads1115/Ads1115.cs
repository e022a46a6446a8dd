using System;
using System.Device.I2c;
using BoatTelemetry.Facade.Wires;

namespace Iot.Device.Ads1115;

public enum InputMultiplexer
{
    AIN0 = 4,
    AIN1 = 5,
    AIN2 = 6,
    AIN3 = 7,
}

public enum MeasuringRange
{
    FS6144 = 0,
    FS4096 = 1,
    FS2048 = 2,
    FS1024 = 3,
    FS0512 = 4,
    FS0256 = 5,
}

public enum DataRate
{
    SPS008 = 0,
    SPS016 = 1,
    SPS032 = 2,
    SPS064 = 3,
    SPS128 = 4,
    SPS250 = 5,
    SPS475 = 6,
    SPS860 = 7,
}

public enum DeviceMode
{
    Continuous = 0,
    PowerDown = 1,
}

/// <summary>Four inputs, 16 bits.</summary>
public class Ads1115 : IDisposable
{
    private static readonly int[] _fullScaleMv = [6_144, 4_096, 2_048, 1_024, 512, 256];

    private readonly I2cDevice _i2cDevice;
    private readonly InputMultiplexer _input;
    private readonly MeasuringRange _range;

    /// <exception cref="TimeoutException">
    /// The conversion never ends, which is what a chip that is not there looks like. On the platform this takes 5,000
    /// transactions, which is seconds: ask first whether it answers.
    /// </exception>
    public Ads1115(
        I2cDevice i2cDevice,
        InputMultiplexer inputMultiplexer,
        MeasuringRange measuringRange,
        DataRate dataRate,
        DeviceMode deviceMode)
    {
        ArgumentNullException.ThrowIfNull(i2cDevice);
        _i2cDevice = i2cDevice;
        _input = inputMultiplexer;
        _range = measuringRange;
        if (i2cDevice.Answering<IAds1115Chip>() is null)
            throw new TimeoutException("Timeout waiting for ADC to complete conversion");
    }

    /// <summary>The last conversion; 0 from a chip that is not there.</summary>
    public short ReadRaw()
    {
        var channel = _input - InputMultiplexer.AIN0;
        var millivolts = _i2cDevice.Answering<IAds1115Chip>()?.InputMv(channel) ?? 0;
        return (short)Math.Clamp(millivolts * 32_768 / _fullScaleMv[(int)_range], short.MinValue, short.MaxValue);
    }

    public void Dispose()
    {
        _i2cDevice.Dispose();
        GC.SuppressFinalize(this);
    }
}
