using System.Device.Gpio;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Gnss;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>The receiver's supply: a rail of the power chip, or a pin. For a receiver that only a power cycle wakes.</summary>
public sealed class ReceiverSupply : IReceiverPower
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

    /// <inheritdoc/>
    /// <remarks>False if nothing on this board can, or the chip did not answer.</remarks>
    public bool TrySetPower(bool isOn)
    {
        if (_pin != null)
        {
            _pin.Write(isOn ? PinValue.High : PinValue.Low);
            return true;
        }

        return _chip != null && _chip.TrySwitchReceiver(isOn);
    }
}
