using System;
using System.Device.I2c;
using BoatTelemetry.Core;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Sensors;
using BoatTelemetry.Core.Time;
using Iot.Device.Rtc;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>
/// DS3231: the time between power-on and the first fix, and the temperature of the board. It is believed only if its
/// oscillator has run since it was set (the binding does not look at that flag) and if its date is not before this
/// firmware was made. It is set from the receiver, at once when it is wrong and otherwise twice a day.
/// </summary>
public sealed class WallClock : I2cSensor
{
    /// <summary>At 2 ppm (datasheet 19-5170) it gains or loses 0.09 s in this time.</summary>
    public const int SetEveryMs = 43_200_000;

    private const int TrustedDeviationMs = 2_000;
    private const byte StatusRegister = 0x0F;
    private const int OscillatorStopFlag = 0x80;
    private const long EpochTicks = 621_355_968_000_000_000;
    private const int TicksPerMs = 10_000;

    private readonly byte[] _register = new byte[1];
    private readonly byte[] _value = new byte[1];
    private readonly byte[] _clear = { StatusRegister, 0 };

    // Hundredths of a degree. The binding reads the register without its sign: below zero it tells 200 and more.
    private readonly PlausibilityGate _temperature = new PlausibilityGate(new GateOptions { Lowest = -4_000, Highest = 12_500 });

    private readonly bool _tellsTemperature;
    private Ds3231 _chip;
    private long _utcMs = UtcTime.Unknown;
    private long _utcAtMs;
    private bool _isUntrusted;
    private long _goodUtcMs = UtcTime.Unknown;
    private long _goodAtMs;
    private bool _isSet;
    private long _setAtMs;

    /// <summary>Times that it was set.</summary>
    public int TimesSet;

    /// <summary>Times that it told what could not be believed.</summary>
    public int TimesUntrusted;

    /// <param name="busId">The bus.</param>
    /// <param name="address">The chip's address.</param>
    /// <param name="polling">When it is asked.</param>
    /// <param name="tellsTemperature">Nothing nearer to the electronics tells their temperature.</param>
    public WallClock(int busId, int address, I2cSensorOptions polling, bool tellsTemperature)
        : base(busId, address, polling)
    {
        _tellsTemperature = tellsTemperature;
    }

    /// <inheritdoc/>
    protected override int Steps
    {
        get { return 3; }
    }

    /// <summary>The platform's ticks of an instant, milliseconds since 1970-01-01.</summary>
    public static long TicksOf(long utcMs)
    {
        return EpochTicks + (utcMs * TicksPerMs);
    }

    /// <summary>What time it is by this clock, milliseconds since 1970-01-01; whole seconds at the moment it was read.</summary>
    public bool TryUtc(long nowMs, out long utcMs)
    {
        utcMs = _utcMs == UtcTime.Unknown ? UtcTime.Unknown : _utcMs + nowMs - _utcAtMs;
        return _utcMs != UtcTime.Unknown;
    }

    /// <summary>The receiver's time, from a fix that its gate accepted; the clock is set at its next turn if it needs it.</summary>
    public void NoteGoodUtc(long utcMs, long nowMs)
    {
        _goodUtcMs = utcMs;
        _goodAtMs = nowMs;
    }

    /// <inheritdoc/>
    public override void Report(SensorReadings readings, long nowMs)
    {
        if (!IsPresent || _isUntrusted)
        {
            readings.Faults |= SensorFaults.WallClock;
        }

        if (!_tellsTemperature)
        {
            return;
        }

        readings.BoardTemperatureC = NearestHundredth(_temperature.Value(nowMs));
        if (_temperature.IsFaulty(nowMs))
        {
            readings.Faults |= SensorFaults.BoardTemperature;
        }
    }

    /// <inheritdoc/>
    protected override void Connect()
    {
        _chip = new Ds3231(Device);
    }

    /// <inheritdoc/>
    protected override void Read(int turn, long nowMs)
    {
        switch (turn)
        {
            case 0:
                ReadTime(nowMs);
                break;
            case 1:
                _temperature.Offer(Whole(_chip.Temperature.DegreesCelsius * 100), nowMs);
                break;
            default:
                SetIfDue(nowMs);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Miss()
    {
        _temperature.Miss();
        _utcMs = UtcTime.Unknown;
    }

    private static long UtcMsOf(DateTime time)
    {
        return (time.Ticks - EpochTicks) / TicksPerMs;
    }

    private void ReadTime(long nowMs)
    {
        _utcMs = UtcTime.Unknown;
        _isUntrusted = true;
        _register[0] = StatusRegister;
        I2cTransferResult result = Device.WriteRead(_register, _value);
        if (result.Status != I2cTransferStatus.FullTransfer || (_value[0] & OscillatorStopFlag) != 0)
        {
            TimesUntrusted++;
            return;
        }

        long utcMs = UtcMsOf(_chip.DateTime);
        if (utcMs < (long)FirmwareRelease.DayNumber * UtcTime.DayMs)
        {
            TimesUntrusted++;
            return;
        }

        _isUntrusted = false;
        _utcMs = utcMs;
        _utcAtMs = nowMs;
    }

    private void SetIfDue(long nowMs)
    {
        if (_goodUtcMs == UtcTime.Unknown)
        {
            return;
        }

        long utcMs = _goodUtcMs + nowMs - _goodAtMs;
        long deviationMs = _utcMs == UtcTime.Unknown ? long.MaxValue : _utcMs + nowMs - _utcAtMs - utcMs;
        bool isRight = deviationMs < TrustedDeviationMs && deviationMs > -TrustedDeviationMs;
        if (isRight && _isSet && nowMs - _setAtMs < SetEveryMs)
        {
            return;
        }

        // The chip's seconds begin when they are written.
        _chip.DateTime = new DateTime(TicksOf((utcMs + 500) / 1_000 * 1_000));
        Device.Write(_clear);
        _isSet = true;
        _setAtMs = nowMs;
        TimesSet++;
        _goodUtcMs = UtcTime.Unknown;
    }
}
