using System;
using System.Device.I2c;
using BoatTelemetry.Facade.Wires;
using UnitsNet;

namespace Iot.Device.Rtc;

/// <summary>What every clock has.</summary>
public abstract class RtcBase : IDisposable
{
    public virtual DateTime DateTime
    {
        get => ReadTime();
        set => SetTime(value);
    }

    public void Dispose() => GC.SuppressFinalize(this);

    protected abstract void SetTime(DateTime time);

    protected abstract DateTime ReadTime();
}

/// <summary>A clock with its own cell.</summary>
public class Ds3231 : RtcBase
{
    private readonly I2cDevice _i2cDevice;

    public Ds3231(I2cDevice i2cDevice)
    {
        ArgumentNullException.ThrowIfNull(i2cDevice);
        _i2cDevice = i2cDevice;
    }

    public Temperature Temperature => new(_i2cDevice.Answering<IDs3231Chip>()?.TemperatureC ?? 0);

    /// <exception cref="ArgumentOutOfRangeException">
    /// The registers hold no date; so do the zeros of a chip that is not there: month 0, day 0.
    /// </exception>
    protected override DateTime ReadTime() =>
        _i2cDevice.Answering<IDs3231Chip>()?.Time ?? throw new ArgumentOutOfRangeException(paramName: null);

    protected override void SetTime(DateTime time)
    {
        var chip = _i2cDevice.Answering<IDs3231Chip>();
        if (chip is not null)
            chip.Time = time;
    }
}
