using System;
using System.Device.I2c;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Sensors;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>When a chip is asked.</summary>
public sealed class I2cSensorOptions
{
    /// <summary>From one reading to the next, where a chip has several quantities each of them in its turn.</summary>
    public int StepMs = 1_000;

    /// <summary>How often a chip that does not answer is tried again.</summary>
    public int RetryMs = 15_000;
}

/// <summary>
/// A chip on I2C behind its binding. The bindings look at no result of a transaction: a chip that is not there reads as
/// zeros, which some of them turn into a believable 0 V, others into an exception, and the ADS1115's constructor into
/// seconds of waiting. So each call begins by asking for the chip's address, and no binding is called when nobody
/// answers. What a binding throws is caught here, counted, and makes the chip absent until it is tried again.
/// </summary>
/// <remarks>A step is one call of a binding: on a 400 kHz bus about a millisecond, the address included.</remarks>
public abstract class I2cSensor
{
    private readonly I2cSensorOptions _options;
    private readonly I2cConnectionSettings _settings;
    private long _dueMs;
    private int _step;

    /// <summary>Exceptions of the binding or of the bus since start.</summary>
    public int Exceptions;

    /// <summary>Times that nobody answered.</summary>
    public int Absences;

    /// <summary>Times that the chip was set up.</summary>
    public int Connections;

    protected I2cSensor(int busId, int address, I2cSensorOptions options)
    {
        _options = options;
        _settings = new I2cConnectionSettings(busId, address, I2cBusSpeed.FastMode);
    }

    /// <summary>The chip answers and is set up.</summary>
    public bool IsPresent { get; private set; }

    /// <summary>How many steps a round has.</summary>
    protected abstract int Steps { get; }

    /// <summary>The chip on its bus; not null while the binding is called.</summary>
    protected I2cDevice Device { get; private set; }

    /// <summary>Does the next step if it is due. Whether the bus was used.</summary>
    public bool Poll(long nowMs)
    {
        if (nowMs < _dueMs)
        {
            return false;
        }

        try
        {
            Next(nowMs);
        }
        catch (Exception)
        {
            // Whatever it is, the reading is not to be had; what kinds there are differs from binding to binding.
            Exceptions++;
            Lose(nowMs);
        }

        return true;
    }

    /// <summary>Writes what it knows, and its faults, into the readings.</summary>
    public abstract void Report(SensorReadings readings, long nowMs);

    /// <summary>Makes the binding and sets the chip up. Called when it answers and was absent.</summary>
    protected abstract void Connect();

    /// <summary>Reads one quantity.</summary>
    protected abstract void Read(int turn, long nowMs);

    /// <summary>The chip is gone: its gates are to know.</summary>
    protected abstract void Miss();

    /// <summary>Whether the chip acknowledges its address. The byte sets a register pointer and changes nothing.</summary>
    protected bool Answers()
    {
        return Device.WriteByte(0).Status == I2cTransferStatus.FullTransfer;
    }

    /// <summary>
    /// A binding's number in whole units, or <see cref="Fix.Unknown"/> for what is none: a cast of NaN is some integer
    /// or other, a different one on each platform.
    /// </summary>
    protected static int Whole(double value)
    {
        const double Limit = 1_000_000_000;
        if (double.IsNaN(value) || value > Limit || value < -Limit)
        {
            return Fix.Unknown;
        }

        return (int)(value < 0 ? value - 0.5 : value + 0.5);
    }

    /// <summary>A value in hundredths to the nearest whole, unknown staying unknown.</summary>
    protected static int NearestHundredth(int hundredths)
    {
        if (hundredths == Fix.Unknown)
        {
            return Fix.Unknown;
        }

        return (hundredths >= 0 ? hundredths + 50 : hundredths - 50) / 100;
    }

    private void Next(long nowMs)
    {
        if (Device == null)
        {
            Device = I2cDevice.Create(_settings);
        }

        if (!Answers())
        {
            Absences++;
            Lose(nowMs);
            return;
        }

        if (!IsPresent)
        {
            Connect();
            Connections++;
            IsPresent = true;
            _step = 0;
            _dueMs = nowMs + _options.StepMs;
            return;
        }

        Read(_step, nowMs);
        _step = (_step + 1) % Steps;
        _dueMs = nowMs + _options.StepMs;
    }

    private void Lose(long nowMs)
    {
        IsPresent = false;
        _dueMs = nowMs + _options.RetryMs;
        Miss();
    }
}
