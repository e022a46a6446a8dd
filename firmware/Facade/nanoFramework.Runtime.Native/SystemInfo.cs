namespace nanoFramework.Runtime.Native;

/// <summary>What the firmware below the application is.</summary>
public static class SystemInfo
{
    /// <summary>The build of the platform's firmware, such as ESP32_PSRAM_REV0.</summary>
    public static string TargetName => "SIMULATED";

    /// <summary>The processor's family.</summary>
    public static string Platform => "ESP32";
}
