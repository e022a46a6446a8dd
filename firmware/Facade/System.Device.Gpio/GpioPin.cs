using System.Globalization;
using System.Threading;
using BoatTelemetry.Facade.Wires;

namespace System.Device.Gpio;

/// <summary>A pin, on its line of the simulated board.</summary>
public sealed class GpioPin : IDisposable
{
    private readonly BoardWires _board;
    private readonly GpioLine _line;
    private readonly Lock _gate = new();

    // Nobody else holds the line: the pull resistor decides its level.
    private readonly bool _isFloating;
    private PinMode _mode = PinMode.Input;
    private PinValueChangedEventHandler? _handlers;
    private bool _isDisposed;

    internal GpioPin(BoardWires board, int pinNumber)
    {
        _board = board;
        PinNumber = pinNumber;
        _isFloating = board.Find<GpioLine>(Place(pinNumber)) is null;
        _line = GpioLine.Of(board, pinNumber);
        board.Connect(Place(pinNumber), this);
    }

    /// <summary>An edge, told on the thread that made it. The platform tells it from its own event thread.</summary>
    public event PinValueChangedEventHandler ValueChanged
    {
        add
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            lock (_gate)
            {
                if (_handlers is null)
                    _line.Changed += Changed;

                _handlers += value;
            }
        }

        remove
        {
            lock (_gate)
            {
                _handlers -= value;
                if (_handlers is null)
                    _line.Changed -= Changed;
            }
        }
    }

    public int PinNumber { get; }

    public PinValue Read()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _line.IsHigh;
    }

    /// <exception cref="InvalidOperationException">It is an input.</exception>
    public void Write(PinValue value)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_mode < PinMode.Output)
            throw new InvalidOperationException($"Pin {PinNumber} is an input.");

        _line.Drive((bool)value);
    }

    public void Toggle() => Write(!(bool)Read());

    public void SetPinMode(PinMode value)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _mode = value;
        if (!_isFloating)
            return;

        if (value == PinMode.InputPullUp)
            _line.Drive(true);
        else if (value == PinMode.InputPullDown)
            _line.Drive(false);
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;

        _isDisposed = true;
        _line.Changed -= Changed;
        _board.Disconnect<GpioPin>(Place(PinNumber));
    }

    internal static string Place(int pinNumber) => string.Create(CultureInfo.InvariantCulture, $"GPIO{pinNumber}");

    private void Changed(bool isHigh) =>
        _handlers?.Invoke(this, new PinValueChangedEventArgs(isHigh ? PinEventTypes.Rising : PinEventTypes.Falling, PinNumber));
}
