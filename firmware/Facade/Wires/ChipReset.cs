using System;
using System.Device.Gpio;
using System.IO.Ports;

namespace BoatTelemetry.Facade.Wires;

/// <summary>What a reset of the module does to what its program had taken into use.</summary>
public static class ChipReset
{
    /// <summary>Lets go of every pin and port, as if no program had run; the chips around it notice nothing.</summary>
    public static void Apply(BoardWires board)
    {
        ArgumentNullException.ThrowIfNull(board);
        foreach (var pin in board.All<GpioPin>())
            pin.Dispose();
        foreach (var port in board.All<SerialPort>())
            port.Dispose();
    }
}
