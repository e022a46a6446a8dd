using BoatTelemetry.Core.Sensors;
using nanoFramework.Hardware.Esp32;

namespace BoatTelemetry.BoatUnit.Board;

/// <summary>Which LoRa chip is fitted.</summary>
public enum RadioChip
{
    None = 0,
    Sx1276 = 1,
    Sx1262 = 2,
}

/// <summary>Which module of the ESP32 family; it decides which pins are what.</summary>
public enum BoardModule
{
    Esp32 = 0,
    Esp32S3 = 1,
}

/// <summary>What a board's pin does, seen from the module.</summary>
public enum PinDirection
{
    Input = 0,
    Output = 1,
    Both = 2,
    Analog = 3,
}

/// <summary>One pin of a board and what it is for.</summary>
public sealed class PinUse
{
    /// <summary>The name of the field in <see cref="BoardDescription"/>, and the function in hardware/pinout.csv.</summary>
    public readonly string Function;

    /// <summary>GPIO number.</summary>
    public readonly int Pin;

    /// <summary>Its direction.</summary>
    public readonly PinDirection Direction;

    public PinUse(string function, int pin, PinDirection direction)
    {
        Function = function;
        Pin = pin;
        Direction = direction;
    }
}

/// <summary>
/// What a board has and where: pins, buses, chips, dividers. A derived class is one board and only sets the fields; a
/// pin, address or channel that is <see cref="NotFitted"/> is not there. hardware/pinout.csv says the same for people,
/// and a test holds the two together.
/// </summary>
public abstract class BoardDescription
{
    /// <summary>No such pin, chip or channel on this board.</summary>
    public const int NotFitted = -1;

    /// <summary>The board's name in hardware/pinout.csv.</summary>
    public string Name = "";

    /// <summary>The module.</summary>
    public BoardModule Module;

    /// <summary>The LoRa chip.</summary>
    public RadioChip Radio;

    /// <summary>Its bus, numbered as System.Device.Spi numbers them.</summary>
    public int SpiBus = 1;

    /// <summary>The radio's wires; DIO0 of an SX127x and DIO1 of an SX126x raise the interrupt.</summary>
    public int RadioClockPin = NotFitted;

    /// <inheritdoc cref="RadioClockPin"/>
    public int RadioMisoPin = NotFitted;

    /// <inheritdoc cref="RadioClockPin"/>
    public int RadioMosiPin = NotFitted;

    /// <inheritdoc cref="RadioClockPin"/>
    public int RadioSelectPin = NotFitted;

    /// <inheritdoc cref="RadioClockPin"/>
    public int RadioResetPin = NotFitted;

    /// <inheritdoc cref="RadioClockPin"/>
    public int RadioBusyPin = NotFitted;

    /// <inheritdoc cref="RadioClockPin"/>
    public int RadioInterruptPin = NotFitted;

    /// <summary>The SX1262's crystal is a TCXO fed from its DIO3.</summary>
    public bool HasRadioTcxo;

    /// <summary>The SX1262 switches the antenna with its DIO2.</summary>
    public bool HasRadioAntennaSwitch;

    /// <summary>The receiver's serial port.</summary>
    public string ReceiverPort = "COM2";

    /// <summary>Towards the receiver, and from it.</summary>
    public int ReceiverTxPin = NotFitted;

    /// <inheritdoc cref="ReceiverTxPin"/>
    public int ReceiverRxPin = NotFitted;

    /// <summary>High feeds the receiver, where no power chip does it.</summary>
    public int ReceiverPowerPin = NotFitted;

    /// <summary>The modem's serial port, which the console has first (<see cref="SetModemPins"/>).</summary>
    public string ModemPort = "COM3";

    /// <summary>Towards the modem, and from it.</summary>
    public int ModemTxPin = NotFitted;

    /// <inheritdoc cref="ModemTxPin"/>
    public int ModemRxPin = NotFitted;

    /// <summary>The modem's power key; high pulls it down through a transistor.</summary>
    public int ModemPowerKeyPin = NotFitted;

    /// <summary>
    /// The bench console's serial port. Not COM1, whose pins the USB bridge's are: the platform keeps the first port for its
    /// debugger and refuses to open it, on every image for the ESP32, and on those for the ESP32-S3 unless a host is at the chip's
    /// own USB (nf-interpreter, sys_io_ser_native_System_IO_Ports_SerialPort.cpp, NativeInit). The chip can give these pins to
    /// another port; the debugger has them until the console is opened.
    /// </summary>
    public string ConsolePort = "COM3";

    /// <summary>Towards the USB bridge, and from it.</summary>
    public int ConsoleTxPin = NotFitted;

    /// <inheritdoc cref="ConsoleTxPin"/>
    public int ConsoleRxPin = NotFitted;

    /// <summary>The sensors' bus, numbered as System.Device.I2c numbers them.</summary>
    public int I2cBus = 1;

    /// <summary>Its data and clock.</summary>
    public int I2cDataPin = NotFitted;

    /// <inheritdoc cref="I2cDataPin"/>
    public int I2cClockPin = NotFitted;

    /// <summary>Addresses on it: BME280, INA219 of the supply and of the battery, ADS1115, DS3231, AXP192.</summary>
    public int EnvironmentAddress = NotFitted;

    /// <inheritdoc cref="EnvironmentAddress"/>
    public int SupplyMeterAddress = NotFitted;

    /// <inheritdoc cref="EnvironmentAddress"/>
    public int BatteryMeterAddress = NotFitted;

    /// <inheritdoc cref="EnvironmentAddress"/>
    public int LevelAddress = NotFitted;

    /// <inheritdoc cref="EnvironmentAddress"/>
    public int ClockAddress = NotFitted;

    /// <inheritdoc cref="EnvironmentAddress"/>
    public int PowerChipAddress = NotFitted;

    /// <summary>Channel of the module's converter for the supply, its pin and its divider.</summary>
    public int SupplyAdcChannel = NotFitted;

    /// <inheritdoc cref="SupplyAdcChannel"/>
    public int SupplyAdcPin = NotFitted;

    /// <inheritdoc cref="SupplyAdcChannel"/>
    public AnalogScale SupplyScale;

    /// <summary>Contacts to ground.</summary>
    public int SosPin = NotFitted;

    /// <inheritdoc cref="SosPin"/>
    public int ManOverboardPin = NotFitted;

    /// <summary>Closed while the enclosure is closed.</summary>
    public int TamperPin = NotFitted;

    /// <summary>Closed while the float is up.</summary>
    public int BilgeFloatPin = NotFitted;

    /// <summary>The contact report's rotary switch.</summary>
    public int RotaryAPin = NotFitted;

    /// <inheritdoc cref="RotaryAPin"/>
    public int RotaryBPin = NotFitted;

    /// <summary>The rotary switch's key, or the only key.</summary>
    public int SelectPin = NotFitted;

    /// <summary>Pulses of the engines.</summary>
    public int Engine1Pin = NotFitted;

    /// <inheritdoc cref="Engine1Pin"/>
    public int Engine2Pin = NotFitted;

    /// <summary>Lamps and buzzer.</summary>
    public int StatusLampPin = NotFitted;

    /// <inheritdoc cref="StatusLampPin"/>
    public int AlarmLampPin = NotFitted;

    /// <inheritdoc cref="StatusLampPin"/>
    public int BuzzerPin = NotFitted;

    /// <summary>Low lights the status lamp.</summary>
    public bool IsStatusLampLow;

    /// <summary>Each edge holds the external watchdog off.</summary>
    public int WatchdogPin = NotFitted;

    /// <summary>Whether a pin has a pull-up of its own: GPIO34 to 39 of the ESP32 have none (datasheet 2.2).</summary>
    public bool HasPullUp(int pin)
    {
        return Module != BoardModule.Esp32 || pin < 34;
    }

    /// <summary>Every pin that is there.</summary>
    public PinUse[] Pins()
    {
        PinUse[] all = AllPins();
        int fitted = 0;
        for (int i = 0; i < all.Length; i++)
        {
            fitted += all[i].Pin == NotFitted ? 0 : 1;
        }

        PinUse[] pins = new PinUse[fitted];
        fitted = 0;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Pin != NotFitted)
            {
                pins[fitted] = all[i];
                fitted++;
            }
        }

        return pins;
    }

    /// <summary>Gives the chip's units their pins, the modem's excepted. Before anything is opened.</summary>
    public void SetPinFunctions()
    {
        Set(RadioClockPin, DeviceFunction.SPI1_CLOCK);
        Set(RadioMisoPin, DeviceFunction.SPI1_MISO);
        Set(RadioMosiPin, DeviceFunction.SPI1_MOSI);
        Set(ReceiverTxPin, DeviceFunction.COM2_TX);
        Set(ReceiverRxPin, DeviceFunction.COM2_RX);
        Set(ConsoleTxPin, DeviceFunction.COM3_TX);
        Set(ConsoleRxPin, DeviceFunction.COM3_RX);
        Set(I2cDataPin, DeviceFunction.I2C1_DATA);
        Set(I2cClockPin, DeviceFunction.I2C1_CLOCK);
        Set(SupplyAdcPin, DeviceFunction.ADC1_CH0);
    }

    /// <summary>Gives the console's port to the modem. Before it is opened anew.</summary>
    public void SetModemPins()
    {
        Set(ModemTxPin, DeviceFunction.COM3_TX);
        Set(ModemRxPin, DeviceFunction.COM3_RX);
    }

    private static void Set(int pin, DeviceFunction function)
    {
        if (pin != NotFitted)
        {
            Configuration.SetPinFunction(pin, function);
        }
    }

    private PinUse[] AllPins()
    {
        return new PinUse[]
        {
            new PinUse(nameof(RadioClockPin), RadioClockPin, PinDirection.Output),
            new PinUse(nameof(RadioMisoPin), RadioMisoPin, PinDirection.Input),
            new PinUse(nameof(RadioMosiPin), RadioMosiPin, PinDirection.Output),
            new PinUse(nameof(RadioSelectPin), RadioSelectPin, PinDirection.Output),
            new PinUse(nameof(RadioResetPin), RadioResetPin, PinDirection.Output),
            new PinUse(nameof(RadioBusyPin), RadioBusyPin, PinDirection.Input),
            new PinUse(nameof(RadioInterruptPin), RadioInterruptPin, PinDirection.Input),
            new PinUse(nameof(ReceiverTxPin), ReceiverTxPin, PinDirection.Output),
            new PinUse(nameof(ReceiverRxPin), ReceiverRxPin, PinDirection.Input),
            new PinUse(nameof(ReceiverPowerPin), ReceiverPowerPin, PinDirection.Output),
            new PinUse(nameof(ModemTxPin), ModemTxPin, PinDirection.Output),
            new PinUse(nameof(ModemRxPin), ModemRxPin, PinDirection.Input),
            new PinUse(nameof(ModemPowerKeyPin), ModemPowerKeyPin, PinDirection.Output),
            new PinUse(nameof(ConsoleTxPin), ConsoleTxPin, PinDirection.Output),
            new PinUse(nameof(ConsoleRxPin), ConsoleRxPin, PinDirection.Input),
            new PinUse(nameof(I2cDataPin), I2cDataPin, PinDirection.Both),
            new PinUse(nameof(I2cClockPin), I2cClockPin, PinDirection.Output),
            new PinUse(nameof(SupplyAdcPin), SupplyAdcPin, PinDirection.Analog),
            new PinUse(nameof(SosPin), SosPin, PinDirection.Input),
            new PinUse(nameof(ManOverboardPin), ManOverboardPin, PinDirection.Input),
            new PinUse(nameof(TamperPin), TamperPin, PinDirection.Input),
            new PinUse(nameof(BilgeFloatPin), BilgeFloatPin, PinDirection.Input),
            new PinUse(nameof(RotaryAPin), RotaryAPin, PinDirection.Input),
            new PinUse(nameof(RotaryBPin), RotaryBPin, PinDirection.Input),
            new PinUse(nameof(SelectPin), SelectPin, PinDirection.Input),
            new PinUse(nameof(Engine1Pin), Engine1Pin, PinDirection.Input),
            new PinUse(nameof(Engine2Pin), Engine2Pin, PinDirection.Input),
            new PinUse(nameof(StatusLampPin), StatusLampPin, PinDirection.Output),
            new PinUse(nameof(AlarmLampPin), AlarmLampPin, PinDirection.Output),
            new PinUse(nameof(BuzzerPin), BuzzerPin, PinDirection.Output),
            new PinUse(nameof(WatchdogPin), WatchdogPin, PinDirection.Output),
        };
    }
}
