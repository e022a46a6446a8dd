using System.Device.Gpio;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.Core.Sensors;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>Lamps and buzzer of a board.</summary>
public sealed class PanelOutputs
{
    private readonly PanelIndication _indication = new PanelIndication();
    private readonly OutputPin _status;
    private readonly OutputPin _alarm;
    private readonly OutputPin _buzzer;

    public PanelOutputs(GpioController controller, BoardDescription board)
    {
        _status = Open(controller, board.StatusLampPin, board.IsStatusLampLow);
        _alarm = Open(controller, board.AlarmLampPin, false);
        _buzzer = Open(controller, board.BuzzerPin, false);
    }

    /// <summary>Shows the state.</summary>
    public void Poll(PanelState state, long nowMs)
    {
        _indication.Poll(state, nowMs);
        Set(_status, _indication.IsStatusLit);
        Set(_alarm, _indication.IsAlarmLit);
        Set(_buzzer, _indication.IsSounding);
    }

    private static OutputPin Open(GpioController controller, int pin, bool isLow)
    {
        return pin == BoardDescription.NotFitted ? null : new OutputPin(controller.OpenPin(pin), isLow);
    }

    private static void Set(OutputPin pin, bool on)
    {
        if (pin != null)
        {
            pin.Set(on);
        }
    }

    /// <summary>A pin that is written only when it changes.</summary>
    private sealed class OutputPin
    {
        private readonly GpioPin _pin;
        private readonly bool _isLow;
        private bool _isOn;

        public OutputPin(GpioPin pin, bool isLow)
        {
            _pin = pin;
            _isLow = isLow;
            pin.SetPinMode(PinMode.Output);
            pin.Write(isLow ? PinValue.High : PinValue.Low);
        }

        public void Set(bool on)
        {
            if (on == _isOn)
            {
                return;
            }

            _isOn = on;
            _pin.Write(on != _isLow ? PinValue.High : PinValue.Low);
        }
    }
}
