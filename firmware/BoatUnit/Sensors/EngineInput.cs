using System;
using System.Device.Gpio;
using BoatTelemetry.Core.Sensors;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>
/// An engine's pulses, counted by the chip itself (PCNT). An alternator's W terminal gives several hundred pulses a
/// second, and each managed interrupt costs an event object and an interpreter's turn: counting them in software would
/// stand still for little else.
/// </summary>
/// <remarks>The real type's source name has a U+200B in it, which the C# compiler drops, so it can be named as here.</remarks>
public sealed class EngineInput
{
    private const int PollEveryMs = 500;

    // Nearly the most that the type takes. Its documentation counts cycles of 80 MHz, 12.5 us; nf-interpreter of 2026-07 hands the
    // number on as nanoseconds (pcnt_glitch_filter_config_t), so that what is left out is below 1 us, and the input's own filter does the rest.
    private const ushort Filter = 1_000;

    private const int RetryMs = 15_000;

    private readonly int _pin;
    private readonly bool _isSecond;
    private GpioPulseCounter _counter;
    private long _dueMs;

    /// <summary>Exceptions of the counter since start.</summary>
    public int Exceptions;

    public EngineInput(int pin, bool isSecond, RevolutionOptions options)
    {
        _pin = pin;
        _isSecond = isSecond;
        Revolutions = new RevolutionCounter(options);
    }

    /// <summary>The engine's revolutions and hours.</summary>
    public RevolutionCounter Revolutions { get; }

    /// <summary>Reads the count if it is due.</summary>
    public void Poll(long nowMs)
    {
        if (nowMs < _dueMs)
        {
            return;
        }

        _dueMs = nowMs + PollEveryMs;
        try
        {
            if (_counter == null)
            {
                Open();
            }

            Revolutions.Offer(_counter.Read().Count, nowMs);
        }
        catch (Exception)
        {
            // No counter left, or none on this chip: tried again as the chips on I2C are.
            Exceptions++;
            Revolutions.Miss();
            _dueMs = nowMs + RetryMs;
        }
    }

    /// <summary>Writes what it knows, and its fault, into the readings; hours are those of the first engine.</summary>
    public void Report(SensorReadings readings)
    {
        if (_isSecond)
        {
            readings.Engine2Rpm = Revolutions.Rpm;
        }
        else
        {
            readings.Engine1Rpm = Revolutions.Rpm;
            readings.EngineDecihours = Revolutions.Decihours;
        }

        if (Revolutions.IsFaulty)
        {
            readings.Faults |= _isSecond ? SensorFaults.Engine2 : SensorFaults.Engine1;
        }
    }

    private void Open()
    {
        GpioPulseCounter counter = new GpioPulseCounter(_pin, -1);
        counter.Polarity = GpioPulsePolarity.Rising;
        counter.FilterPulses = Filter;
        counter.Start();
        _counter = counter;
    }
}
