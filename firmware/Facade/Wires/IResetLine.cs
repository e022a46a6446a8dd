namespace BoatTelemetry.Facade.Wires;

/// <summary>What a board does when its program resets the chip, and what the platform has to tell of it.</summary>
public interface IResetLine
{
    /// <summary>Where it is connected.</summary>
    const string Place = "RESET";

    /// <summary>Whether the run began by a wake-up from deep sleep.</summary>
    bool WokeFromSleep { get; }

    /// <summary>The build of the platform's firmware, such as ESP32_PSRAM_REV0.</summary>
    string TargetName => "SIMULATED";

    /// <summary>Free bytes of the heap.</summary>
    uint FreeBytes { get; }

    /// <summary>Resets the chip.</summary>
    void Reset();
}
