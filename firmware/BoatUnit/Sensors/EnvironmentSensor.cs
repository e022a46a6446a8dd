using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Sensors;
using Iot.Device.Bmxx80;
using Iot.Device.Bmxx80.PowerMode;
using UnitsNet;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>BME280: temperature, humidity and pressure inside the enclosure.</summary>
/// <remarks>
/// The chip measures by itself (normal mode), so that no reading waits for a conversion: the binding's own Read() would
/// sleep 21 ms. A temperature that stands still to a hundredth of a degree and a pressure that does to a pascal are
/// stuck; humidity may well stand at 100 %, so it is believed as long as the temperature, on which it depends, is.
/// </remarks>
public sealed class EnvironmentSensor : I2cSensor
{
    private const int StuckAfterMs = 600_000;

    // Hundredths of a degree. A sun-lit box heats by a few degrees a minute.
    private readonly PlausibilityGate _temperature = new PlausibilityGate(new GateOptions
    {
        Lowest = -4_000, Highest = 8_600, RateMaxPerS = 20, StepFloor = 200, StuckAfterMs = StuckAfterMs,
    });

    // Hundredths of a percent.
    private readonly PlausibilityGate _humidity = new PlausibilityGate(new GateOptions
    {
        Lowest = 0, Highest = 10_000, RateMaxPerS = 500, StepFloor = 1_000,
    });

    // Pascals. The lowest ever measured at sea level is 87,000 (typhoon Tip, 1979), the highest about 108,500 on land.
    private readonly PlausibilityGate _pressure = new PlausibilityGate(new GateOptions
    {
        Lowest = 86_000, Highest = 110_000, RateMaxPerS = 20, StepFloor = 100, StuckAfterMs = StuckAfterMs,
    });

    private Bme280 _chip;

    public EnvironmentSensor(int busId, int address, I2cSensorOptions options)
        : base(busId, address, options)
    {
    }

    /// <inheritdoc/>
    protected override int Steps
    {
        get { return 3; }
    }

    /// <inheritdoc/>
    public override void Report(SensorReadings readings, long nowMs)
    {
        readings.TemperatureC = NearestHundredth(_temperature.Value(nowMs));
        readings.PressurePa = _pressure.Value(nowMs);
        bool isTemperatureFaulty = _temperature.IsFaulty(nowMs);
        readings.HumidityPercent = isTemperatureFaulty ? Fix.Unknown : NearestHundredth(_humidity.Value(nowMs));
        if (isTemperatureFaulty)
        {
            readings.Faults |= SensorFaults.Temperature;
        }

        if (isTemperatureFaulty || _humidity.IsFaulty(nowMs))
        {
            readings.Faults |= SensorFaults.Humidity;
        }

        if (_pressure.IsFaulty(nowMs))
        {
            readings.Faults |= SensorFaults.Pressure;
        }
    }

    /// <inheritdoc/>
    protected override void Connect()
    {
        _chip = new Bme280(Device);
        _chip.SetPowerMode(Bmx280PowerMode.Normal);
    }

    /// <inheritdoc/>
    protected override void Read(int turn, long nowMs)
    {
        switch (turn)
        {
            case 0:
                bool isRead = _chip.TryReadTemperature(out Temperature temperature);
                Judge(_temperature, isRead, isRead ? Whole(temperature.DegreesCelsius * 100) : Fix.Unknown, nowMs);
                break;
            case 1:
                isRead = _chip.TryReadPressure(out Pressure pressure);
                Judge(_pressure, isRead, isRead ? Whole(pressure.Pascals) : Fix.Unknown, nowMs);
                break;
            default:
                isRead = _chip.TryReadHumidity(out RelativeHumidity humidity);
                Judge(_humidity, isRead, isRead ? Whole(humidity.Percent * 100) : Fix.Unknown, nowMs);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Miss()
    {
        _temperature.Miss();
        _humidity.Miss();
        _pressure.Miss();
    }

    private static void Judge(PlausibilityGate gate, bool isRead, int value, long nowMs)
    {
        if (isRead)
        {
            gate.Offer(value, nowMs);
        }
        else
        {
            gate.Miss();
        }
    }
}
