using System.Collections.Generic;
using BoatTelemetry.Facade.Wires;

namespace System.Device.Gpio;

/// <summary>The pins of the board. As on the platform, a pin is opened once, by whomever, until it is closed.</summary>
public sealed class GpioController : IDisposable
{
    private readonly BoardWires _board = BoardWires.Current;
    private readonly List<int> _opened = [];

    /// <exception cref="InvalidOperationException">It is open already.</exception>
    public GpioPin OpenPin(int pinNumber)
    {
        if (IsPinOpen(pinNumber))
            throw new InvalidOperationException($"Pin {pinNumber} is open already.");

        _opened.Add(pinNumber);
        return new GpioPin(_board, pinNumber);
    }

    /// <exception cref="InvalidOperationException">It is open already.</exception>
    public GpioPin OpenPin(int pinNumber, PinMode mode)
    {
        var pin = OpenPin(pinNumber);
        pin.SetPinMode(mode);
        return pin;
    }

    /// <exception cref="InvalidOperationException">It is not open.</exception>
    public void ClosePin(int pinNumber)
    {
        var pin = _board.Find<GpioPin>(GpioPin.Place(pinNumber))
            ?? throw new InvalidOperationException($"Pin {pinNumber} is not open.");
        pin.Dispose();
    }

    public bool IsPinOpen(int pinNumber) => _board.Find<GpioPin>(GpioPin.Place(pinNumber)) is not null;

    public void Dispose()
    {
        foreach (var pinNumber in _opened)
            _board.Find<GpioPin>(GpioPin.Place(pinNumber))?.Dispose();

        _opened.Clear();
    }
}
