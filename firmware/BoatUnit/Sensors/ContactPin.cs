using System.Device.Gpio;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.Core.Sensors;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>
/// A contact to ground on a pin with a pull-up. The interrupt only notes the edge and its time in the latch; each poll
/// tells the latch the level as it is, in case the platform's queue of events was full.
/// </summary>
public sealed class ContactPin
{
    private readonly GpioPin _pin;
    private readonly IClock _clock;

    public ContactPin(GpioController controller, BoardDescription board, int pin, PressOptions options, IClock clock)
    {
        _clock = clock;
        Latch = new ButtonLatch(options);
        _pin = controller.OpenPin(pin);
        _pin.SetPinMode(board.HasPullUp(pin) ? PinMode.InputPullUp : PinMode.Input);
        _pin.ValueChanged += Changed;
    }

    /// <summary>The contact's presses.</summary>
    public ButtonLatch Latch { get; }

    /// <summary>Whether the contact is closed at this instant, bounce and all.</summary>
    public bool IsClosed
    {
        get { return _pin.Read() == PinValue.Low; }
    }

    /// <summary>Tells the latch how it stands.</summary>
    public void Poll(long nowMs)
    {
        Latch.Poll(IsClosed, nowMs);
    }

    private void Changed(object sender, PinValueChangedEventArgs e)
    {
        Latch.Edge(e.ChangeType == PinEventTypes.Falling, _clock.MonotonicMs);
    }
}
