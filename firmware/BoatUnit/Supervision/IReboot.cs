using BoatTelemetry.Core.Reports;
using nanoFramework.Hardware.Esp32;
using nanoFramework.Runtime.Native;

namespace BoatTelemetry.BoatUnit.Supervision;

/// <summary>Starts the unit anew.</summary>
public interface IReboot
{
    /// <summary>On the device it does not return.</summary>
    void Reboot();
}

/// <summary>The line to the watchdog chip outside of the processor: it wants edges, and resets the board without them.</summary>
public interface IWatchdogLine
{
    void Drive(bool high);
}

/// <summary>The chip's own reset.</summary>
public sealed class DeviceReboot : IReboot
{
    /// <inheritdoc/>
    public void Reboot()
    {
        Power.RebootDevice(RebootOption.NormalReboot);
    }
}

/// <summary>What the platform tells of the last reset.</summary>
public static class PlatformResetCause
{
    /// <summary>
    /// Deep sleep or unknown: nanoFramework gives the application the cause of a wake-up and no more (its API has nothing
    /// of ESP-IDF's esp_reset_reason), so power-on, brown-out and the reset pin look alike.
    /// </summary>
    public static ResetCause Read()
    {
        return Sleep.GetWakeupCause() == Sleep.WakeupCause.Undefined ? ResetCause.Unknown : ResetCause.DeepSleep;
    }
}
