using System.Device.Gpio;
using System.Device.Spi;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.BoatUnit.Links;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>What is made of a board's pins and buses. Chips that do not answer are found out later, by who uses them.</summary>
public sealed class UnitHardware
{
    // SX127x: up to 10 MHz, SX126x: up to 16 MHz; the T-Beam's wires are short, the carrier's less so.
    private const int RadioClockHz = 8_000_000;

    private readonly BoardDescription _board;
    private readonly GpioController _pins = new GpioController();

    public UnitHardware(BoardDescription board)
    {
        _board = board;
        board.SetPinFunctions();
    }

    public BoardDescription Board => _board;

    public GpioController Pins => _pins;

    /// <summary>The watchdog's line, or null.</summary>
    public IWatchdogLine Watchdog()
    {
        return _board.WatchdogPin == BoardDescription.NotFitted ? null : new PinSwitch(_pins, _board.WatchdogPin);
    }

    /// <summary>The transceiver, not started; null where none is fitted.</summary>
    public IRadio Radio(IClock clock, IChipPause pause)
    {
        if (_board.Radio == RadioChip.None)
        {
            return null;
        }

        SpiConnectionSettings settings = new SpiConnectionSettings(_board.SpiBus, _board.RadioSelectPin);
        settings.ClockFrequency = RadioClockHz;
        settings.Mode = SpiMode.Mode0;
        SpiDevice spi = SpiDevice.Create(settings);
        GpioPin reset = _pins.OpenPin(_board.RadioResetPin);
        GpioPin interrupt = _pins.OpenPin(_board.RadioInterruptPin);
        if (_board.Radio == RadioChip.Sx1276)
        {
            return new Sx127x(spi, reset, interrupt, clock, pause, _board.HasRadioTcxo);
        }

        Sx126xOptions options = new Sx126xOptions();
        options.Dio2IsRfSwitch = _board.HasRadioAntennaSwitch;
        options.TcxoMillivolts = _board.HasRadioTcxo ? options.TcxoMillivolts : 0;
        return new Sx126x(spi, reset, _pins.OpenPin(_board.RadioBusyPin), interrupt, clock, pause, options);
    }

    /// <summary>The modem's serial port; null where the board has no pins for one.</summary>
    public ModemPort ModemPort(ModemOptions options, long nowMs)
    {
        return _board.ModemTxPin == BoardDescription.NotFitted ? null : new ModemPort(_board, _pins, options.BaudRate, nowMs);
    }

    /// <summary>The link over the modem.</summary>
    public CellularLink Cellular(ModemPort port, ModemDialect dialect, ModemOptions options, INetworkTime time)
    {
        IModemPowerKey key = _board.ModemPowerKeyPin == BoardDescription.NotFitted ? null : new PinSwitch(_pins, _board.ModemPowerKeyPin);
        return new CellularLink(port, dialect, options, time, key);
    }

    /// <summary>The switch of the receiver's supply.</summary>
    public ReceiverSupply ReceiverSupply(PowerChip chip)
    {
        return new ReceiverSupply(_pins, _board, chip);
    }
}
