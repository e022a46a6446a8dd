using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>What the unit stands on; a simulated board has its own clock, flash and reset.</summary>
public sealed class UnitPlatform
{
    public IUnitClock Clock;
    public StorageMap Storage;
    public IReboot Reboot;
    public IChipPause Pause;

    /// <summary>What the platform tells of the last reset.</summary>
    public ResetCause ResetCause;

    /// <summary>The chip itself.</summary>
    public static UnitPlatform OfDevice()
    {
        UnitPlatform platform = new UnitPlatform();
        platform.Clock = new DeviceClock();
        platform.Storage = StorageMap.InFolder(LittleFsFlash.InternalDrive, InternalPartition.Bytes());
        platform.Reboot = new DeviceReboot();
        platform.Pause = new ChipPause();
        platform.ResetCause = PlatformResetCause.Read();
        return platform;
    }
}
