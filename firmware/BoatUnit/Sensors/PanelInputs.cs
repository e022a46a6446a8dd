using System.Device.Gpio;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.Core.Sensors;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>How the crew's contacts are read.</summary>
public sealed class PanelOptions
{
    /// <summary>SOS, man overboard and keys.</summary>
    public PressOptions Press = new PressOptions();

    /// <summary>
    /// The tamper switch is open this long before it counts: a hull that slams opens it for a moment.
    /// </summary>
    public int TamperMs = 1_000;
}

/// <summary>Buttons, switches and keys of a board; what a board does not have stays silent.</summary>
public sealed class PanelInputs
{
    private readonly ContactPin _sosContact;
    private readonly ContactPin _manOverboardContact;
    private readonly ContactPin _tamperContact;
    private readonly ContactPin _floatContact;
    private readonly ContactPin _selectContact;
    private readonly GpioPin _rotaryA;
    private readonly GpioPin _rotaryB;
    private readonly RotaryDecoder _rotary;
    private readonly int _tamperMs;
    private long _closedAtMs;
    private bool _isOpenPending;

    public PanelInputs(GpioController controller, BoardDescription board, PanelOptions options, IClock clock)
    {
        _tamperMs = options.TamperMs;
        _closedAtMs = clock.MonotonicMs;
        _sosContact = Open(controller, board, board.SosPin, options.Press, clock);
        _manOverboardContact = Open(controller, board, board.ManOverboardPin, options.Press, clock);
        _tamperContact = Open(controller, board, board.TamperPin, options.Press, clock);
        _floatContact = Open(controller, board, board.BilgeFloatPin, options.Press, clock);
        _selectContact = Open(controller, board, board.SelectPin, options.Press, clock);
        Sos = new AlarmButton(LatchOf(_sosContact), AlarmButtonOptions.Sos());
        ManOverboard = new AlarmButton(LatchOf(_manOverboardContact), AlarmButtonOptions.ManOverboard());
        Entry = new ContactEntry();
        if (board.RotaryAPin != BoardDescription.NotFitted)
        {
            _rotary = new RotaryDecoder();
            _rotaryA = OpenRotary(controller, board, board.RotaryAPin);
            _rotaryB = OpenRotary(controller, board, board.RotaryBPin);
            RotaryChanged(null, null);
        }
    }

    /// <summary>SOS.</summary>
    public AlarmButton Sos { get; }

    /// <summary>Man overboard.</summary>
    public AlarmButton ManOverboard { get; }

    /// <summary>The contact report that is being entered.</summary>
    public ContactEntry Entry { get; }

    /// <summary>The enclosure is open.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>A bilge float is fitted.</summary>
    public bool HasFloat
    {
        get { return _floatContact != null; }
    }

    /// <summary>The float is up at this instant; the bilge's own delays judge that.</summary>
    public bool IsFloatUp
    {
        get { return _floatContact != null && _floatContact.IsClosed; }
    }

    /// <summary>Takes what was pressed and turned since the last call. Never waits.</summary>
    public void Poll(long nowMs)
    {
        PollContact(_sosContact, nowMs);
        PollContact(_manOverboardContact, nowMs);
        Sos.Poll(nowMs);
        ManOverboard.Poll(nowMs);
        PollTamper(nowMs);
        PollEntry(nowMs);
    }

    /// <summary>Whether the enclosure was opened since the last call.</summary>
    public bool TakeOpened()
    {
        bool pending = _isOpenPending;
        _isOpenPending = false;
        return pending;
    }

    /// <summary>Writes the faults of the buttons and the enclosure into the readings.</summary>
    public void Report(SensorReadings readings, long nowMs)
    {
        readings.IsOpen = IsOpen;
        if (_sosContact != null && _sosContact.Latch.IsStuck(nowMs))
        {
            readings.Faults |= SensorFaults.SosButton;
        }

        if (_manOverboardContact != null && _manOverboardContact.Latch.IsStuck(nowMs))
        {
            readings.Faults |= SensorFaults.ManOverboardButton;
        }
    }

    private static ContactPin Open(GpioController controller, BoardDescription board, int pin, PressOptions options, IClock clock)
    {
        return pin == BoardDescription.NotFitted ? null : new ContactPin(controller, board, pin, options, clock);
    }

    // A board without the button has a latch that no edge reaches.
    private static ButtonLatch LatchOf(ContactPin contact)
    {
        return contact == null ? new ButtonLatch(new PressOptions()) : contact.Latch;
    }

    private static void PollContact(ContactPin contact, long nowMs)
    {
        if (contact != null)
        {
            contact.Poll(nowMs);
        }
    }

    private GpioPin OpenRotary(GpioController controller, BoardDescription board, int number)
    {
        GpioPin pin = controller.OpenPin(number);
        pin.SetPinMode(board.HasPullUp(number) ? PinMode.InputPullUp : PinMode.Input);
        pin.ValueChanged += RotaryChanged;
        return pin;
    }

    private void RotaryChanged(object sender, PinValueChangedEventArgs e)
    {
        // The first pin is open before the second.
        if (_rotaryB != null)
        {
            _rotary.Update(_rotaryA.Read() == PinValue.High, _rotaryB.Read() == PinValue.High);
        }
    }

    private void PollTamper(long nowMs)
    {
        if (_tamperContact == null)
        {
            return;
        }

        if (_tamperContact.IsClosed)
        {
            _closedAtMs = nowMs;
            IsOpen = false;
        }
        else if (!IsOpen && nowMs - _closedAtMs >= _tamperMs)
        {
            IsOpen = true;
            _isOpenPending = true;
        }
    }

    private void PollEntry(long nowMs)
    {
        PollContact(_selectContact, nowMs);
        if (_selectContact != null)
        {
            PollSelect(_selectContact.Latch, nowMs);
        }

        if (_rotary != null)
        {
            Entry.Turn(_rotary.TakeDetents(), nowMs);
        }

        Entry.Poll(nowMs);
    }

    // With a rotary switch the key confirms and, held, gives up. Alone it counts up, held it confirms, held on it gives up.
    private void PollSelect(ButtonLatch latch, long nowMs)
    {
        while (latch.TryTakeShort(out _))
        {
            if (_rotary != null)
            {
                Entry.Confirm(nowMs);
            }
            else
            {
                Entry.Turn(1, nowMs);
            }
        }

        if (latch.TryTakeLong(out _))
        {
            if (_rotary != null)
            {
                Entry.Cancel();
            }
            else
            {
                Entry.Confirm(nowMs);
            }
        }

        if (latch.TryTakeHold(out _))
        {
            Entry.Cancel();
        }
    }
}
