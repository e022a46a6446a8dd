using BoatTelemetry.Facade.Wires;

namespace nanoFramework.Hardware.Esp32;

/// <summary>The ESP32's sleep, of which the unit reads the end only.</summary>
public class Sleep
{
    /// <summary>What ended it.</summary>
    public enum WakeupCause
    {
        Undefined = 0,
        Ext0 = 2,
        Ext1 = 3,
        Timer = 4,
        TouchPad = 5,
        Ulp = 6,
        Gpio = 7,
        Uart = 8,
        Wifi = 9,
        CoCpu = 10,
        CoCpuTrapTrig = 11,
        Bt = 12,
    }

    /// <summary>Undefined where the chip did not sleep.</summary>
    public static WakeupCause GetWakeupCause() =>
        BoardWires.Current.Find<IResetLine>(IResetLine.Place) is { WokeFromSleep: true } ? WakeupCause.Timer : WakeupCause.Undefined;
}
