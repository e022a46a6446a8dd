using System;
using System.Device.Adc;
using BoatTelemetry.Core.Sensors;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>
/// A voltage at the chip's own converter, behind a divider. The converter is read eight times and the greatest and least
/// are left out: single counts of the ESP32's converter jump by dozens while Wi-Fi sends.
/// </summary>
public sealed class AnalogVoltage
{
    private const int Reads = 8;

    private readonly int _channelNumber;
    private readonly AnalogScale _scale;
    private readonly bool _isBattery;
    private readonly I2cSensorOptions _polling;
    private readonly PlausibilityGate _voltageMv;
    private AdcChannel _channel;
    private long _dueMs;

    /// <summary>Exceptions of the converter since start.</summary>
    public int Exceptions;

    public AnalogVoltage(int channelNumber, AnalogScale scale, bool isBattery, I2cSensorOptions polling)
    {
        _channelNumber = channelNumber;
        _scale = scale;
        _isBattery = isBattery;
        _polling = polling;
        _voltageMv = new PlausibilityGate(isBattery ? PowerGates.Battery() : PowerGates.Supply());
    }

    /// <summary>Reads if it is due. Whether it did.</summary>
    public bool Poll(long nowMs)
    {
        if (nowMs < _dueMs)
        {
            return false;
        }

        try
        {
            if (_channel == null)
            {
                _channel = new AdcController().OpenChannel(_channelNumber);
            }

            _voltageMv.Offer(_scale.ToMv(ReadCount()), nowMs);
            _dueMs = nowMs + _polling.StepMs;
        }
        catch (Exception)
        {
            // As for the chips on I2C: counted, unknown, tried again.
            Exceptions++;
            _voltageMv.Miss();
            _dueMs = nowMs + _polling.RetryMs;
        }

        return true;
    }

    /// <summary>Writes what it knows, and its fault, into the readings.</summary>
    public void Report(SensorReadings readings, long nowMs)
    {
        int voltageMv = _voltageMv.Value(nowMs);
        if (_isBattery)
        {
            readings.BatteryMv = voltageMv;
        }
        else
        {
            readings.SupplyMv = voltageMv;
        }

        if (_voltageMv.IsFaulty(nowMs))
        {
            readings.Faults |= _isBattery ? SensorFaults.Battery : SensorFaults.Supply;
        }
    }

    private int ReadCount()
    {
        int sum = 0;
        int least = int.MaxValue;
        int greatest = int.MinValue;
        for (int i = 0; i < Reads; i++)
        {
            int count = _channel.ReadValue();
            sum += count;
            least = count < least ? count : least;
            greatest = count > greatest ? count : greatest;
        }

        return (sum - least - greatest + ((Reads - 2) / 2)) / (Reads - 2);
    }
}
