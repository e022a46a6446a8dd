using BoatTelemetry.Facade.Wires;

namespace nanoFramework.Runtime.Native;

/// <summary>What the firmware below the application is.</summary>
public static class SystemInfo
{
    /// <summary>The build of the platform's firmware. The simulated board says which.</summary>
    public static string TargetName => BoardWires.Current.Find<IResetLine>(IResetLine.Place)?.TargetName ?? string.Empty;

    /// <summary>The processor's family.</summary>
    public static string Platform => "ESP32";
}
