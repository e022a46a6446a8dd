using System.Collections.Concurrent;
using BoatTelemetry.Facade.Wires;

namespace nanoFramework.Hardware.Esp32;

/// <summary>Which pin has which function; kept for each simulated board.</summary>
public class Configuration
{
    public static void SetPinFunction(int pin, DeviceFunction function) => Map()[function] = pin;

    public static int GetFunctionPin(DeviceFunction function) => Map().TryGetValue(function, out var pin) ? pin : -1;

    private static PinMap Map()
    {
        var map = BoardWires.Current.Find<PinMap>(nameof(PinMap));
        if (map is null)
        {
            map = new PinMap();
            BoardWires.Current.Connect(nameof(PinMap), map);
        }

        return map;
    }

    private sealed class PinMap : ConcurrentDictionary<DeviceFunction, int>;
}

public enum DeviceFunction
{
    SPI1_MOSI = 65792,
    SPI1_MISO = 65793,
    SPI1_CLOCK = 65794,
    I2C1_DATA = 131328,
    I2C1_CLOCK = 131329,
    COM1_TX = 196864,
    COM1_RX = 196865,
    COM2_TX = 197120,
    COM2_RX = 197121,
    COM3_TX = 197376,
    COM3_RX = 197377,
    ADC1_CH0 = 327936,
}
