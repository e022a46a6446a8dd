using System.Device.Gpio;
using BoatTelemetry.BoatUnit.Board;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>The receiver's supply: a rail of the power chip, or a pin. For a receiver that only a power cycle wakes.</summary>
public sealed class ReceiverSupply
{
    private readonly PowerChip _chip;
    private readonly GpioPin _pin;

    /// <param name="controller">The board's pins.</param>
    /// <param name="board">The board.</param>
    /// <param name="chip">Its power chip, or null.</param>
    public ReceiverSupply(GpioController controller, BoardDescription board, PowerChip chip)
    {
        _chip = chip;
        if (board.ReceiverPowerPin != BoardDescription.NotFitted)
        {
            _pin = controller.OpenPin(board.ReceiverPowerPin);
            _pin.SetPinMode(PinMode.Output);
            _pin.Write(PinValue.High);
        }
    }

    /// <summary>Switches it; false if nothing on this board can, or the chip did not answer.</summary>
    public bool TrySetPower(bool on)
    {
        if (_pin != null)
        {
            _pin.Write(on ? PinValue.High : PinValue.Low);
            return true;
        }

        return _chip != null && _chip.TrySwitchReceiver(on);
    }
}
