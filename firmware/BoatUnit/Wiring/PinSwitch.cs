using System.Device.Gpio;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.BoatUnit.Supervision;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>An output pin as the modem's power key or the watchdog's line.</summary>
public sealed class PinSwitch : IModemPowerKey, IWatchdogLine
{
    private readonly GpioPin _pin;

    public PinSwitch(GpioController pins, int pinNumber)
    {
        _pin = pins.OpenPin(pinNumber, PinMode.Output);
        _pin.Write(PinValue.Low);
    }

    /// <inheritdoc/>
    public void Press(bool isPressed)
    {
        Drive(isPressed);
    }

    /// <inheritdoc/>
    public void Drive(bool high)
    {
        _pin.Write(high ? PinValue.High : PinValue.Low);
    }
}
